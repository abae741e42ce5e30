import { type Catalog, printRelationName } from '../domain/catalog/catalog.js';
import { ScrubjayError } from '../domain/errors.js';
import type { SubsetPlan } from '../domain/scrub/scrub-plan.js';
import { familyNamed } from '../domain/scrub/subset/expected-rows.js';
import type { ScrubSource } from '../engines/scrub-source.js';
import type { ScrubTarget } from '../engines/scrub-target.js';
import type { FollowedLink, SubsetWorkspace } from '../engines/subset-workspace.js';
import { SubsetSource } from './subset-source.js';

/** One side cannot choose rows. */
export class NoSubsetsError extends ScrubjayError {
  readonly code = 'no-subsets';

  constructor() {
    super('this kind of database can only be copied whole', 'leave the subset out');
  }
}

/** Rounds before the first: tables that are copied whole, from which nothing is followed down. */
const WHOLE = -1;
const START = 0;

export interface ChoosingSubset {
  readonly source: ScrubSource;
  readonly target: ScrubTarget;
  readonly catalog: Catalog;
  readonly subset: SubsetPlan;
  readonly onProgress: (doing: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Chooses rows: those to start with, rows that refer to them as far as was asked, then everything that any
 * of these refers to, however many steps away; cycles end where nothing new comes. Keys are read from the
 * source once, and compared beside the work database.
 * @returns the source as a source of these rows alone; the caller closes its workspace
 */
export async function chooseSubset(choosing: ChoosingSubset): Promise<SubsetSource> {
  const { source, target, subset } = choosing;
  if (!source.copyKeys || !source.copyPlaces || !target.subsetWorkspace) throw new NoSubsetsError();
  const workspace = await target.subsetWorkspace();
  try {
    await workspace.open(subset.families.map(({ keys }) => keys.map(({ inside }) => inside !== undefined)));
    await readKeys(choosing, workspace);
    const links = subset.links.map((link) => followed(link, subset));
    await workspace.ready(links);
    choosing.onProgress('following references', 1, 1);
    await choose(choosing, workspace, links);
    const counts = new Map<string, number>();
    for (const [family, { tables }] of subset.families.entries())
      for (const [part, table] of tables.entries())
        counts.set(printRelationName(table), await workspace.count(family, part));
    return new SubsetSource({ source, workspace, subset, counts });
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

function followed(link: SubsetPlan['links'][number], { families }: SubsetPlan): FollowedLink {
  const hasSeveral = link.childKey.some((place) => families[link.child].keys[place].inside !== undefined);
  return { ...link, hasSeveral };
}

async function readKeys(
  { source, catalog, subset, signal, onProgress }: ChoosingSubset,
  workspace: SubsetWorkspace,
): Promise<void> {
  const conditions = new Map<number, string[]>();
  for (const { table, where = 'true' } of subset.asked.start) {
    const family = familyNamed(catalog, subset.families, table);
    conditions.set(family, [...(conditions.get(family) ?? []), `(${where})`]);
  }
  for (const table of subset.asked.whole)
    conditions.set(familyNamed(catalog, subset.families, table), ['true']);
  const total = subset.families.reduce((sum, { tables }) => sum + tables.length, 0);
  let done = 0;
  for (const [family, { tables, keys }] of subset.families.entries()) {
    for (const [part, table] of tables.entries()) {
      signal?.throwIfAborted();
      onProgress(`keys of ${printRelationName(table)}`, done++, total);
      const start = conditions.get(family)?.join(' or ') ?? 'false';
      await workspace.addKeys(family, part, await source.copyKeys!(table, keys, start));
    }
  }
}

async function choose(
  { catalog, subset, signal }: ChoosingSubset,
  workspace: SubsetWorkspace,
  links: readonly FollowedLink[],
): Promise<void> {
  const { asked, families } = subset;
  const { depth = Infinity, perRow, skip } = asked.children;
  for (const { table, rows, share } of asked.start)
    await workspace.start(familyNamed(catalog, families, table), { rows, share }, START);
  const downwards = links.filter(({ name }) => !skip.includes(name));
  for (let round = START + 1, added = 1; added > 0 && round <= depth; round++) {
    added = 0;
    for (const link of downwards) {
      signal?.throwIfAborted();
      added += await workspace.addChildren(link, round, perRow);
    }
  }
  await chooseWhole(workspace, subset, catalog);
  // Later than any round downwards; each looks at what the one before it brought.
  let since = WHOLE;
  for (let round = 1_000_000, added = 1; added > 0; round++) {
    added = 0;
    for (const link of links) {
      signal?.throwIfAborted();
      added += await workspace.addParents(link, since, round);
    }
    since = round;
  }
}

async function chooseWhole(
  workspace: SubsetWorkspace,
  { asked, families }: SubsetPlan,
  catalog: Catalog,
): Promise<void> {
  for (const name of asked.whole) await workspace.start(familyNamed(catalog, families, name), {}, WHOLE);
}
