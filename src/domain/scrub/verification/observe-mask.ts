import { prepareWith } from '../../masking/prepare-mask.js';
import type { BatchMask, Companions, MaskedColumn } from '../../masking/technique.js';
import { findTechnique, type MaskRequest, parseTechniqueOptions } from '../../masking/technique-registry.js';
import type { PseudonymFunction } from '../../masking/pseudonym/pseudonym-function.js';
import { textReader, type ValueBatch, ValueBatchWriter } from '../../masking/value-batch.js';
import type { WordLists } from '../../masking/word-lists.js';
import type { ColumnMask } from '../../policy/column-mask.js';

/** Told the originals that a mask replaces in one pseudonym domain, each with its stand-in when that is asked for. */
export type ObserveValue = (original: string, standIn: () => string | null) => void;

/** A mask that is watched at its work. */
export interface MaskObserver {
  /** Pseudonym domains that it writes stand-ins of. */
  readonly domains: ReadonlySet<string>;
  observe(values: ValueBatch, companions: Companions): void;
}

/**
 * Tells what a mask replaces: the values themselves, or those inside them that it takes apart (JSON
 * paths, array elements, what it finds in texts). The technique does the taking apart, so that nothing it
 * replaces is overlooked here.
 * @param pseudonyms under any key: under another than the run's, the stand-ins serve as decoys
 * @param observed what is told of the originals of one domain
 */
export function observerOf(
  { technique, options, domain }: ColumnMask,
  column: MaskedColumn,
  { pseudonyms, words }: { readonly pseudonyms: PseudonymFunction; readonly words: WordLists },
  observed: (domain: string) => ObserveValue,
): MaskObserver {
  const domains = new Set([domain]);
  const mask = watch({ technique, options, column, domain, pseudonyms, words }, domains, observed);
  const output = new ValueBatchWriter();
  return {
    domains,
    observe: (values, companions) => {
      output.clear();
      mask(values, output, companions);
    },
  };
}

function watch(
  request: MaskRequest,
  domains: Set<string>,
  observed: (domain: string) => ObserveValue,
): BatchMask {
  const technique = findTechnique(request.technique);
  const options = parseTechniqueOptions(request.technique, request.options);
  let takesApart = false;
  const mask = prepareWith(technique, options, request, (inner) => {
    takesApart = true;
    return watch(inner, domains, observed);
  });
  if (takesApart) return mask;
  const { domain } = request;
  domains.add(domain);
  const observe = observed(domain);
  return (input, output, companions) => {
    const first = output.count;
    mask(input, output, companions);
    const [originals, standIns] = [textReader(input), textReader(output)];
    let at = first;
    const standIn = () => standIns(at);
    for (let i = 0; i < input.count; i++) {
      const original = originals(i);
      at = first + i;
      if (original !== null) observe(original, standIn);
    }
  };
}
