import type { PseudonymFunction } from '../domain/masking/pseudonym/pseudonym-function.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import { type PlanBasis, planScrub } from '../domain/scrub/plan-scrub.js';
import type { ScrubPlan } from '../domain/scrub/scrub-plan.js';
import type { ScrubSource } from '../engines/scrub-source.js';
import { tryMasks } from './try-masks.js';

/** A plan by the catalog, whose masks were then tried on some rows of the source; it writes nothing. */
export async function planRun(
  basis: PlanBasis,
  trial: {
    readonly source: ScrubSource;
    readonly pseudonyms: PseudonymFunction;
    readonly words: WordLists;
  },
): Promise<ScrubPlan> {
  const plan = planScrub(basis);
  // Masks that do not fit by the catalog already cannot be tried.
  if (plan.refusals.length > 0) return plan;
  return { ...plan, refusals: await tryMasks({ ...trial, plan }) };
}
