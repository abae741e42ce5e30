import type { Normaliser } from '../normalisation/normaliser.js';
import { NULL_VALUE, ValueBatchWriter, type ValueBatch } from '../value-batch.js';
import { DIGEST_LENGTH, type PseudonymFunction } from './pseudonym-function.js';

/** Digests of a batch's normalised values; keeps its scratch memory from batch to batch, and no values. */
export class NormalisedDigests {
  readonly #pseudonyms: PseudonymFunction;
  readonly #domain: string;
  readonly #normalise: Normaliser;
  readonly #scratch = new ValueBatchWriter();

  constructor(pseudonyms: PseudonymFunction, domain: string, normalise: Normaliser) {
    this.#pseudonyms = pseudonyms;
    this.#domain = domain;
    this.#normalise = normalise;
    // An unfit domain is a mistake of planning, not of the first batch.
    pseudonyms.digests(domain, this.#scratch);
  }

  /** `DIGEST_LENGTH` bytes a value; valid until the pseudonym function is next asked. */
  of({ bytes, starts, ends, count }: ValueBatch): Uint8Array {
    const scratch = this.#scratch;
    scratch.clear();
    for (let i = 0; i < count; i++) {
      if (starts[i] === NULL_VALUE) scratch.appendNull();
      else this.#normalise(bytes, starts[i], ends[i], scratch);
    }
    return this.#pseudonyms.digests(this.#domain, scratch);
  }
}

/**
 * A 32-bit unsigned draw: bytes `4 · which … 4 · which + 4` of a digest, big-endian.
 * SQL: `('x' || substr(encode(d, 'hex'), 8 * which + 1, 8))::bit(32)::bigint`.
 * @param which 0–7
 */
export function draw(digests: Uint8Array, index: number, which: number): number {
  const at = index * DIGEST_LENGTH + which * 4;
  return ((digests[at] << 24) | (digests[at + 1] << 16) | (digests[at + 2] << 8) | digests[at + 3]) >>> 0;
}
