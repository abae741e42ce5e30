import { normaliseStatement } from '../../domain/rewriting/postgres/normalise-statement.js';
import type { Refused } from '../../domain/rewriting/rewriting.js';
import { sqlStateOf } from '../../domain/rewriting/rewriting.js';
import { errorResponse } from '../protocol/server-message.js';

/** What the gateway itself says to clients; none of it holds a value. */
export function refusalError({ code, reason, hint, instead, position }: Refused): Buffer {
  // An error may end in logs of clients: of what they wrote it says no literal.
  const passes = instead && `this would pass: ${normaliseStatement(instead)}`;
  const hints = [hint, passes].filter(Boolean).join('; ');
  return errorResponse({
    severity: 'ERROR',
    code: sqlStateOf(code),
    message: reason,
    ...(hints ? { hint: hints } : {}),
    ...(position === undefined ? {} : { position }),
  });
}

export function error(code: string, message: string, hint?: string): Buffer {
  return errorResponse({ severity: 'ERROR', code, message, ...(hint === undefined ? {} : { hint }) });
}

export function fatal(code: string, message: string, hint?: string): Buffer {
  return errorResponse({ severity: 'FATAL', code, message, ...(hint === undefined ? {} : { hint }) });
}

export const sqlState = {
  protocolViolation: '08P01',
  connectionFailure: '08006',
  featureNotSupported: '0A000',
  invalidAuthorization: '28000',
  invalidPassword: '28P01',
  idleInTransaction: '25P03',
  noSuchStatement: '26000',
  noSuchDatabase: '3D000',
  duplicateStatement: '42P05',
  insufficientPrivilege: '42501',
  invalidParameterValue: '22023',
  tooManyConnections: '53300',
  limitExceeded: '53400',
  programLimit: '54000',
  shutdown: '57P01',
  cannotConnectNow: '57P03',
  idleSession: '57P05',
} as const;
