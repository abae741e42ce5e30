import { commandComplete, readyForQuery } from '../protocol/backend-messages.js';
import { writeFrontendMessage } from '../protocol/frontend-messages.js';
import type { RunPlan } from '../planning/plan.js';
import type { SessionParts } from './session-parts.js';
import { refusalError } from './gateway-errors.js';
import { deallocatedName } from './deallocated-name.js';
import { limitError, POISON } from './session-parts.js';
import type { Context } from './statement-context.js';

/** Simple queries: one message with any number of statements, answered up to ReadyForQuery. */
export class SimpleProtocol {
  readonly #parts: SessionParts;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  query(sql: string): Promise<void> | undefined {
    return this.#parts.context.with(
      (context) => this.#run(sql, context),
      (reason) => this.#refuse(reason),
    );
  }

  #run(sql: string, context: Context): void {
    const { audit, effects, statements } = this.#parts;
    const plan = context.plan(sql);
    if (plan.outcome === 'refused') {
      audit.refused(plan);
      this.#refuse(refusalError(plan.refusal));
      return;
    }
    const objection = effects.objection(plan, context);
    if (objection) {
      this.#refuse(objection);
      return;
    }
    const name = deallocatedName(sql);
    if (name !== undefined && statements.statement(name)) {
      statements.unprepare(name);
      this.#answer(commandComplete('DEALLOCATE'));
      return;
    }
    this.#send(plan, context);
  }

  #send(plan: RunPlan, context: Context): void {
    const { conversation, audit, effects, limits } = this.#parts;
    const startedAt = performance.now();
    let rows = 0;
    let failure: string | undefined;
    effects.apply(plan, context);
    conversation.ask(writeFrontendMessage({ kind: 'query', sql: plan.sql }), {
      kind: 'query',
      ...limitError(limits, 0),
      onCommand: (outcome) => {
        rows += outcome.rows;
        failure ??= outcome.sqlState;
      },
      onDone: () =>
        audit.ran(plan, { rows, ...(failure === undefined ? {} : { sqlState: failure }) }, startedAt),
    });
  }

  /** A transaction that is open fails, as it would on the server: what came before must not be committed. */
  #refuse(bytes: Buffer): void {
    const { conversation } = this.#parts;
    if (conversation.engaged) {
      conversation.ask(writeFrontendMessage({ kind: 'query', sql: POISON }), {
        kind: 'query',
        refusal: bytes,
      });
    } else {
      this.#answer(bytes);
    }
  }

  #answer(bytes: Buffer): void {
    const { conversation } = this.#parts;
    conversation.answer(Buffer.concat([bytes, readyForQuery(conversation.status)]), false);
    conversation.relax();
  }
}
