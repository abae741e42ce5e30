import type { RunPlan } from '../planning/plan.js';
import type { ClientStatements } from './client-statements.js';
import { error } from './gateway-errors.js';
import type { PreparedInSql } from './prepared-in-sql.js';
import type { Context } from './statement-context.js';
import type { UpstreamConversation } from './upstream-conversation.js';

/** What statements do to the session beyond their rows. */
export class SessionEffects {
  readonly #conversation: UpstreamConversation;
  readonly #statements: ClientStatements;
  readonly #prepared: PreparedInSql;

  constructor(conversation: UpstreamConversation, statements: ClientStatements, prepared: PreparedInSql) {
    this.#conversation = conversation;
    this.#statements = statements;
    this.#prepared = prepared;
  }

  /** Why a plan may not run in this session now. */
  objection(plan: RunPlan, context: Context): Buffer | undefined {
    return plan.prepared === 'uses' && !this.#prepared.holds(context) ? preparedElsewhere : undefined;
  }

  /** After names changed in a transaction, its end or the way back to a savepoint may change them again. */
  #changesNames({ rewriting }: RunPlan): boolean {
    if (rewriting.changesSession || rewriting.resetsSettings) return true;
    return (
      this.#conversation.namesPending && rewriting.statements.some(({ command }) => command === 'transaction')
    );
  }

  /** The plan is about to be sent: what it does holds for everything behind it. */
  apply(plan: RunPlan, context: Context): void {
    if (plan.leavesState) this.#conversation.pin();
    if (this.#changesNames(plan)) this.#conversation.namesChange();
    if (plan.rewriting.resetsSettings) this.#conversation.settingsReset();
    if (plan.prepared === 'makes') this.#prepared.made(context);
    if (!plan.resets) return;
    this.#conversation.connection.statements.clear();
    if (!plan.rewriting.statements.some(({ sql }) => allGone.test(sql))) return;
    this.#statements.clear();
    this.#prepared.clear();
  }
}

const allGone = /^\s*(?:deallocate\s+(?:prepare\s+)?all|discard\s+all)\b/i;

const preparedElsewhere = error(
  '26000',
  'the statement was not prepared in this session, or the catalog or search path changed since',
  'DEALLOCATE ALL, and PREPARE it again',
);
