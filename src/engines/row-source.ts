import type {
  Catalog,
  CheckConstraint,
  Column,
  ForeignKey,
  RelationName,
  UniqueKey,
} from '../domain/catalog/catalog.js';
import type { DataSourceIdentity } from './engine.js';
import type { SchemaStatement } from './schema-statements.js';

/** How rows travel: PostgreSQL's COPY formats. */
export type CopyFormat = 'text' | 'binary';

/** COPY data on its way: chunks cut anywhere, each overwritten when the next is asked for. */
export interface RowStream extends AsyncIterable<Buffer> {
  /** Gives up the rest, at once. */
  destroy(): void;
}

/** A part of a table's rows; what the numbers mean, the engine that made it knows. */
export interface RowRange {
  readonly from: number;
  /** Absent in the last range: it holds whatever comes after. */
  readonly to?: number;
}

/** Groups of rows that have some columns' values in common. */
export interface RowGroups {
  readonly rows: number;
  readonly classes: number;
  /** Rows of the smallest group; zero where there are none. */
  readonly k: number;
  /** Groups of one row. */
  readonly alone: number;
  readonly diversity: readonly number[];
}

/** Whole numbers below 2^48 that make a digest another one. */
export type DigestSeeds = readonly [number, number];

/** Of a multiset of rows: the digest of two together is the sum of each. */
export type RowDigest = readonly [rows: bigint, first: bigint, second: bigint];

/** A database whose rows can be read and counted: either side of a scrub, and what `verify` compares. */
export interface RowSource {
  /** Absent where rows travel as text alone. */
  readonly copiesInBinary?: true;
  identity(): Promise<DataSourceIdentity>;
  catalog(): Promise<Catalog>;
  /** Everything of the schema that is text: function bodies, comments, defaults, enum labels. */
  definitions(): Promise<readonly SchemaStatement[]>;
  /** Streams the columns of a table; the caller consumes the stream or destroys it. */
  copyOut(table: RelationName, columns: readonly string[], format: CopyFormat): Promise<RowStream>;
  countRows(table: RelationName): Promise<number>;
  /** Rows whose foreign key refers to nothing. */
  countOrphans(table: RelationName, key: ForeignKey): Promise<number>;
  /** Rows that share the values of a unique key with another row. */
  countDuplicates(table: RelationName, key: UniqueKey): Promise<number>;
  /**
   * Groups the rows that have the same quasi-identifiers, and tells of the groups; `diversity` is the fewest
   * different values of each sensitive column in one. Absent where an engine cannot ask.
   */
  anonymityOf?(
    table: RelationName,
    quasiIdentifiers: readonly string[],
    sensitive: readonly string[],
  ): Promise<RowGroups>;
  /** Rows that a check constraint does not let in; absent where an engine cannot ask. */
  countViolations?(table: RelationName, check: CheckConstraint): Promise<number>;
  /**
   * A digest of some columns' values in all rows, or those at some places, whatever their order: 128 bits,
   * computed by the server. Absent where an engine has none that another server of its kind would compute alike.
   */
  digestRows?(
    table: RelationName,
    columns: readonly string[],
    seeds: DigestSeeds,
    places?: readonly string[],
  ): Promise<RowDigest>;
  /**
   * What `digestRows` would be of rows with these values, once they are kept: of texts, a column's together.
   * Absent where `digestRows` is, or values cannot be sent without being written.
   */
  digestValues?(
    columns: readonly Pick<Column, 'name' | 'type'>[],
    values: readonly (readonly (string | null)[])[],
    seeds: DigestSeeds,
  ): Promise<RowDigest>;
  /**
   * The rows with these keys: the key's columns, then `columns`, in text form, cut like samples.
   * @param keys text forms of the key's columns, in the order of `keyColumns`
   */
  rowsByKey(
    table: RelationName,
    keyColumns: readonly string[],
    keys: readonly (readonly string[])[],
    columns: readonly string[],
  ): Promise<readonly (readonly (string | null)[])[]>;
  close(): Promise<void>;
}
