import type { TsqlTree } from './parser.js';
import type { TableNode, TsqlReading } from './read-statement.js';

/**
 * The parts of the name of the table that a statement writes to; undefined where it names none. `UPDATE o … FROM
 * orders o` and `DELETE o FROM …` name it by its alias.
 */
export function writtenTable(
  kind: string,
  statement: TsqlTree,
  { tables }: TsqlReading,
): readonly string[] | undefined {
  const node = statement[kind] as TsqlTree;
  if (kind === 'Insert') return namesOf((node.table as TsqlTree).TableName);
  const [first] = tables;
  const named = kind === 'Delete' ? namesOf((node.tables as unknown[] | undefined)?.[0]) : first?.names;
  if (!named) return first?.names;
  return meantBy(named, tables)?.names ?? named;
}

/** The tables that a statement reads: without the alias that an UPDATE writes to. */
export function tablesRead(kind: string, { tables }: TsqlReading): readonly TableNode[] {
  const [first, ...others] = tables;
  return kind === 'Update' && first && meantBy(first.names, others) ? others : tables;
}

function meantBy(names: readonly string[], tables: readonly TableNode[]): TableNode | undefined {
  if (names.length > 1) return undefined;
  return tables.find(({ alias }) => alias?.toLowerCase() === names[0].toLowerCase());
}

function namesOf(parts: unknown): readonly string[] | undefined {
  const names = (parts as { Identifier?: { value: string } }[] | undefined)?.map(
    (part) => part.Identifier?.value ?? '',
  );
  return names && names.length > 0 ? names : undefined;
}
