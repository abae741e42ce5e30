import { type Catalog, type ColumnName, printColumnName } from '../catalog/catalog.js';
import type { DeclaredReference } from '../classification/labels-file.js';
import { isPlainReference } from './declared-references.js';
import type { ColumnMask } from './column-mask.js';

/** Columns that hold the same values, since one refers to the other: by printed name. */
export type ColumnLinks = readonly (readonly string[])[];

/**
 * Groups of columns that foreign keys, history tables and declared references tie together, however many steps apart;
 * each group begins with a column that refers to none of the others.
 */
export function linkedColumns(catalog: Catalog, declared: readonly DeclaredReference[]): ColumnLinks {
  const groups = new Map<string, Set<string>>();
  const referring = new Set<string>();
  const join = (from: ColumnName, to: ColumnName) => {
    const [a, b] = [printColumnName(from), printColumnName(to)];
    if (a === b) return;
    referring.add(a);
    const merged = new Set([...(groups.get(a) ?? [a]), ...(groups.get(b) ?? [b])]);
    for (const name of merged) groups.set(name, merged);
  };
  for (const { schema, name: table, foreignKeys, historyOf, columns: own } of catalog.tables) {
    if (historyOf) {
      for (const { name: column } of own)
        join({ schema, table, column }, { schema: historyOf.schema, table: historyOf.name, column });
    }
    for (const { columns, references } of foreignKeys) {
      columns.forEach((column, i) =>
        join(
          { schema, table, column },
          { schema: references.schema, table: references.name, column: references.columns[i] },
        ),
      );
    }
  }
  for (const reference of declared)
    if (isPlainReference(catalog, reference)) join(reference.from, reference.to);
  const isReferring = (name: string) => (referring.has(name) ? 1 : 0);
  return [...new Set(groups.values())].map((group) =>
    [...group].sort((a, b) => isReferring(a) - isReferring(b)),
  );
}

/**
 * Gives every linked column the mask of the column that it refers to, so that keys and references still
 * meet; where only a referring column was to be masked, the others take its mask.
 */
export function maskLinksAlike(
  masks: ReadonlyMap<string, ColumnMask>,
  links: ColumnLinks,
  nameOf: (printed: string) => ColumnName,
): ReadonlyMap<string, ColumnMask> {
  const alike = new Map(masks);
  for (const group of links) {
    const leader = group.find((name) => masks.has(name));
    if (leader === undefined) continue;
    const mask = masks.get(leader)!;
    for (const name of group) {
      if (name === leader) continue;
      alike.set(name, { ...mask, column: nameOf(name), because: `linked with ${leader}: ${mask.because}` });
    }
  }
  return alike;
}
