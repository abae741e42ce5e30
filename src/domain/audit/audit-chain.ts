import { createHash } from 'node:crypto';

/** What happened, before it has a place in the chain. */
export interface AuditEntry {
  readonly at: Date;
  readonly actor: string;
  /** `data-source.created`. */
  readonly action: string;
  /** Kind and id of what it happened to: `data-source:0193…`. */
  readonly subject: string;
  /** Never a secret, never a value from somebody's data. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditEvent extends AuditEntry {
  readonly tenantId: string;
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
}

/** What the first event of a tenant's chain follows. */
export const CHAIN_START = Buffer.alloc(32);

/** SHA-256 over the event and the hash of the one before it. */
export function hashOf(event: Omit<AuditEvent, 'hash'>): Buffer {
  const { tenantId, sequence, at, actor, action, subject, details, previousHash } = event;
  const fields = [tenantId, sequence, at.toISOString(), actor, action, subject, canonical(details)];
  return createHash('sha256').update(previousHash).update(JSON.stringify(fields)).digest();
}

/** Where a chain breaks, and how. */
export interface ChainBreak {
  readonly sequence: number;
  readonly problem: 'missing' | 'changed' | 'cut short';
}

/** Follows a chain event by event. `head` is where the chain says that it ends. */
export async function verifyChain(
  events: AsyncIterable<AuditEvent>,
  head: { readonly sequence: number; readonly hash: Buffer },
): Promise<ChainBreak | undefined> {
  let sequence = 0;
  let hash: Buffer = CHAIN_START;
  for await (const event of events) {
    sequence++;
    if (event.sequence !== sequence) return { sequence, problem: 'missing' };
    if (!event.previousHash.equals(hash) || !hashOf(event).equals(event.hash))
      return { sequence, problem: 'changed' };
    hash = event.hash;
  }
  if (sequence !== head.sequence) return { sequence: sequence + 1, problem: 'cut short' };
  return hash.equals(head.hash) ? undefined : { sequence, problem: 'changed' };
}

/** JSON with sorted keys: jsonb keeps no order, and the hash must not depend on it. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, canonical(field)]);
}
