import { FINGERPRINT_KEY_BYTES } from './fingerprint.js';

/** A local name: looking up a global costs more than hashing. */
const { imul } = Math;

const PLACES = 1 << 16;

/**
 * Remembers values that came by lately, so that one which comes again and again is looked at once. By a keyed
 * 64-bit hash: two multiplicative lanes that feed one another, each finished as MurmurHash3 does (Appleby,
 * public domain).
 */
export class RecentValues {
  readonly #key: readonly [number, number, number, number];
  readonly #high = new Int32Array(PLACES);
  readonly #low = new Int32Array(PLACES);

  constructor(key: Uint8Array) {
    const view = new DataView(key.buffer, key.byteOffset, FINGERPRINT_KEY_BYTES);
    this.#key = [view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12)];
  }

  /** True when the value came by before; some that did are told as new. */
  hasSeen(bytes: Uint8Array, from: number, to: number): boolean {
    let [a, b] = this.#key;
    for (let i = from; i < to; i++) {
      a = imul(((a << 5) | (a >>> 27)) ^ bytes[i], 0x9e3779b1);
      b = imul(((b << 11) | (b >>> 21)) ^ (bytes[i] + a), 0x85ebca77);
    }
    const high = mix(a ^ this.#key[2]);
    const low = mix((b + high) ^ this.#key[3]);
    const place = high & (PLACES - 1);
    if (this.#high[place] === high && this.#low[place] === low) return true;
    this.#high[place] = high;
    this.#low[place] = low;
    return false;
  }
}

function mix(word: number): number {
  let h = word ^ (word >>> 16);
  h = imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
