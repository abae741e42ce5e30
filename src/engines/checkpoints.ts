import type { RowRange } from './row-source.js';

/** One table that a run has copied whole. */
export interface DoneTable {
  /** Printed in full. */
  readonly name: string;
  /** The moment of the source that it was copied from: `ScrubSource.snapshotMark`. */
  readonly mark: string;
  /** What the run keeps of it, as JSON can hold it. */
  readonly result: unknown;
}

/** A range of a table's rows that a run has copied whole. */
export interface DoneRange extends DoneTable {
  readonly range: RowRange;
}

/** What a run had done when it was broken off. */
export interface Checkpoint {
  /** Ranges that tables were divided into, by printed name; absent where nothing is kept by range. */
  readonly divided?: ReadonlyMap<string, readonly RowRange[]>;
  readonly ranges?: readonly DoneRange[];
  /** False when not even the tables were all made. */
  readonly hasSchema: boolean;
  /** True when indexes and keys were being built. */
  readonly hasKeysBegun: boolean;
  readonly tables: readonly DoneTable[];
}

/** Keeps what a run has done, in its work database. */
export interface Checkpoints {
  /** Undefined in a work database that nothing was done in. */
  read(): Promise<Checkpoint | undefined>;
  schemaMade(): Promise<void>;
  tableCopied(table: DoneTable): Promise<void>;
  /**
   * Told before the first of its ranges is copied; each is kept in the transaction that stores its rows. Absent
   * where an engine keeps whole tables only.
   */
  tableDivided?(name: string, ranges: readonly RowRange[]): Promise<void>;
  keysBegun(): Promise<void>;
  /** Takes all of it away, before anybody sees the copy. */
  clear(): Promise<void>;
}
