import type { RelationName, Table } from '../../catalog/catalog.js';

/** A relation as queries of one role see it. */
export interface KnownRelation extends RelationName {
  readonly kind: 'table' | 'view' | 'materialised-view' | 'system' | 'temporary';
  /** Names of all columns, in order. */
  readonly columns: readonly string[];
  /** Columns that the role sees masked, and the expression that it sees in their place. */
  readonly masks: ReadonlyMap<string, string>;
  /** Columns that tell in which rows another is masked. */
  readonly tellsRows?: ReadonlySet<string>;
  /** Why nobody may read it through masking; absent when they may. */
  readonly closed?: string;
  /** True when values of masked columns lie under it, whether or not a query reads them. */
  readonly reachesMasked: boolean;
  /** A view's definition with everything masked below it; absent when the view holds no masked column. */
  readonly maskedDefinition?: string;
  /** A view that chooses or forms its rows by masked columns: masked whatever is read of it. */
  readonly alwaysMasked?: boolean;
  /** Structure and constraints, for writes; absent for views and system relations. */
  readonly table?: Table;
}

/** Key of a relation in maps; no name holds a NUL. */
export function relationKey(schema: string, name: string): string {
  return `${schema}\0${name}`;
}

/** An identifier as SQL, always quoted: one that needs no quotes today may be a keyword tomorrow. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL constant, whatever `standard_conforming_strings` says. */
export function quoteText(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

export function quoteRelation({ schema, name }: RelationName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** Columns that every table has without saying so; none holds a value of a person. */
export const systemColumns: ReadonlySet<string> = new Set([
  'tableoid',
  'ctid',
  'xmin',
  'xmax',
  'cmin',
  'cmax',
]);
