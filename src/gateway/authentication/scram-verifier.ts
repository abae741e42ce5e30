import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** What a server keeps of a password (RFC 5803): enough to check it, not to log in elsewhere. */
export interface ScramVerifier {
  readonly iterations: number;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** Iterations of verifiers made here: PostgreSQL's default, and the least that RFC 7677 allows. */
const ITERATIONS = 4096;
const MOST_ITERATIONS = 10_000_000;

/** Derives the verifier of a password (RFC 5802 §3). Costs some milliseconds: once a user, at start. */
export function deriveVerifier(
  password: string,
  salt: Buffer = randomBytes(16),
  iterations = ITERATIONS,
): ScramVerifier {
  // The normalising part of SASLprep (RFC 4013): clients that apply it and clients that do not agree on ASCII.
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  return {
    iterations,
    salt,
    storedKey: createHash('sha256').update(clientKey).digest(),
    serverKey: createHmac('sha256', salted).update('Server Key').digest(),
  };
}

/**
 * Reads `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, as PostgreSQL keeps it in
 * `pg_authid.rolpassword`; undefined when the text is none.
 */
export function parseVerifier(text: string): ScramVerifier | undefined {
  const match = /^SCRAM-SHA-256\$(\d{1,9}):([\w+/=]+)\$([\w+/=]+):([\w+/=]+)$/.exec(text);
  if (!match) return undefined;
  const [iterations, salt, storedKey, serverKey] = [Number(match[1]), ...match.slice(2).map(decode)] as const;
  if (iterations < 1 || iterations > MOST_ITERATIONS || salt.length === 0) return undefined;
  if (storedKey.length !== 32 || serverKey.length !== 32) return undefined;
  return { iterations, salt, storedKey, serverKey };
}

export function printVerifier({ iterations, salt, storedKey, serverKey }: ScramVerifier): string {
  const [s, stored, server] = [salt, storedKey, serverKey].map((bytes) => bytes.toString('base64'));
  return `SCRAM-SHA-256$${iterations}:${s}$${stored}:${server}`;
}

function decode(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
