import type { CheckConstraint, Column, RelationName, Table } from '../domain/catalog/catalog.js';
import type { LookUp } from '../domain/scrub/look-ups.js';
import type { SourceNotice } from '../domain/scrub/scrub-plan.js';
import type { KeyPart } from '../domain/scrub/subset/subset-links.js';
import type { CopyFormat, RowRange, RowSource, RowStream } from './row-source.js';
import type { SchemaSections } from './schema-statements.js';

/**
 * The source side of a scrub: every read sees one snapshot, and every table is locked against change
 * of structure while the run lasts. Opening fails, with the full list, when a table cannot be read.
 */
export interface ScrubSource extends RowSource {
  /** The table's rows in at most so many ranges of like size: each row of the snapshot is in exactly one. */
  splitRows(table: RelationName, parts: number): Promise<readonly RowRange[]>;
  /** Streams the rows of one range, or all. */
  copyOut(
    table: RelationName,
    columns: readonly string[],
    format: CopyFormat,
    range?: RowRange,
  ): Promise<RowStream>;
  /**
   * Streams rows as COPY text, each with values of the rows that it refers to behind its own; a range, some
   * places, or all. Absent where an engine does not look up: masks do without, then.
   */
  copyOutWith?(
    table: RelationName,
    columns: readonly string[],
    lookUps: readonly LookUp[],
    which: { readonly range?: RowRange; readonly places?: readonly string[] },
  ): Promise<RowStream>;
  /**
   * Streams where each row is and its keys, as COPY text: place, whether `start` holds for it, then a field for
   * each key. With `copyPlaces`, what choosing a subset of rows needs; absent where an engine cannot.
   */
  copyKeys?(table: RelationName, keys: readonly KeyPart[], start: string): Promise<RowStream>;
  /** Streams the rows at these places, as COPY text. */
  copyPlaces?(table: RelationName, columns: readonly string[], places: readonly string[]): Promise<RowStream>;
  /** The schema as statements, as of the snapshot. */
  schema(): Promise<SchemaSections>;
  /** Names the moment that is read; absent where an engine cannot tell what changed since another. */
  snapshotMark?(): Promise<string>;
  /** True when the table, or a range, has exactly the rows that it had at another moment, of which `rows` were read. */
  unchangedSince?(table: RelationName, mark: string, rows: number, range?: RowRange): Promise<boolean>;
  /** Asks the server whether it would take rows; absent where an engine cannot. */
  readonly trial?: RowTrial;
  /** What is worth knowing of the source before a run: a role that may write, a replica, triggers at login. */
  notices(): Promise<readonly SourceNotice[]>;
}

/** Whether columns and checks would take values, asked of the server without writing any. */
export interface RowTrial {
  /** Some rows, any of them, as text; a very long value is NULL. */
  someRows(
    table: Table,
    columns: readonly string[],
    rows: number,
  ): Promise<readonly (readonly (string | null)[])[]>;
  /** True when the column's type, or its domain, takes not all of these. */
  isRefusedByType(column: Column, values: readonly (string | null)[]): Promise<boolean>;
  /** True when a row of these breaks the check; false also where that cannot be told. */
  isRefusedByCheck(
    check: CheckConstraint,
    columns: readonly Column[],
    rows: readonly (readonly (string | null)[])[],
  ): Promise<boolean>;
}

export interface ScrubSourceOptions {
  /**
   * `pg_dump`: the database's own program makes the schema's statements where there is one that is not older
   * than the server. `catalog`, the default: they are made from the catalog alone.
   */
  readonly schemaBy?: 'pg_dump' | 'catalog';
}
