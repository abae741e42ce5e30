import type { RelationName, Table } from '../../../catalog/catalog.js';
import { columnNamesOf } from '../derived-columns.js';
import type { PostgresProtection } from '../postgres-protection.js';
import type { WriteEvent } from './written-columns.js';

/**
 * The first constraint that a write could break or keep depending on masked values: one that ties a
 * written column to a masked one, in the table or in those that share rows or keys with it.
 */
export function constraintOracle(
  event: WriteEvent,
  written: readonly string[],
  table: Table,
  protection: PostgresProtection,
): string | undefined {
  const isWritten = (column: string) => written.includes(column);
  for (const part of withDescendants(table, protection)) {
    const masks = maskedColumns(part, protection);
    const isMasked = (column: string) => masks.has(column);
    const ties = (columns: readonly string[]) => columns.some(isWritten) && columns.some(isMasked);
    if (event !== 'delete') {
      const unique = part.uniqueKeys.find(({ columns, predicate }) =>
        ties([...columns, ...(predicate === undefined ? [] : columnNamesOf(predicate))]),
      );
      const excluded = part.exclusions.find(({ columns }) => ties(columns));
      const outgoing = part.foreignKeys.find(
        ({ columns, references }) =>
          columns.some(isWritten) && (columns.some(isMasked) || references.columns.some(masked(references))),
      );
      // The check of a new row sees nothing but what the client wrote.
      const checked = event === 'update' ? part.checks.find(({ columns }) => ties(columns)) : undefined;
      const found = unique ?? excluded ?? outgoing ?? checked;
      if (found) return found.name;
    }
    if (event === 'insert') continue;
    const incoming = referencesTo(part, protection).find(
      ({ from, key }) =>
        (event === 'delete' || key.references.columns.some(isWritten)) &&
        (key.references.columns.some(isMasked) || key.columns.some(masked(from))),
    );
    if (incoming) return incoming.key.name;
  }
  return undefined;

  function masked(relation: RelationName): (column: string) => boolean {
    const masks = maskedColumns(relation, protection);
    return (column) => masks.has(column);
  }
}

function maskedColumns(
  { schema, name }: RelationName,
  protection: PostgresProtection,
): ReadonlyMap<string, string> {
  return protection.relation(schema, name)?.masks ?? new Map<string, string>();
}

/** A table and what inherits from it: an UPDATE of a table changes rows of its children. */
export function withDescendants(table: Table, protection: PostgresProtection): readonly Table[] {
  const all = [table];
  for (const known of all) {
    const children = protection.catalog.catalog.tables.filter(
      (other) =>
        !all.includes(other) &&
        other.parents.some(({ schema, name }) => schema === known.schema && name === known.name),
    );
    all.push(...children);
  }
  return all;
}

/** Foreign keys of any table that refer to this one. */
export function referencesTo(table: Table, protection: PostgresProtection) {
  return protection.catalog.catalog.tables.flatMap((from) =>
    from.foreignKeys
      .filter(({ references }) => references.schema === table.schema && references.name === table.name)
      .map((key) => ({ from, key })),
  );
}
