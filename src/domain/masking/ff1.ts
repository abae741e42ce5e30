import { createCipheriv, type Cipheriv } from 'node:crypto';
import { ScrubjayError } from '../errors.js';
import { BLOCK, type Direction, type Frame, type Halves, ROUNDS, throughRounds } from './ff1-rounds.js';

export type { Halves } from './ff1-rounds.js';

/** SP 800-38G rev. 1 §5.1: radix ** length is at least this. */
const MINIMUM_DOMAIN = 1_000_000;
const MAXIMUM_LENGTH = 4096;
/** Halves up to this are computed in plain numbers: a reduction step multiplies them by 2 ** 16. */
const PLAIN_LIMIT = 2 ** 36;
/** Of radix 2: no reduction, since a remainder is the last bits of a number. */
const BINARY_LIMIT = 2 ** 48;

/** The domain is too small, or the numerals do not belong to it. */
export class FormatPreservingError extends ScrubjayError {
  readonly code = 'format-preserving-domain';
}

/**
 * FF1 format-preserving encryption: NIST SP 800-38G rev. 1 (draft of 2019, which only raises the
 * minimum domain), algorithms 7 and 8, over AES-128, -192 or -256.
 *
 * A batch goes through the rounds together: one AES-ECB call a round for all its values, since a call
 * costs fifty times what a block does.
 */
export class Ff1 {
  readonly radix: number;
  readonly #key: Uint8Array;
  readonly #aes: Cipheriv;
  #known: { readonly length: number; readonly tweak: Uint8Array; readonly frame: Frame } | undefined;

  /**
   * @param key 16, 24 or 32 bytes
   * @param radix 2 … 65536
   */
  constructor(key: Uint8Array, radix: number) {
    if (!Number.isInteger(radix) || radix < 2 || radix > 65_536) {
      throw new FormatPreservingError(`FF1 knows no radix ${radix}`, 'use a whole number from 2 to 65536');
    }
    if (![16, 24, 32].includes(key.length)) {
      throw new FormatPreservingError(`an AES key has no ${key.length} bytes`, 'use 16, 24 or 32');
    }
    this.radix = radix;
    this.#key = Uint8Array.from(key);
    // ECB over single blocks is the bare cipher that FF1 is defined over; no data is enciphered with it.
    this.#aes = createCipheriv(`aes-${this.#key.length * 8}-ecb`, this.#key, null).setAutoPadding(false);
  }

  /** Numerals (most significant first, each below the radix) in, numerals of the same length out. */
  encrypt(numerals: readonly number[], tweak: Uint8Array = new Uint8Array(0)): number[] {
    return this.#one(numerals, tweak, 'encrypt');
  }

  /** The inverse of `encrypt` under the same tweak. */
  decrypt(numerals: readonly number[], tweak: Uint8Array = new Uint8Array(0)): number[] {
    return this.#one(numerals, tweak, 'decrypt');
  }

  /** Encrypts in place a batch of numeral strings of one length, given as their halves. */
  encryptHalves(halves: Halves, tweak: Uint8Array): void {
    this.#rounds(halves, tweak, 'encrypt');
  }

  decryptHalves(halves: Halves, tweak: Uint8Array): void {
    this.#rounds(halves, tweak, 'decrypt');
  }

  /** True when halves of numeral strings of this length fit plain numbers. */
  fitsPlainNumbers(length: number): boolean {
    const limit = this.radix === 2 ? BINARY_LIMIT : PLAIN_LIMIT;
    return this.radix ** Math.ceil(length / 2) <= limit;
  }

  #one(numerals: readonly number[], tweak: Uint8Array, direction: Direction): number[] {
    const { radix } = this;
    const length = numerals.length;
    if (numerals.some((numeral) => !Number.isInteger(numeral) || numeral < 0 || numeral >= radix)) {
      throw new FormatPreservingError('a numeral is not below the radix', 'check the alphabet');
    }
    const leftLength = length >> 1;
    const value = (part: readonly number[]) =>
      part.reduce((sum, numeral) => sum * BigInt(radix) + BigInt(numeral), 0n);
    const left = value(numerals.slice(0, leftLength));
    const right = value(numerals.slice(leftLength));
    const halves: Halves = this.fitsPlainNumbers(length)
      ? { length, count: 1, left: [Number(left)], right: [Number(right)] }
      : { length, count: 1, left: [left], right: [right] };
    this.#rounds(halves, tweak, direction);
    return [
      ...numeralsOf(BigInt(halves.left[0]), radix, leftLength),
      ...numeralsOf(BigInt(halves.right[0]), radix, length - leftLength),
    ];
  }

  #rounds(halves: Halves, tweak: Uint8Array, direction: Direction): void {
    const { length, count } = halves;
    this.#checkDomain(length);
    if (count === 0) return;
    throughRounds(halves, this.#frame(length, tweak, count), this.radix, direction, (blocks) =>
      this.#aes.update(blocks),
    );
  }

  #checkDomain(length: number): void {
    if (length > MAXIMUM_LENGTH) {
      throw new FormatPreservingError(`${length} numerals are too many`, `use at most ${MAXIMUM_LENGTH}`);
    }
    if (length < 2 || this.radix ** length < MINIMUM_DOMAIN) {
      throw new FormatPreservingError(
        `${length} numerals of radix ${this.radix} make fewer than a million values, which SP 800-38G does not allow`,
        'use longer values, or pseudonymise-identifier, which permutes small domains by a keyed table',
      );
    }
  }

  /** The last one made, where it serves: batches of one column differ in their number of values alone. */
  #frame(length: number, tweak: Uint8Array, count: number): Frame {
    const known = this.#known;
    const frame =
      known?.length === length && Buffer.compare(known.tweak, tweak) === 0
        ? known.frame
        : this.#makeFrame(length, tweak);
    this.#known = { length, tweak: Uint8Array.from(tweak), frame };
    if (frame.blocks.length < count * BLOCK) frame.blocks = new Uint8Array(count * BLOCK);
    return frame;
  }

  /** All that does not change from value to value; names as in the standard. */
  #makeFrame(n: number, tweak: Uint8Array): Frame {
    const v = n - (n >> 1);
    const b = Math.ceil(bitsOf(this.radix, v) / 8);
    const d = 4 * Math.ceil(b / 4) + 4;
    const p = Buffer.alloc(BLOCK);
    p.set([1, 2, 1]);
    p.writeUIntBE(this.radix, 3, 3);
    p.set([ROUNDS, (n >> 1) & 0xff], 6);
    p.writeUInt32BE(n, 8);
    p.writeUInt32BE(tweak.length, 12);
    const tail = Math.ceil((tweak.length + b + 1) / BLOCK) * BLOCK;
    const q = new Uint8Array(tail);
    q.set(tweak);
    // Blocks of Q that hold neither the round nor NUM(B) are the same for all values: chained once.
    const shared = Math.floor((tail - b - 1) / BLOCK) * BLOCK;
    let chain: Uint8Array = this.#aes.update(p);
    for (let at = 0; at < shared; at += BLOCK) {
      chain = this.#aes.update(chain.map((byte, i) => byte ^ q[at + i]));
    }
    return {
      b,
      d,
      tail: q.subarray(shared),
      chain: Uint8Array.from(chain),
      own: tail - shared,
      blocks: new Uint8Array(0),
      numB: new Uint8Array(b),
    };
  }
}

/** ⌈v · log2(radix)⌉, exactly. */
function bitsOf(radix: number, v: number): number {
  return (BigInt(radix) ** BigInt(v) - 1n).toString(2).length;
}

function numeralsOf(value: bigint, radix: number, length: number): number[] {
  const numerals: number[] = new Array<number>(length);
  let rest = value;
  for (let i = length - 1; i >= 0; i--) {
    numerals[i] = Number(rest % BigInt(radix));
    rest /= BigInt(radix);
  }
  return numerals;
}
