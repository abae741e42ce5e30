import type { Column, Table } from '../../catalog/catalog.js';
import type { QueryCatalog } from '../query-catalog.js';
import { parseStatements, type TreeNode } from './parser.js';

/** Generated columns that are computed from masked ones, or in a way that cannot be read. */
export function derivedColumns(
  table: Table,
  masked: ReadonlySet<string>,
  { generated }: QueryCatalog,
): readonly Column[] {
  if (masked.size === 0) return [];
  const derived = generated.filter(
    ({ column, expression }) =>
      column.schema === table.schema && column.table === table.name && mentions(expression, masked),
  );
  return table.columns.filter(
    ({ name, generated: isGenerated }) =>
      !masked.has(name) && isGenerated !== undefined && derived.some(({ column }) => column.column === name),
  );
}

function mentions(expression: string, names: ReadonlySet<string>): boolean {
  const parsed = parseStatements(`select ${expression}`);
  return 'outcome' in parsed || [...columnNames(parsed[0]?.stmt)].some((name) => names.has(name));
}

/** Columns that an expression of the catalog names; none where it cannot be parsed. */
export function columnNamesOf(expression: string): readonly string[] {
  const parsed = parseStatements(`select ${expression}`);
  return 'outcome' in parsed ? [] : [...columnNames(parsed[0]?.stmt)];
}

/** Every name in every column reference of a tree. */
function* columnNames(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'ColumnRef') {
      for (const field of (inner as { fields: TreeNode[] }).fields) {
        const text = field.String as { sval?: string } | undefined;
        if (text) yield text.sval ?? '';
      }
    } else yield* columnNames(inner);
  }
}
