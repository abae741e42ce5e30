import type { Analysis, ColumnUse, RelationUse } from './analysis.js';
import { systemColumns } from './known-relation.js';

/**
 * True when a statement may read a masked column of a relation that it names. Goes by names alone and
 * errs on the side of yes: a yes too many masks a column that nobody asked for, a no too many shows one.
 */
export function touchesMasked(use: RelationUse, analysis: Analysis): boolean {
  const { relation, node } = use;
  if (relation.alwaysMasked === true) return true;
  if (relation.masks.size === 0) return false;
  const alias = node.alias as { readonly colnames?: unknown } | undefined;
  return (
    alias?.colnames !== undefined ||
    analysis.joinsByHiddenNames ||
    [...analysis.usingColumns].some((name) => relation.masks.has(name)) ||
    analysis.columns.some((column) => mayRead(column, use, analysis))
  );
}

function mayRead({ names, star, query }: ColumnUse, use: RelationUse, { joinAliases }: Analysis): boolean {
  const { relation, refname, role } = use;
  if (star) {
    const qualifier = names.at(-1);
    if (qualifier === undefined) return query === use.query;
    return role === 'target' || qualifier === refname || joinAliases.has(qualifier);
  }
  const name = names.at(-1)!;
  // A whole row: `SELECT c FROM customers c`, also through the alias of a join around it.
  if (name === refname || joinAliases.has(name)) return true;
  const qualifier = names.at(-2);
  if (qualifier === undefined) return relation.masks.has(name);
  // A write's target goes by its name, its alias, `old`, `new`, `excluded`: any qualifier may be it.
  if (role === 'target') return relation.masks.has(name);
  const isField = qualifier === '';
  if (isField) return relation.masks.has(name);
  if (qualifier !== refname && !joinAliases.has(qualifier)) return false;
  // What is no column is attribute notation: `c.row_to_json` calls a function on the whole row.
  return relation.masks.has(name) || !(relation.columns.includes(name) || systemColumns.has(name));
}
