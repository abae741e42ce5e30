import type { Refused, Rewriting, Rewritten } from '../../domain/rewriting/rewriting.js';

/** What is done with a client's statement: the rewriting, and what it means for the session. */
export type Plan = RunPlan | RefusedPlan;

export interface RunPlan {
  readonly outcome: 'run';
  /** What the database is sent. */
  readonly sql: string;
  readonly rewriting: Rewritten;
  /** True when it leaves something in the session that the client relies on later. */
  readonly leavesState: boolean;
  /** True when it may take prepared statements, ours among them, or settings away. */
  readonly resets: boolean;
  /** What it does to statements prepared in SQL. */
  readonly prepared: 'makes' | 'uses' | undefined;
  /** The text that the audit keeps; worked out when it is first asked for. */
  readonly audited: () => string;
}

export interface RefusedPlan {
  readonly outcome: 'refused';
  readonly refusal: Refused;
  readonly audited: () => string;
}

/** @param audited the normalised text */
export function planOf(rewriting: Rewriting, audited: () => string): Plan {
  if (rewriting.outcome === 'refused') return { outcome: 'refused', refusal: rewriting, audited };
  const { statements, changesSession, sql } = rewriting;
  return {
    outcome: 'run',
    sql,
    rewriting,
    leavesState: changesSession || statements.some(({ command, sql: text }) => keepsState(command, text)),
    resets: statements.some(({ command, sql: text }) => command !== 'select' && resetting.test(text)),
    prepared: statements.some(({ command }) => command === 'execute')
      ? 'uses'
      : statements.some(({ command }) => command === 'prepare')
        ? 'makes'
        : undefined,
    audited,
  };
}

/** Commands after which the next one has to find the same session on the server. */
const stateful = new Set(['session', 'prepare', 'execute', 'temporary-table', 'cursor']);

/** Functions that do the same; taking a word too many for one of them only keeps a connection longer. */
const statefulFunctions =
  /\b(?:set_config|setseed|currval|lastval|pg_(?:try_)?advisory_\w+|pg_export_snapshot)\b/i;

const resetting = /^\s*(?:deallocate|discard|reset)\b/i;

function keepsState(command: string, sql: string): boolean {
  if (command === 'session' && /^\s*show\b/i.test(sql)) return false;
  return stateful.has(command) || statefulFunctions.test(sql);
}
