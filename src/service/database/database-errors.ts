import { ConflictError, RequestError } from '../problems/problems.js';

/** The service's own database does not answer now; it may the next time. */
export class UnavailableError extends RequestError {
  readonly code = 'unavailable';
  readonly status = 503;

  constructor(cause: unknown) {
    super('the service’s database does not answer', 'try again in a while', { cause });
  }
}

/** SQLSTATE classes (PostgreSQL, appendix A) and Node's codes that tell of a lost or refused connection. */
const unavailable = /^(08|53|57P|58)|^E(CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NOTFOUND)$/;

/**
 * What the database refused, as a problem of the request where it is one. Messages of the driver are left
 * out: they quote values.
 */
export function translateDatabaseError(error: unknown): unknown {
  const { code, message, routine } = (error ?? {}) as {
    code?: unknown;
    message?: unknown;
    routine?: unknown;
  };
  if (code === '23503') return inUse;
  if (code === '23505') return taken;
  if (typeof code === 'string' && unavailable.test(code)) return new UnavailableError(error);
  // A migration is under way: prepared statements are made anew at the next try (`preparing-client.ts`).
  if (routine === 'RevalidateCachedQuery') return new UnavailableError(error);
  if (typeof message === 'string' && /^Connection terminated|^timeout exceeded/.test(message))
    return new UnavailableError(error);
  return error;
}

const inUse = new ConflictError(
  'in-use',
  'something else refers to this, or what this refers to is gone',
  'remove what refers to it first, or read again what there is',
);

const taken = new ConflictError(
  'name-taken',
  'another request has just taken this name or key',
  'read what there is and try again',
);
