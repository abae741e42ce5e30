import { prepareWith } from '../../masking/prepare-mask.js';
import type { BatchMask, Companions, MaskedColumn } from '../../masking/technique.js';
import { findTechnique, type MaskRequest, parseTechniqueOptions } from '../../masking/technique-registry.js';
import type { PseudonymFunction } from '../../masking/pseudonym/pseudonym-function.js';
import { textOf, type ValueBatch, ValueBatchWriter } from '../../masking/value-batch.js';
import type { WordLists } from '../../masking/word-lists.js';
import type { ColumnMask } from '../../policy/column-mask.js';

/** Original values that a mask replaces in one pseudonym domain, each with a stand-in. */
export interface ObservedValues {
  readonly domain: string;
  readonly pairs: readonly { readonly original: string; readonly standIn: string | null }[];
}

/**
 * What a mask replaces in sampled values: the values themselves, or those inside them that it takes
 * apart (JSON paths, array elements, what it finds in texts). The technique does the taking apart, so
 * that nothing it replaces is overlooked here.
 * @param pseudonyms under any key: under another than the run's, the stand-ins serve as decoys
 */
export function observeMask(
  mask: ColumnMask,
  column: MaskedColumn,
  values: ValueBatch,
  companions: Companions,
  { pseudonyms, words }: { readonly pseudonyms: PseudonymFunction; readonly words: WordLists },
): readonly ObservedValues[] {
  const records: Recorded[] = [];
  const { technique, options, domain } = mask;
  const observing = observe({ technique, options, column, domain, pseudonyms, words }, records);
  observing(values, new ValueBatchWriter(), companions);
  return records;
}

interface Recorded extends ObservedValues {
  readonly pairs: { original: string; standIn: string | null }[];
}

function observe(request: MaskRequest, records: Recorded[]): BatchMask {
  const technique = findTechnique(request.technique);
  const options = parseTechniqueOptions(request.technique, request.options);
  let takesApart = false;
  const mask = prepareWith(technique, options, request, (inner) => {
    takesApart = true;
    return observe(inner, records);
  });
  if (takesApart) return mask;
  const record: Recorded = { domain: request.domain, pairs: [] };
  records.push(record);
  return (input, output, companions) => {
    const first = output.count;
    mask(input, output, companions);
    for (let i = 0; i < input.count; i++) {
      const original = textOf(input, i);
      if (original !== null) record.pairs.push({ original, standIn: textOf(output, first + i) });
    }
  };
}
