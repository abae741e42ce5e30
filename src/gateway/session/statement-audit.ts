import type { ClientIdentity } from './client.js';
import type { Plan } from '../planning/plan.js';
import type { AuditRecord, Audit } from '../audit/audit.js';
import type { Outcome } from './expected-responses.js';

/** Writes what became of a client's statements. */
export class StatementAudit {
  readonly #audit: Audit;
  readonly #identity: ClientIdentity;
  readonly #sessionId: string;

  constructor(audit: Audit, identity: ClientIdentity, sessionId: string) {
    this.#audit = audit;
    this.#identity = identity;
    this.#sessionId = sessionId;
  }

  /** @param startedAt by `performance.now()` */
  ran(plan: Plan & { outcome: 'run' }, { rows, sqlState }: Outcome, startedAt: number): void {
    const { masked, statements } = plan.rewriting;
    this.#write({
      decision: masked ? 'masked' : 'passed',
      statement: plan.audited(),
      relations: statements.flatMap(({ touches }) => touches.map(({ schema, name }) => `${schema}.${name}`)),
      ...(masked ? { maskedColumns: statements.flatMap(({ maskedColumns }) => maskedColumns) } : {}),
      rows,
      ...(sqlState === undefined ? {} : { sqlState }),
      durationMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
    });
  }

  refused(plan: Plan & { outcome: 'refused' }): void {
    const { code, reason } = plan.refusal;
    // Where the parser gave up it may quote the text.
    const why = code === 'syntax' ? code : reason;
    this.#write({ decision: 'refused', statement: plan.audited(), refusal: code, reason: why });
  }

  /** Something of the session itself: its begin, its end, an error of the gateway's own. */
  session(event: 'connected' | 'disconnected'): void {
    this.#write({ decision: event });
  }

  #write(record: Omit<AuditRecord, 'at' | 'session' | 'user' | 'role' | 'database' | 'address'>): void {
    const { user, role, database, address } = this.#identity;
    this.#audit.record({
      at: new Date().toISOString(),
      session: this.#sessionId,
      user,
      role,
      database,
      address,
      ...record,
    });
  }
}
