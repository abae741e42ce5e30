import type { NativeClassification } from '../classification/native-classification.js';
import type { ColumnType } from './column-type.js';

/** A table or view by its full name; schemas and names are as stored, unquoted. */
export interface RelationName {
  readonly schema: string;
  readonly name: string;
}

/** A column by its full name. */
export interface ColumnName {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

export interface Column {
  readonly name: string;
  /** 1-based position, counting only columns that exist. */
  readonly ordinal: number;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** The default expression as the database prints it. */
  readonly default?: string;
  /** Computed by the database: never copied. */
  readonly generated?: 'stored' | 'virtual';
  readonly identity?: 'always' | 'by-default';
  readonly collation?: string;
  readonly comment?: string;
  /** Of a view: the columns whose values it shows; undefined where the definition does not tell. */
  readonly shows?: readonly ColumnName[];
  /** True where the database holds ciphertext alone, which only clients with the keys read: Always Encrypted. */
  readonly clientEncrypted?: boolean;
  /** What the database's own classification says of the column, where it keeps one. */
  readonly classification?: NativeClassification;
}

/** A primary key, unique constraint or unique index. */
export interface UniqueKey {
  readonly name: string;
  /** Columns of the key; an expression index lists the columns that its expressions and predicate read. */
  readonly columns: readonly string[];
  readonly primary: boolean;
  /** The expressions and predicate, for indexes that have them. */
  readonly expressions?: readonly string[];
  readonly predicate?: string;
  readonly nullsNotDistinct?: boolean;
  /** True for WITHOUT OVERLAPS: the last column is a period, and no two of a key may overlap. */
  readonly withoutOverlaps?: boolean;
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: RelationName & { readonly columns: readonly string[] };
  readonly matchFull: boolean;
  readonly deferrable: boolean;
  /** False for NOT VALID and NOT ENFORCED constraints. */
  readonly validated: boolean;
  /** True for PERIOD: the last column is a period, which those referred to must cover together. */
  readonly period?: boolean;
}

export interface CheckConstraint {
  readonly name: string;
  /** As the database prints it. */
  readonly expression: string;
  readonly columns: readonly string[];
  readonly validated: boolean;
}

/** An exclusion constraint: no two rows may overlap. */
export interface ExclusionConstraint {
  readonly name: string;
  readonly columns: readonly string[];
  readonly definition: string;
}

/** A column that a built-in trigger keeps as the search vector of other columns. */
export interface SearchVector {
  readonly column: string;
  /** Text search configuration, in full: `pg_catalog.english`. */
  readonly configuration: string;
  readonly reads: readonly string[];
}

export type TableKind = 'table' | 'partitioned' | 'partition' | 'foreign';

export interface Table extends RelationName {
  readonly kind: TableKind;
  readonly columns: readonly Column[];
  readonly uniqueKeys: readonly UniqueKey[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: readonly CheckConstraint[];
  readonly exclusions: readonly ExclusionConstraint[];
  /** The partitioned table that this one is a partition of, or the parents it inherits from. */
  readonly parents: readonly RelationName[];
  /** The columns or expressions that rows are routed by; empty when not partitioned. */
  readonly partitionKey: readonly string[];
  /** The table whose earlier rows this one keeps, in columns of the same names. */
  readonly historyOf?: RelationName;
  /** Absent when there are none; what other triggers compute, nobody knows. */
  readonly searchVectors?: readonly SearchVector[];
  readonly comment?: string;
  /** From the database's statistics, without counting; absent when it has none. */
  readonly estimatedRows?: number;
  readonly estimatedBytes?: number;
  /** Why the current role cannot read the table; absent when it can. */
  readonly unreadable?: string;
}

export interface View extends RelationName {
  readonly kind: 'view' | 'materialised-view';
  readonly columns: readonly Column[];
  readonly definition: string;
  /** Relations that the definition reads directly. */
  readonly readsFrom: readonly RelationName[];
  readonly comment?: string;
}

/** Everything of a data source that labels, plans and checks are decided on; no row of data. */
export interface Catalog {
  /** The engine's id: `postgres`, `sqlserver`, `files`. */
  readonly engine: string;
  readonly serverVersion: string;
  readonly database: string;
  /** Where the database's own classification stands, where it has no catalog for it. */
  readonly classificationsIn?: 'extended-properties';
  readonly tables: readonly Table[];
  readonly views: readonly View[];
}

/** `schema.table.column` for people and files; parts that hold a dot or a quote are double-quoted. */
export function printColumnName({ schema, table, column }: ColumnName): string {
  return [schema, table, column].map(printNamePart).join('.');
}

/** `schema.name` for people and files. */
export function printRelationName({ schema, name }: RelationName): string {
  return `${printNamePart(schema)}.${printNamePart(name)}`;
}

function printNamePart(part: string): string {
  return /[". \s]/.test(part) || part === '' ? `"${part.replaceAll('"', '""')}"` : part;
}

/**
 * The parts of a printed name: the inverse of `printColumnName` and `printRelationName`.
 * Returns undefined for a text that is not a dotted list of names.
 */
export function parseNameParts(text: string): readonly string[] | undefined {
  const parts: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^".\s]+))(\.|$)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) return undefined;
    parts.push(match[1] === undefined ? match[2] : match[1].replaceAll('""', '"'));
    if (match[3] === '') return parts;
  }
  return undefined;
}

/** Every column of every table, with the table it stands in. */
export function* columnsOf(catalog: Catalog): Generator<{ table: Table; column: Column; name: ColumnName }> {
  for (const table of catalog.tables) {
    for (const column of table.columns) {
      yield { table, column, name: { schema: table.schema, table: table.name, column: column.name } };
    }
  }
}
