import type { EntityManager } from 'typeorm';
import type { Caller } from '../auth/caller.js';
import {
  type AuditEntry,
  type AuditEvent,
  CHAIN_START,
  type ChainBreak,
  hashOf,
  verifyChain,
} from './audit-chain.js';

/** Rows that one read of a long chain takes at a time. */
const PAGE = 1_000;

interface AuditRow {
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
  await manager.query('insert into audit_heads values ($1, 0, $2) on conflict do nothing', [
    tenantId,
    CHAIN_START,
  ]);
  const [head] = await manager.query<[{ sequence: string; hash: Buffer; at: Date }]>(
    // Milliseconds: what a Date can carry is what is hashed and stored.
    `select sequence, hash, date_trunc('milliseconds', clock_timestamp()) as at from audit_heads for update`,
  );
  const unsealed = {
    ...entry,
    tenantId,
    actor,
    at: head.at,
    sequence: Number(head.sequence) + 1,
    previousHash: head.hash,
  };
  const hash = hashOf(unsealed);
  await manager.query(
    `insert into audit_events (tenant_id, sequence, at, actor, action, subject, details, previous_hash, hash)
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
      hash,
    ],
  );
  await manager.query('update audit_heads set sequence = $1, hash = $2', [unsealed.sequence, hash]);
}

/** Events after `sequence`, oldest first, read in pages. */
export async function* readAudit(manager: EntityManager, after = 0): AsyncGenerator<AuditEvent> {
  for (let from = after; ;) {
    const rows = await manager.query<AuditRow[]>(
      'select * from audit_events where sequence > $1 order by sequence limit $2',
      [from, PAGE],
    );
    for (const row of rows) yield eventOf(row);
    if (rows.length < PAGE) return;
    from = Number(rows.at(-1)!.sequence);
  }
}

/** Follows the tenant's whole chain and says where it breaks; undefined when it holds. */
export async function verifyAudit(manager: EntityManager): Promise<{ events: number; broken?: ChainBreak }> {
  const [row] = await manager.query<{ sequence: string; hash: Buffer }[]>(
    'select sequence, hash from audit_heads',
  );
  const head = { sequence: Number(row?.sequence ?? 0), hash: row?.hash ?? CHAIN_START };
  const broken = await verifyChain(readAudit(manager), head);
  return { events: head.sequence, ...(broken ? { broken } : {}) };
}

function eventOf(row: AuditRow): AuditEvent {
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
