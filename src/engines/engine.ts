import type { Catalog, RelationName, Table } from '../domain/catalog/catalog.js';
import type { NativeLabels } from './native-labels.js';
import type { NativeMasking } from './native-masking.js';
import type { PostureSource } from './posture-source.js';
import type { QuerySource } from './query-source.js';

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
  /** Absent where the engine cannot keep labels itself. */
  readonly nativeLabels?: NativeLabels;
  /** Absent where there is nothing to check about an engine's data sources. */
  readonly posture?: PostureSource;
  /** Absent where the engine keeps no masks itself. */
  readonly nativeMasking?: NativeMasking;
  /** Absent where the engine answers no queries of people. */
  readonly queries?: QuerySource;
}

/** An open, read-only connection for discovery. */
export interface Session {
  identity(): Promise<DataSourceIdentity>;
  introspect(): Promise<Catalog>;
  /** A fair, bounded sample: one query, never a full scan, read-only, under a statement timeout. */
  sample(table: Table, options: SampleOptions): Promise<TableSample | SampleFailure>;
  close(): Promise<void>;
}
