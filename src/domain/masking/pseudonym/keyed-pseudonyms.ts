import { hkdfSync } from 'node:crypto';
import { ScrubjayError } from '../../errors.js';
import type { Normaliser } from '../normalisation/normaliser.js';
import { batchOf, type ValueBatch } from '../value-batch.js';
import { HmacSha256 } from './hmac-sha256.js';
import type { PseudonymFunction } from './pseudonym-function.js';

/** Shortest key that is taken: the security strength SP 800-107 asks of an HMAC key. */
const MINIMUM_KEY_LENGTH = 16;
/** A domain of 64 and what techniques append to it (`…/given-name`). */
const MAXIMUM_DOMAIN_LENGTH = 90;
const SEPARATOR = 0x1f;

export class InvalidKeyError extends ScrubjayError {
  readonly code = 'invalid-key';

  constructor(length: number) {
    super(
      `the pseudonym key has ${length} bytes, too few to keep stand-ins from being guessed`,
      `use at least ${MINIMUM_KEY_LENGTH} random bytes; 'scrubjay key new' makes a file with 32`,
    );
  }
}

export class InvalidDomainError extends ScrubjayError {
  readonly code = 'invalid-pseudonym-domain';

  constructor() {
    super(
      'a pseudonym domain is not plain ASCII or is too long',
      `use at most ${MAXIMUM_DOMAIN_LENGTH} printable ASCII characters, such as the information type's id`,
    );
  }
}

/**
 * The pseudonym function under a key, computed by the SIMD kernel.
 * @param key at least 16 bytes; copied
 * @throws InvalidKeyError
 */
export function createPseudonyms(key: Uint8Array): PseudonymFunction {
  if (key.length < MINIMUM_KEY_LENGTH) throw new InvalidKeyError(key.length);
  return new KeyedPseudonyms(key);
}

class KeyedPseudonyms implements PseudonymFunction {
  readonly keyId: string;
  readonly #hmac: HmacSha256;
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = Uint8Array.from(key);
    this.#hmac = new HmacSha256(key);
    const id = this.#hmac.digests(new Uint8Array(0), batchOf(['scrubjay key id']));
    this.keyId = Buffer.from(id.subarray(0, 8)).toString('hex');
  }

  digests(domain: string, values: ValueBatch, normaliser?: Normaliser): Uint8Array {
    return this.#hmac.digests(prefixOf(domain), values, normaliser);
  }

  /** HKDF-SHA-256 (RFC 5869), 32 bytes, with the purpose as its info. */
  deriveKey(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#key, 'scrubjay', purpose, 32));
  }
}

function prefixOf(domain: string): Uint8Array {
  if (domain.length > MAXIMUM_DOMAIN_LENGTH || !/^[\x20-\x7e]*$/.test(domain)) throw new InvalidDomainError();
  const prefix = Buffer.from(`${domain}?`, 'latin1');
  prefix[domain.length] = SEPARATOR;
  return prefix;
}
