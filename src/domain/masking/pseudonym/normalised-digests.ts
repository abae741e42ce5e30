import type { Normaliser } from '../normalisation/normaliser.js';
import { batchOf, type ValueBatch } from '../value-batch.js';
import { DIGEST_LENGTH, type PseudonymFunction } from './pseudonym-function.js';

/** Digests of a batch's normalised values. */
export class NormalisedDigests {
  readonly #pseudonyms: PseudonymFunction;
  readonly #domain: string;
  readonly #normaliser: Normaliser;

  constructor(pseudonyms: PseudonymFunction, domain: string, normaliser: Normaliser) {
    this.#pseudonyms = pseudonyms;
    this.#domain = domain;
    this.#normaliser = normaliser;
    // An unfit domain is a mistake of planning, not of the first batch.
    pseudonyms.digests(domain, batchOf([]));
  }

  /** `DIGEST_LENGTH` bytes a value; valid until the pseudonym function is next asked. */
  of(values: ValueBatch): Uint8Array {
    return this.#pseudonyms.digests(this.#domain, values, this.#normaliser);
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
