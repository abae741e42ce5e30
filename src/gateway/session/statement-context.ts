import { ScrubjayError } from '../../domain/errors.js';
import type { SessionNames } from '../../domain/rewriting/rewrite-context.js';
import type { Audit } from '../audit/audit.js';
import type { Epoch } from '../database/epoch.js';
import type { Viewer } from '../database/role-views.js';
import type { ServedDatabase } from '../database/served-database.js';
import type { Plan } from '../planning/plan.js';
import { UpstreamQueryError } from '../upstream/upstream-connection.js';
import { PoolExhaustedError } from '../upstream/upstream-pool.js';
import { error, sqlState } from './gateway-errors.js';
import type { UpstreamConversation } from './upstream-conversation.js';

/** Everything that a statement is planned under, all as of now. */
export interface Context {
  readonly epoch: Epoch;
  readonly names: SessionNames;
  plan(sql: string): Plan;
}

/** Why a statement cannot even be looked at, as the client sees it. */
export type Unavailable = Buffer;

/**
 * Gets a statement what it has to be planned under: a catalog that is young enough, what names mean in the
 * session, and a connection to run on. Most times all three are at hand, and nothing waits.
 */
export class StatementContext {
  readonly #viewer: Viewer;
  readonly #database: ServedDatabase;
  readonly #conversation: UpstreamConversation;
  readonly #audit: Audit;

  constructor(viewer: Viewer, database: ServedDatabase, conversation: UpstreamConversation, audit: Audit) {
    this.#viewer = viewer;
    this.#database = database;
    this.#conversation = conversation;
    this.#audit = audit;
  }

  /**
   * Runs `then` with the context, at once where that is possible.
   * @param otherwise what to do when it cannot be had
   */
  with(
    then: (context: Context) => void,
    otherwise: (reason: Unavailable) => void,
  ): Promise<void> | undefined {
    if (this.#audit.failed) {
      otherwise(auditFailed);
      return undefined;
    }
    const { epoch } = this.#database;
    const names = epoch && this.#conversation.namesNow(epoch);
    if (epoch && names && this.#conversation.holdNow()) {
      then(this.#context(epoch, names));
      return undefined;
    }
    return this.#gather().then((found) => (Buffer.isBuffer(found) ? otherwise(found) : then(found)));
  }

  async #gather(): Promise<Context | Unavailable> {
    try {
      const epoch = this.#database.epoch ?? (await this.#database.refreshed());
      await this.#conversation.hold();
      const names = this.#conversation.namesNow(epoch) ?? (await this.#conversation.readNames(epoch));
      return this.#context(epoch, names);
    } catch (problem) {
      this.#conversation.relax();
      return unavailable(problem);
    }
  }

  #context(epoch: Epoch, names: SessionNames): Context {
    const planner = epoch.planner(this.#viewer);
    return { epoch, names, plan: (sql) => planner.plan(sql, names) };
  }
}

const auditFailed = error('58030', 'the audit cannot be written, and nothing runs without it');

function unavailable(problem: unknown): Unavailable {
  if (problem instanceof PoolExhaustedError)
    return error(sqlState.tooManyConnections, problem.message, problem.hint);
  if (problem instanceof UpstreamQueryError) {
    return error(problem.sqlState, 'the session on the database could not be prepared');
  }
  // A driver's text names hosts and users: the operator finds it in the log, a client has no use for it.
  if (problem instanceof ScrubjayError)
    return error(sqlState.cannotConnectNow, 'the database cannot be reached now', 'try again');
  throw problem;
}
