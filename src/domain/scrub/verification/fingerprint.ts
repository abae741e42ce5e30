/** Two words of 32 bits that name a text, under a key of the run; `kernels/needle-search.ts` makes them. */
export interface Fingerprint {
  readonly high: number;
  readonly low: number;
}

/** Bytes of a key: random, and forgotten after the run. */
export const FINGERPRINT_KEY_BYTES = 16;
