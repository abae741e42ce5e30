/** Taken out once: where modules run in a context of their own, looking up a global costs more than hashing. */
const { imul } = Math;

/** Two words of 32 bits that name a text, under a key of the run. */
export interface Fingerprint {
  readonly high: number;
  readonly low: number;
}

/** What a fingerprint is taken of; the same bytes of two kinds have different ones. */
export const kinds = { words: 1, wordsBegin: 2, digits: 3, digitsBegin: 4, value: 5 } as const;

/** Bytes of a key. */
export const FINGERPRINT_KEY_BYTES = 16;

/**
 * A keyed 64-bit hash, byte by byte: two multiplicative lanes that feed one another, each finished as
 * MurmurHash3 does (Appleby, public domain). Under a random key that is forgotten after the run; it is no
 * cipher, and whatever holds fingerprints is kept as safe as the values.
 */
export class FingerprintHash implements Fingerprint {
  readonly #first: number;
  readonly #second: number;
  readonly #third: number;
  readonly #fourth: number;
  #a = 0;
  #b = 0;
  high = 0;
  low = 0;

  constructor(key: Uint8Array) {
    const view = new DataView(key.buffer, key.byteOffset, FINGERPRINT_KEY_BYTES);
    this.#first = view.getInt32(0);
    this.#second = view.getInt32(4);
    this.#third = view.getInt32(8);
    this.#fourth = view.getInt32(12);
  }

  reset(): void {
    this.#a = this.#first;
    this.#b = this.#second;
  }

  add(byte: number): void {
    const a = imul(((this.#a << 5) | (this.#a >>> 27)) ^ byte, 0x9e3779b1);
    this.#b = imul(((this.#b << 11) | (this.#b >>> 21)) ^ (byte + a), 0x85ebca77);
    this.#a = a;
  }

  /** Fills `high` and `low` with the fingerprint of what was added so far; more may be added after. */
  take(kind: number): void {
    const a = mix(this.#a ^ imul(kind, 0xc2b2ae3d) ^ this.#third);
    this.high = a;
    this.low = mix((this.#b + a) ^ this.#fourth);
  }
}

function mix(word: number): number {
  let h = word ^ (word >>> 16);
  h = imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const SMALLEST_BITS = 20;
/** 64 MiB. */
const LARGEST_BITS = 29;
/** One in thirty of other texts passes, and is looked up. */
const BITS_A_FINGERPRINT = 8;

/**
 * A Bloom filter (Bloom 1970): says of a fingerprint that it was surely never added, or may have been.
 * What it lets through is looked up exactly afterwards, so that its size costs time and never truth.
 */
export class FingerprintFilter {
  readonly #words: Int32Array;
  readonly #mask: number;

  /** @param expected fingerprints that will be added; 64 MiB at most are taken */
  constructor(expected: number) {
    const wanted = Math.ceil(Math.log2(Math.max(1, expected) * BITS_A_FINGERPRINT));
    const bits = Math.min(LARGEST_BITS, Math.max(SMALLEST_BITS, wanted));
    this.#words = new Int32Array(2 ** (bits - 5));
    this.#mask = 2 ** bits - 1;
  }

  add({ high, low }: Fingerprint): void {
    for (let i = 0; i < 3; i++) {
      const bit = (high + imul(i, low)) & this.#mask;
      this.#words[bit >>> 5] |= 1 << (bit & 31);
    }
  }

  has({ high, low }: Fingerprint): boolean {
    for (let i = 0; i < 3; i++) {
      const bit = (high + imul(i, low)) & this.#mask;
      if ((this.#words[bit >>> 5] & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }
}

/** Remembers values that came by lately, so that one which comes again and again is looked at once. */
export class RecentValues {
  readonly #hash: FingerprintHash;
  readonly #high = new Int32Array(1 << 16);
  readonly #low = new Int32Array(1 << 16);

  constructor(key: Uint8Array) {
    this.#hash = new FingerprintHash(key);
  }

  /** True when the value came by before; some that did are told as new. */
  hasSeen(bytes: Uint8Array, from: number, to: number): boolean {
    const hash = this.#hash;
    hash.reset();
    for (let i = from; i < to; i++) hash.add(bytes[i]);
    hash.take(kinds.value);
    const slot = hash.high & 0xffff;
    if (this.#high[slot] === hash.high && this.#low[slot] === hash.low) return true;
    this.#high[slot] = hash.high;
    this.#low[slot] = hash.low;
    return false;
  }
}
