import type { ColumnName, RelationName } from '../../domain/catalog/catalog.js';

/** A name as SQL Server reads it back unchanged, whatever stands in it, with any QUOTED_IDENTIFIER. */
export function quoteName(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}

export function quoteRelation({ schema, name }: RelationName): string {
  return `${quoteName(schema)}.${quoteName(name)}`;
}

export function quoteColumn({ schema, table, column }: ColumnName): string {
  return `${quoteRelation({ schema, name: table })}.${quoteName(column)}`;
}

export function quoteNames(names: readonly string[]): string {
  return names.map(quoteName).join(', ');
}

/** A Unicode string literal; T-SQL knows no escape but the doubled quote. */
export function quoteLiteral(text: string): string {
  return `N'${text.replaceAll("'", "''")}'`;
}
