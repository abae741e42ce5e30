import type { EntityManager } from 'typeorm';
import type { Caller } from '../auth/caller.js';
import {
  type AuditEntry,
  type AuditEvent,
  CHAIN_START,
  type ChainBreak,
  hashOf,
  verifyChain,
} from '../../domain/audit/audit-chain.js';

/** Rows that one read of a long chain takes at a time. */
const PAGE = 1_000;

export interface AuditRow {
  readonly tenant_id: string;
  readonly sequence: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: Record<string, unknown>;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
}

/**
 * Adds an event to the tenant's chain, in the transaction of the change that it tells of: either both
 * are there or neither. The head row is locked until the transaction ends, so the chain never forks.
 */
export async function recordAudit(
  manager: EntityManager,
  caller: Caller,
  entry: Pick<AuditEntry, 'action' | 'subject' | 'details'>,
): Promise<void> {
  const { tenantId, subject: actor } = caller;
  const [head] = await manager.query<[{ sequence: string; hash: Buffer; at: Date }]>(
    // Changes nothing of a head that is there, but locks it and gives it back.
    // Milliseconds: what a Date can carry is what is hashed and stored.
    `insert into audit_heads as h values ($1, 0, $2)
     on conflict (tenant_id) do update set sequence = h.sequence
     returning sequence, hash, date_trunc('milliseconds', clock_timestamp()) as at`,
    [tenantId, CHAIN_START],
  );
  const unsealed = {
    ...entry,
    tenantId,
    actor,
    at: head.at,
    sequence: Number(head.sequence) + 1,
    previousHash: head.hash,
  };
  await manager.query(
    `with moved as (update audit_heads set sequence = $2, hash = $9 where tenant_id = $1)
     insert into audit_events (tenant_id, sequence, at, actor, action, subject, details, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tenantId,
      unsealed.sequence,
      head.at,
      actor,
      entry.action,
      entry.subject,
      entry.details,
      head.hash,
      hashOf(unsealed),
    ],
  );
}

/** A page of events after `sequence`, oldest first; empty at the end. */
export async function readAuditPage(manager: EntityManager, after: number): Promise<readonly AuditEvent[]> {
  const rows = await manager.query<AuditRow[]>(
    'select * from audit_events where sequence > $1 order by sequence limit $2',
    [after, PAGE],
  );
  return rows.map(eventOf);
}

/** Events up to `last`: those that are added while the chain is read are left to the next reader. */
async function* readAudit(manager: EntityManager, last: number): AsyncGenerator<AuditEvent> {
  for (let after = 0; ;) {
    const events = await readAuditPage(manager, after);
    yield* events.filter(({ sequence }) => sequence <= last);
    if (events.length < PAGE || events.at(-1)!.sequence >= last) return;
    after = events.at(-1)!.sequence;
  }
}

/** Follows the tenant's whole chain and says where it breaks; undefined when it holds. */
export async function verifyAudit(manager: EntityManager): Promise<{ events: number; broken?: ChainBreak }> {
  const [row] = await manager.query<{ sequence: string; hash: Buffer }[]>(
    'select sequence, hash from audit_heads',
  );
  const head = { sequence: Number(row?.sequence ?? 0), hash: row?.hash ?? CHAIN_START };
  const broken = await verifyChain(readAudit(manager, head.sequence), head);
  return { events: head.sequence, ...(broken ? { broken } : {}) };
}

export function eventOf(row: AuditRow): AuditEvent {
  return {
    tenantId: row.tenant_id,
    sequence: Number(row.sequence),
    at: row.at,
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    details: row.details,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
