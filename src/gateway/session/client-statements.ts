import type { SessionNames } from '../../domain/rewriting/rewrite-context.js';
import type { RunPlan } from '../planning/plan.js';

/** A prepared statement of a client. */
export interface ClientStatement {
  /** As the client wrote it: rewritten anew when catalog, policy or session names are others. */
  readonly sql: string;
  readonly parameterTypes: readonly number[];
  plan: RunPlan;
  /** What the plan was made under. */
  version: number;
  names: SessionNames;
}

/** A portal of a client. */
export interface ClientPortal {
  readonly statement: ClientStatement;
  readonly plan: RunPlan;
  /** What it was bound under. */
  readonly version: number;
  readonly names: SessionNames;
  /** Rows that were taken from it so far: the row limit counts all of them. */
  rows: number;
}

/** Prepared statements and portals that a client may have at most. */
const MOST = 5_000;

/** What a client has named: prepared statements live as long as it, portals as long as a transaction. */
export class ClientStatements {
  readonly #statements = new Map<string, ClientStatement>();
  readonly #portals = new Map<string, ClientPortal>();

  /** True when there is no room for another one. */
  get full(): boolean {
    return this.#statements.size >= MOST || this.#portals.size >= MOST;
  }

  statement(name: string): ClientStatement | undefined {
    return this.#statements.get(name);
  }

  prepare(name: string, statement: ClientStatement): void {
    this.#statements.set(name, statement);
  }

  /** @param only the statement that is meant, where another one may have its name by now */
  unprepare(name: string, only?: ClientStatement): void {
    if (only === undefined || this.#statements.get(name) === only) this.#statements.delete(name);
  }

  portal(name: string): ClientPortal | undefined {
    return this.#portals.get(name);
  }

  bind(name: string, portal: ClientPortal): void {
    this.#portals.set(name, portal);
  }

  closePortal(name: string): void {
    this.#portals.delete(name);
  }

  /** The transaction ended, and its portals with it. */
  closePortals(): void {
    if (this.#portals.size > 0) this.#portals.clear();
  }

  /** DISCARD ALL and DEALLOCATE ALL reach the client's statements too. */
  clear(): void {
    this.#statements.clear();
    this.#portals.clear();
  }
}
