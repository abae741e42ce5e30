import type { RelationName } from '../catalog/catalog.js';

/** What may be sent to the database in place of the query, and what whoever sends it has to know. */
export interface Rewritten {
  readonly outcome: 'rewritten';
  /** The whole message; the original text, character for character, where nothing had to change. */
  readonly sql: string;
  /** One entry a statement, in order. */
  readonly statements: readonly RewrittenStatement[];
  /** True when some value that the client sees passes through a mask. */
  readonly masked: boolean;
  /**
   * True when the answer depends on protection and session names alone, so that the same text under the
   * same of both may be answered from a cache.
   */
  readonly cacheable: boolean;
  /**
   * True when names may resolve otherwise afterwards (search path, temporary tables, the end of a
   * transaction that changed either): read the session's names again before the next rewrite.
   */
  readonly changesSession: boolean;
  /**
   * True when the session's settings fall back to their defaults (RESET ALL, DISCARD ALL): set those of
   * `keySettings` and `pinnedSettings` again before anything else is sent.
   */
  readonly resetsSettings: boolean;
}

export interface RewrittenStatement {
  /** The statement alone, without the semicolon. */
  readonly sql: string;
  readonly command: StatementCommand;
  /** Relations that the statement names, after resolution; no common table expressions. */
  readonly touches: readonly RelationName[];
  /** Printed names of the columns whose values pass through a mask. */
  readonly maskedColumns: readonly string[];
}

/** For audit, limits and command tags; `session` is SET, SHOW, DISCARD and the like. */
export type StatementCommand =
  | 'empty'
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'merge'
  | 'copy-out'
  | 'cursor'
  | 'prepare'
  | 'execute'
  | 'explain'
  | 'transaction'
  | 'session'
  | 'temporary-table'
  /** Only of roles that see everything as it is. */
  | 'other';

/** Why a query is not run. Every refusal names the construct and the rule, so that people mend the query. */
export interface Refused {
  readonly outcome: 'refused';
  readonly code: RefusalCode;
  /** A sentence that names the construct, and holds no value of the query. */
  readonly reason: string;
  /** What would pass, in a phrase: `select from 'shop.orders' without 'EXPLAIN'`. */
  readonly hint?: string;
  /** Characters before the construct, counted from 1 as PostgreSQL's error field P is; absent when it is the whole. */
  readonly position?: number;
  /** A query that would pass in its place, where there is one. */
  readonly instead?: string;
}

export type Rewriting = Rewritten | Refused;

/** Stable: audit, tests and clients match on these. */
export const refusalCodes = [
  /** The parser does not take the text: `reason` is its message. */
  'syntax',
  /** A kind of statement that is not on the list. */
  'statement',
  /** A syntax element that is not on the list. */
  'construct',
  /** A table, view or common table expression that the catalog does not know, or that none may read. */
  'relation',
  'function',
  'operator',
  'type',
  /** A setting that may not be read or changed, or not to this value. */
  'setting',
  /** A write that would read, change or probe masked values. */
  'write',
  /** Plans and estimates of masked tables. */
  'explain',
  /** Several statements in one message of which one changes what the next ones mean. */
  'several-statements',
  /** The mask of a column cannot be said in this database's SQL. */
  'mask',
  /** The rewritten text did not read as meant: an error in the rewriter, and never sent. */
  'unproven',
  /** Longer or deeper than is looked at. */
  'limit',
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

/** SQLSTATE of a refusal: what a gateway sends in field C. */
export function sqlStateOf(code: RefusalCode): string {
  switch (code) {
    case 'syntax':
      return '42601';
    case 'relation':
      return '42P01';
    case 'limit':
      return '54001';
    case 'unproven':
      return 'XX000';
    default:
      return '42501';
  }
}
