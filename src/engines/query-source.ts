import { ScrubjayError } from '../domain/errors.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import type { KeySetting } from '../domain/rewriting/key-settings.js';
import type { QueryCatalog } from '../domain/rewriting/query-catalog.js';
import type { SessionNames } from '../domain/rewriting/rewrite-context.js';

/** The database did not run a query to its end. Nothing of the server's own text is kept: it may quote values. */
export class QueryFailedError extends ScrubjayError {
  readonly code = 'query-failed';

  /** @param state SQLSTATE, or the server's number of the error */
  constructor(
    readonly state: string,
    sentence: string,
  ) {
    super(sentence, 'mend the query, or ask for less');
  }
}

/** A catalog and what tells whether it is still the same. */
export interface KnownCatalog {
  readonly stamp: string;
  readonly catalog: QueryCatalog;
}

export interface QuerySessionOptions {
  /** What masked expressions read the key from: never part of a query's text. */
  readonly keySettings: readonly KeySetting[];
  /** What masked expressions draw words from. */
  readonly words: WordLists;
  /** Milliseconds that one query may take. */
  readonly timeoutMs: number;
  /** The catalog as of an earlier session, used again while it is the same. */
  readonly known?: KnownCatalog | undefined;
}

/** Rows in text form, some at a time; null is NULL. */
export type QueryRows = readonly (readonly (string | null)[])[];

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** @throws QueryFailedError */
  readonly rows: AsyncIterable<QueryRows>;
}

/** A session in which one query is run that cannot change anything. */
export interface QuerySession {
  readonly known: KnownCatalog;
  readonly names: SessionNames;
  /** Runs the text of one rewritten SELECT; resolves with its first rows. @throws QueryFailedError */
  run(sql: string): Promise<QueryResult>;
  /** Ends it at once, whatever is under way. */
  close(): Promise<void>;
}

/** Where an engine answers queries of people. */
export interface QuerySource {
  /** @throws ConnectionError */
  open(location: string, options: QuerySessionOptions): Promise<QuerySession>;
}
