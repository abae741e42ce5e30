import { caseFolded } from './normalisation/case-folded.js';
import { exact } from './normalisation/exact.js';
import { NormalisedDigests } from './pseudonym/normalised-digests.js';
import { DIGEST_LENGTH } from './pseudonym/pseudonym-function.js';
import type { Companions, MaskingContext } from './technique.js';
import { NULL_VALUE, type ValueBatch } from './value-batch.js';

/**
 * Digests that are the same for all values of one person: of a key column's original value where one
 * is named, of the value itself where none is, or where the key is NULL.
 */
export class PerPersonDigests {
  readonly #per: string | undefined;
  readonly #ofPerson: NormalisedDigests;
  readonly #ofValue: NormalisedDigests;

  /**
   * @param per name of the key column
   * @param domain of the keys: shared by all columns of a person, whatever they hold
   */
  constructor(per: string | undefined, domain: string, context: MaskingContext) {
    this.#per = per;
    this.#ofPerson = new NormalisedDigests(context.pseudonyms, domain, caseFolded);
    this.#ofValue = new NormalisedDigests(context.pseudonyms, context.domain, exact);
  }

  of(input: ValueBatch, companions: Companions): Uint8Array {
    const keys = this.#per === undefined ? undefined : companions.get(this.#per);
    if (!keys) return this.#ofValue.of(input);
    const hasNulls = keys.starts.subarray(0, keys.count).includes(NULL_VALUE);
    const digests = this.#ofPerson.of(keys);
    if (!hasNulls) return digests;
    const own = digests.slice();
    const ofValues = this.#ofValue.of(input);
    for (let i = 0; i < input.count; i++) {
      if (keys.starts[i] !== NULL_VALUE) continue;
      own.set(ofValues.subarray(i * DIGEST_LENGTH, (i + 1) * DIGEST_LENGTH), i * DIGEST_LENGTH);
    }
    return own;
  }
}
