import type { Normaliser } from '../normalisation/normaliser.js';
import type { ValueBatch } from '../value-batch.js';

/** Bytes of one digest. */
export const DIGEST_LENGTH = 32;

/**
 * The one keyed function that every deterministic technique draws from: HMAC-SHA-256 (FIPS 198-1) over
 * `domain || 0x1F || normalised value`. PostgreSQL and SQL Server can compute the same digest with
 * what they have built in, so a copy, a query and a native mask agree.
 */
export interface PseudonymFunction {
  /** Names the key without giving it away: the first 16 hex digits of HMAC(key, "scrubjay key id"). */
  readonly keyId: string;

  /**
   * Digests of all values of a batch, `DIGEST_LENGTH` bytes each; those of NULLs are undefined.
   * The result is reused by the next call.
   * @param domain pseudonym domain, at most 64 bytes of ASCII
   * @param normaliser what the values go through before; absent when they have
   */
  digests(domain: string, values: ValueBatch, normaliser?: Normaliser): Uint8Array;

  /** A key of its own for another construction (FF1's AES key, for example), derived by purpose. */
  deriveKey(purpose: string): Uint8Array;
}
