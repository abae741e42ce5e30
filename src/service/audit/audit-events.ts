import type { Caller } from '../auth/caller.js';
import { Conditions } from '../database/conditions.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { numberedPageOf, type Page, startNumberOf } from '../http/pages.js';
import type { AuditEvent } from '../../domain/audit/audit-chain.js';
import type { AuditEventView, AuditQuery, AuditVerification } from './audit-event.js';
import { type AuditRow, eventOf, readAuditPage, recordAudit, verifyAudit } from './audit-log.js';

/** What happened in a tenant, for auditors. */
export class AuditEvents {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  async list({ tenantId }: Caller, query: AuditQuery): Promise<Page<AuditEventView>> {
    const where = new Conditions()
      .and((p) => `sequence > ${p}`, startNumberOf(query))
      .andIf((p) => `actor = ${p}`, query.actor)
      .andIf(
        (p) => (query.action?.endsWith('.') ? `starts_with(action, ${p})` : `action = ${p}`),
        query.action,
      )
      .andIf((p) => `subject = ${p}`, query.subject)
      .andIf((p) => `at >= ${p}`, query.from)
      .andIf((p) => `at < ${p}`, query.until);
    return this.#database.asTenant(tenantId, async (manager) => {
      const rows = await manager.query<AuditRow[]>(
        `select * from audit_events ${where.sql} order by sequence limit ${query.limit + 1}`,
        where.values,
      );
      return numberedPageOf(rows.map(eventOf).map(viewOf), query, ({ sequence }) => sequence);
    });
  }

  /**
   * The whole log as JSON lines, read in pages: each in a transaction of its own, so that a slow reader
   * holds no snapshot open. That it was exported is in the log too, as its last line.
   */
  async *export(caller: Caller): AsyncGenerator<string> {
    await this.#database.asTenant(caller.tenantId, (manager) =>
      recordAudit(manager, caller, { action: 'audit.exported', subject: 'audit-log', details: {} }),
    );
    yield* this.read(caller);
  }

  /** As `export`, for a caller that records why. */
  async *read(caller: Caller): AsyncGenerator<string> {
    for (let after = 0; ;) {
      const events = await this.#database.asTenant(caller.tenantId, (manager) =>
        readAuditPage(manager, after),
      );
      const last = events.at(-1);
      if (!last) return;
      yield events.map((event) => `${JSON.stringify(viewOf(event))}\n`).join('');
      after = last.sequence;
    }
  }

  async verify({ tenantId }: Caller): Promise<AuditVerification> {
    return this.#database.asTenant(tenantId, async (manager) => {
      const { events, broken } = await verifyAudit(manager);
      return { events, holds: broken === undefined, ...(broken && { broken }) };
    });
  }
}

function viewOf(event: AuditEvent): AuditEventView {
  const { tenantId, sequence, at, actor, action, subject, details, previousHash, hash } = event;
  return {
    tenantId,
    sequence,
    at: at.toISOString(),
    actor,
    action,
    subject,
    details,
    previousHash: previousHash.toString('hex'),
    hash: hash.toString('hex'),
  };
}
