import { findTechnique } from '../../masking/technique-registry.js';
import { freeText } from '../../masking/techniques/free-text.js';
import type { ColumnMask } from '../../policy/column-mask.js';

/** One sampled row's value of a masked column in the source and in the copy. */
export interface ValuePair {
  readonly original: string | null;
  readonly copied: string | null;
}

/** So many values must differ before it tells something that all of them stayed. */
const TELLING = 10;

/**
 * What is wrong with a masked column, by its sampled rows; undefined when nothing is. A technique that
 * promises so may leave no value as it was; another may leave some, and not all. Values inside others
 * (JSON, lists, texts) are the leak hunt's.
 */
export function compareValues(
  { technique: id }: Pick<ColumnMask, 'technique'>,
  pairs: readonly ValuePair[],
): string | undefined {
  const technique = findTechnique(id);
  if (technique.holds !== undefined || id === freeText.id) return undefined;
  const told = pairs.filter(({ original }) => original !== null && original.trim() !== '');
  const same = told.filter(({ original, copied }) => original === copied).length;
  if (technique.properties.neverOriginal && same > 0)
    return `${same} of ${told.length} sampled rows show the original value`;
  const distinct = new Set(told.map(({ original }) => original)).size;
  return distinct >= TELLING && same === told.length
    ? `all ${told.length} sampled rows show the original value`
    : undefined;
}
