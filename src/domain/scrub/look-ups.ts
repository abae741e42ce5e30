import { type ForeignKey, printColumnName, type RelationName } from '../catalog/catalog.js';

/** A value of the row that a row refers to, read beside its own. */
export interface LookUp {
  /** How masks name it: no column of the table itself has such a name. */
  readonly name: string;
  /** Columns that refer. */
  readonly by: readonly string[];
  readonly from: RelationName & { readonly key: readonly string[]; readonly column: string };
}

/** How a mask names a column of the row that a foreign key leads to. */
export function lookUpName(
  { columns, references: { schema, name: table } }: ForeignKey,
  column: string,
): string {
  return `${columns.join(', ')} -> ${printColumnName({ schema, table, column })}`;
}

/** Those of a table's references that are named. */
export function lookUpsOf(
  foreignKeys: readonly ForeignKey[],
  columnsOf: (table: RelationName) => readonly string[],
  named: ReadonlySet<string>,
): readonly LookUp[] {
  const found = new Map<string, LookUp>();
  for (const key of foreignKeys) {
    const { schema, name, columns } = key.references;
    for (const column of columnsOf(key.references)) {
      const asked = lookUpName(key, column);
      if (named.has(asked))
        found.set(asked, { name: asked, by: key.columns, from: { schema, name, key: columns, column } });
    }
  }
  return [...found.values()];
}
