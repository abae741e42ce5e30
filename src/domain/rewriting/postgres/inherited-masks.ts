import { printColumnName, type Table } from '../../catalog/catalog.js';
import type { ColumnMask } from '../../policy/column-mask.js';
import { relationKey } from './known-relation.js';

/**
 * Masks of tables that share rows: a partition and its table, a child and its parents. Reading either
 * shows the other's rows, so a column masked in one is masked in all that have it.
 */
export function inheritedMasks(
  tables: readonly Table[],
  masks: ReadonlyMap<string, ColumnMask>,
): ReadonlyMap<string, ColumnMask> {
  const kin = kinOf(tables);
  const all = new Map(masks);
  const byKey = new Map(tables.map((table) => [relationKey(table.schema, table.name), table]));
  const pending = [...masks.values()];
  for (let mask = pending.pop(); mask; mask = pending.pop()) {
    const { column } = mask;
    for (const key of kin.get(relationKey(column.schema, column.table)) ?? []) {
      const table = byKey.get(key)!;
      const other = { schema: table.schema, table: table.name, column: column.column };
      const printed = printColumnName(other);
      if (all.has(printed) || !table.columns.some(({ name }) => name === other.column)) continue;
      const inherited = { ...mask, column: other };
      all.set(printed, inherited);
      pending.push(inherited);
    }
  }
  return all;
}

/** Parents and children of every table. */
function kinOf(tables: readonly Table[]): ReadonlyMap<string, readonly string[]> {
  const kin = new Map<string, string[]>();
  const known = new Set(tables.map(({ schema, name }) => relationKey(schema, name)));
  const link = (from: string, to: string) => kin.set(from, [...(kin.get(from) ?? []), to]);
  for (const { schema, name, parents } of tables) {
    for (const parent of parents) {
      const [child, above] = [relationKey(schema, name), relationKey(parent.schema, parent.name)];
      if (!known.has(above)) continue;
      link(child, above);
      link(above, child);
    }
  }
  return kin;
}
