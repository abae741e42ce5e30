import type { Catalog, RelationName } from '../../catalog/catalog.js';
import { printRelationName } from '../../catalog/catalog.js';
import { type Subset, rootOf, tableNamed } from './subset.js';
import type { SubsetGraph, SubsetLink } from './subset-links.js';

/** Bytes of a row where the database has no estimate of their number. */
const ROW_BYTES = 100;
/** Generations after which what is left is too little to matter. */
const ROUNDS = 50;

/**
 * How many rows of each family a subset will have, about, from the database's own estimates: as if rows
 * referred to others evenly. A condition (`where`) is taken to hold for all rows.
 * @returns by place of the family
 */
export function expectedRows(
  catalog: Catalog,
  subset: Subset,
  { families, links }: SubsetGraph,
): readonly number[] {
  const sizes = families.map(({ tables }) => sum(tables.map((table) => sizeOf(catalog, table))));
  const chosen = families.map(() => 0);
  const whole = new Set(subset.whole.map((name) => familyNamed(catalog, families, name)));
  for (const family of whole) if (family >= 0) chosen[family] = sizes[family];
  let frontier = families.map(() => 0);
  for (const { table, rows, share = 1 } of subset.start) {
    const family = familyNamed(catalog, families, table);
    if (family >= 0) frontier[family] = Math.min(sizes[family], rows ?? Math.ceil(share * sizes[family]));
  }
  frontier.forEach((rows, family) => (chosen[family] = together(chosen[family], rows, sizes[family])));

  // Children of a link have their parents already.
  const viaLink = new Map<SubsetLink, number>();
  const { depth = ROUNDS, perRow = Infinity, skip } = subset.children;
  for (let round = 0; round < Math.min(depth, ROUNDS) && sum(frontier) >= 0.5; round++) {
    const next = families.map(() => 0);
    for (const link of links) {
      if (skip.includes(link.name) || frontier[link.parent] === 0) continue;
      const { child, parent } = link;
      const each = Math.min(perRow, sizes[child] / Math.max(1, sizes[parent]));
      const all = Math.min(sizes[child], frontier[parent] * each);
      const added = together(chosen[child], all, sizes[child]) - chosen[child];
      chosen[child] += added;
      next[child] += added;
      viaLink.set(link, Math.min(sizes[child], (viaLink.get(link) ?? 0) + all));
    }
    frontier = next;
  }
  // What is referred to is there beside what was chosen without it, however many references agree.
  const before = [...chosen];
  for (let round = 0; round < ROUNDS; round++) {
    const unchosen = before.map((rows, family) => Math.max(0, sizes[family] - rows));
    for (const link of links) {
      const referring = Math.max(0, chosen[link.child] - (viaLink.get(link) ?? 0));
      unchosen[link.parent] *= Math.exp(-referring / Math.max(1, sizes[link.parent]));
    }
    const next = sizes.map((size, family) => size - unchosen[family]);
    const added = sum(next) - sum(chosen);
    next.forEach((rows, family) => (chosen[family] = rows));
    if (added < 0.5) break;
  }
  return chosen.map((rows, family) => Math.min(sizes[family], Math.round(rows)));
}

/** Of two choices that know nothing of one another. */
function together(one: number, other: number, of: number): number {
  return of === 0 ? 0 : of * (1 - (1 - Math.min(1, one / of)) * (1 - Math.min(1, other / of)));
}

export function familyNamed(catalog: Catalog, families: SubsetGraph['families'], name: string): number {
  const table = tableNamed(catalog, name);
  const root = table && printRelationName(rootOf(table, catalog));
  return families.findIndex((family) => printRelationName(family) === root);
}

function sizeOf({ tables }: Catalog, { schema, name }: RelationName): number {
  const table = tables.find((own) => own.schema === schema && own.name === name);
  return table?.estimatedRows ?? Math.ceil((table?.estimatedBytes ?? 0) / ROW_BYTES);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
