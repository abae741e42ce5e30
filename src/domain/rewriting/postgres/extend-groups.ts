import type { Analysis, ColumnUse, RelationUse } from './analysis.js';
import { quoteIdentifier } from './known-relation.js';

import type { Edit } from './query-text.js';
import type { ExpectedTree } from './tree/expected-tree.js';
import { namesIn, nodesOf, type Visited } from './tree/walk.js';

/**
 * PostgreSQL lets a query that groups by a table's primary key select its other columns. A subquery has no
 * primary key: the columns that the query reads are added to its groups, which stay the same groups.
 */
export function extendGroups(
  masked: readonly RelationUse[],
  analysis: Analysis,
  edits: Edit[],
  expected: ExpectedTree,
): void {
  for (const use of masked) {
    const key = use.relation.table?.uniqueKeys.find(({ primary }) => primary)?.columns;
    const groups = nodesOf(use.query, 'groupClause');
    if (!key || groups.length === 0) continue;
    const grouped = groups.map((group) => columnOf(group, use));
    if (!key.every((column) => grouped.includes(column))) continue;
    const missing = [...new Set(columnsRead(use, analysis))].filter((column) => !grouped.includes(column));
    const at = grouped.findIndex((column) => column !== undefined && key.includes(column));
    const place = (groups[at].node.location as number | undefined) ?? 0;
    if (missing.length === 0) continue;
    const names = missing.map((column) => `${quoteIdentifier(use.refname)}.${quoteIdentifier(column)}`);
    edits.push({ start: place, end: place, text: `${names.join(', ')}, ` });
    expected.insert(
      use.query.groupClause as readonly unknown[],
      at,
      missing.map((column) => ({
        ColumnRef: { fields: [use.refname, column].map((sval) => ({ String: { sval } })) },
      })),
    );
  }
}

/** The relation's column that a group is made by; by its place in the target list too. */
function columnOf({ kind, node }: Visited, use: RelationUse): string | undefined {
  if (kind === 'ColumnRef') return ownColumn(namesIn(node, 'fields'), use);
  const place = kind === 'A_Const' ? (node.ival as { ival?: number } | undefined)?.ival : undefined;
  if (place === undefined) return undefined;
  const target = nodesOf(use.query, 'targetList')[place - 1];
  const [value] = target ? nodesOf(target.node, 'val') : [];
  return value?.kind === 'ColumnRef' ? ownColumn(namesIn(value.node, 'fields'), use) : undefined;
}

function ownColumn(names: readonly string[], { refname, relation }: RelationUse): string | undefined {
  const [column, qualifier = refname] = [names.at(-1)!, names.at(-2)];
  return qualifier === refname && relation.columns.includes(column) ? column : undefined;
}

/** Columns of the relation that its own query reads; types without equality cannot be grouped by. */
function columnsRead(use: RelationUse, { columns }: Analysis): readonly string[] {
  const ofQuery = ({ query, star }: ColumnUse) => query === use.query && !star;
  const comparable = (column: string) => {
    const family = use.relation.table?.columns.find(({ name }) => name === column)?.type;
    return family !== undefined && !['xml', 'geometry'].includes(family.family) && family.name !== 'json';
  };
  return columns
    .filter(ofQuery)
    .flatMap(({ names }) => ownColumn(names, use) ?? [])
    .filter(comparable);
}
