import type { Readable, Writable } from 'node:stream';
import type { Catalog, RelationName, Table } from '../domain/catalog/catalog.js';

/** What engines differ in; ask for a capability, never for a kind. */
export interface EngineCapabilities {
  readonly scrubSource: boolean;
  readonly scrubTarget: boolean;
  readonly nativeMasking: boolean;
  readonly sensitivityClassification: boolean;
  readonly transparentEncryption: boolean;
}

/** Identifies a database beyond its host name, so that production is known under any alias. */
export interface DataSourceIdentity {
  /** Equal for two connections exactly when they reach the same database. */
  readonly id: string;
  /** Equal when they reach the same server. */
  readonly server: string;
  readonly database: string;
  readonly serverVersion: string;
  readonly role: string;
  /** Connection target without credentials, fit for messages: `postgres://host:5432/shop`. */
  readonly display: string;
}

export interface SampleOptions {
  /** Rows to take from each table at most. */
  readonly rows: number;
  /** Milliseconds that one table may take. */
  readonly timeoutMs: number;
}

/** Sampled values of one table, a column's values together, in text form; null is NULL. */
export interface TableSample {
  readonly table: RelationName;
  readonly rows: number;
  readonly values: ReadonlyMap<string, readonly (string | null)[]>;
}

/** A table that could not be sampled, and why; the scan goes on and says so. */
export interface SampleFailure {
  readonly table: RelationName;
  readonly reason: string;
}

/**
 * One way to reach somebody's data. `engines/postgres` is the built-in example. An engine translates
 * driver errors at its edge: their text quotes rows, and no row may reach a message.
 */
export interface Engine {
  /** `postgres`, `sqlserver`, `files`. */
  readonly id: string;
  readonly capabilities: EngineCapabilities;
  /** True for a URL or path that this engine opens. */
  recognises(location: string): boolean;
  /** Connects; throws a `ScrubjayError` that says which of host, credentials or database is wrong. */
  open(location: string): Promise<Session>;
}

/** An open, read-only connection for discovery. */
export interface Session {
  identity(): Promise<DataSourceIdentity>;
  introspect(): Promise<Catalog>;
  /** A fair, bounded sample: one query, never a full scan, read-only, under a statement timeout. */
  sample(table: Table, options: SampleOptions): Promise<TableSample | SampleFailure>;
  close(): Promise<void>;
}

/** How rows travel: PostgreSQL's COPY formats. */
export type CopyFormat = 'text' | 'binary';

/**
 * The source side of a scrub: every reader sees one snapshot, and every table is locked against
 * change of structure while the run lasts.
 */
export interface ScrubSource {
  identity(): Promise<DataSourceIdentity>;
  /** As of the snapshot. */
  catalog(): Promise<Catalog>;
  /** Streams the columns of a table; the caller must consume or destroy the stream. */
  copyOut(table: RelationName, columns: readonly string[], format: CopyFormat): Promise<Readable>;
  /** Exact count under the snapshot. */
  countRows(table: RelationName): Promise<number>;
  close(): Promise<void>;
}

/** One statement of the target's schema, with what it makes for messages and progress. */
export interface SchemaStatement {
  readonly makes: string;
  readonly sql: string;
}

/** The schema in the order it is built: data goes between the two sections. */
export interface SchemaSections {
  /** Schemas, types, functions, tables, defaults, views. */
  readonly preData: readonly SchemaStatement[];
  /** Indexes, keys, constraints, triggers, rules, policies, refreshed materialised views. */
  readonly postData: readonly SchemaStatement[];
  /** Sequence states as of the snapshot. */
  readonly sequences: readonly SchemaStatement[];
  /** What was left out on purpose, and why: roles, user mappings, foreign data. */
  readonly leftOut: readonly { readonly what: string; readonly why: string }[];
}

/** The target side of a scrub: everything happens in a work database, published by renaming. */
export interface ScrubTarget {
  identity(): Promise<DataSourceIdentity>;
  /** A stream that takes COPY data; its end resolves `loaded` with the number of rows stored. */
  copyIn(
    table: RelationName,
    columns: readonly string[],
    format: CopyFormat,
  ): Promise<{ stream: Writable; loaded: Promise<number> }>;
  execute(statements: readonly SchemaStatement[]): Promise<void>;
  countRows(table: RelationName): Promise<number>;
  /** Makes the verified copy visible under the target's name. */
  publish(): Promise<void>;
  /** Marks what was built as incomplete and leaves the published name untouched. */
  abandon(reason: string): Promise<void>;
  close(): Promise<void>;
}
