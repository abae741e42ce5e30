import { createCipheriv, type Cipheriv } from 'node:crypto';
import { ScrubjayError } from '../errors.js';

const BLOCK = 16;
const WORD = 2 ** 32;
const ROUNDS = 10;
/** SP 800-38G rev. 1 §5.1: radix ** length is at least this. */
const MINIMUM_DOMAIN = 1_000_000;
const MAXIMUM_LENGTH = 4096;
/** Halves up to this are computed in plain numbers: a reduction step multiplies them by 2 ** 16. */
const PLAIN_LIMIT = 2 ** 36;
/** Of radix 2: no reduction, since a remainder is the last bits of a number. */
const BINARY_LIMIT = 2 ** 48;
/** Up to here both halves are below 2 ** 31. */
const NARROW_BITS = 60;

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
    const frame = this.#frame(length, tweak, count);
    const u = length >> 1;
    const step = stepOver(halves, frame, this.radix);
    for (let i = 0; i < ROUNDS; i++) {
      const round = direction === 'encrypt' ? i : ROUNDS - 1 - i;
      // Even rounds change A, which is then B by name; so parity says which half is which.
      const changesLeft = round % 2 === 0;
      step(round, changesLeft, changesLeft ? u : length - u, direction, (blocks) => this.#aes.update(blocks));
    }
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

  /** All that does not change from value to value; names as in the standard. */
  #frame(n: number, tweak: Uint8Array, count: number): Frame {
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
    const own = tail - shared;
    return {
      b,
      d,
      tail: q.subarray(shared),
      chain: Uint8Array.from(chain),
      own,
      blocks: new Uint8Array(count * BLOCK),
      numB: new Uint8Array(b),
    };
  }
}

type Direction = 'encrypt' | 'decrypt';

/** Numeral strings of `length` numerals as two numbers each: the first ⌊length / 2⌋, and the rest. */
export type Halves = PlainHalves | BigHalves;

export interface PlainHalves {
  readonly length: number;
  readonly count: number;
  readonly left: Float64Array | number[];
  readonly right: Float64Array | number[];
}

export interface BigHalves {
  readonly length: number;
  readonly count: number;
  readonly left: bigint[];
  readonly right: bigint[];
}

interface Frame {
  /** Bytes of NUM(B), and of the PRF output that is used. */
  readonly b: number;
  readonly d: number;
  /** The blocks of Q that differ between values, with the shared part of the tweak in place. */
  readonly tail: Uint8Array;
  /** CBC-MAC state before those blocks. */
  readonly chain: Uint8Array;
  readonly own: number;
  readonly blocks: Uint8Array;
  readonly numB: Uint8Array;
}

type Aes = (blocks: Uint8Array) => Uint8Array;

type Step = (
  round: number,
  changesLeft: boolean,
  /** Numerals of the half that changes. */
  m: number,
  direction: Direction,
  aes: Aes,
) => void;

function isPlain(halves: Halves): halves is PlainHalves {
  return typeof halves.left[0] === 'number';
}

function stepOver(halves: Halves, frame: Frame, radix: number): Step {
  if (!isPlain(halves)) return bigStep(halves, frame, radix);
  if (radix !== 2 || frame.own !== BLOCK) return plainStep(halves, frame, radix);
  return halves.length <= NARROW_BITS ? narrowStep(halves, frame) : binaryStep(halves, frame);
}

/** One round over plain numbers. */
function plainStep(halves: PlainHalves, frame: Frame, radix: number): Step {
  const { count, left, right } = halves;
  const { b, d } = frame;
  return (round, changesLeft, m, direction, aes) => {
    const changing = changesLeft ? left : right;
    const other = changesLeft ? right : left;
    const modulus = radix ** m;
    const output = pseudoRandom(frame, round, count, aes, (index, numB) =>
      writeNumber(numB, 0, b, other[index]),
    );
    const stride = output.length / count;
    const sign = direction === 'encrypt' ? 1 : -1;
    for (let i = 0; i < count; i++) {
      const y =
        radix === 2
          ? lastBits(output, i * stride + d, modulus)
          : remainder(output, i * stride, i * stride + d, modulus);
      changing[i] = within(changing[i] + sign * y, modulus);
    }
  };
}

/** The same, of halves that fit 31 bits: what most identifiers go through, in whole numbers throughout. */
function narrowStep({ count, left, right }: PlainHalves, frame: Frame): Step {
  const { b, d, tail, chain, blocks } = frame;
  const view = new DataView(blocks.buffer);
  const words = new Int32Array(blocks.buffer);
  return (round, changesLeft, m, direction, aes) => {
    const changing = changesLeft ? left : right;
    const other = changesLeft ? right : left;
    const mask = 2 ** m - 1;
    const template = templateOf(tail, chain, b, round);
    const [word0, word1, word2] = new Int32Array(template.buffer);
    const word3 = new DataView(template.buffer).getInt32(12);
    for (let i = 0, at = 0; i < count; i++, at += 4) {
      words[at] = word0;
      words[at + 1] = word1;
      words[at + 2] = word2;
      view.setInt32((at + 3) * 4, word3 ^ other[i]);
    }
    const output = aes(blocks);
    const read = new DataView(output.buffer, output.byteOffset, output.byteLength);
    // The remainder by a power of two is in the last word of the d bytes that are used.
    const last = d - 4;
    if (direction === 'encrypt')
      for (let i = 0; i < count; i++) changing[i] = (changing[i] + read.getInt32(i * BLOCK + last)) & mask;
    else for (let i = 0; i < count; i++) changing[i] = (changing[i] - read.getInt32(i * BLOCK + last)) & mask;
  };
}

/**
 * One round of radix 2 whose Q has a single block of its own: what identifiers go through, a million
 * at a time. NUM(B) has six bytes at most, so it lies in the last two words of the block.
 */
function binaryStep({ count, left, right }: PlainHalves, frame: Frame): Step {
  const { b, d, tail, chain, blocks } = frame;
  const view = new DataView(blocks.buffer);
  return (round, changesLeft, m, direction, aes) => {
    const changing = changesLeft ? left : right;
    const other = changesLeft ? right : left;
    const modulus = 2 ** m;
    const template = templateOf(tail, chain, b, round);
    const words = new DataView(template.buffer);
    const [word0, word1, word2, word3] = [0, 4, 8, 12].map((at) => words.getUint32(at));
    for (let i = 0, at = 0; i < count; i++, at += BLOCK) {
      const low = other[i] >>> 0;
      view.setUint32(at, word0);
      view.setUint32(at + 4, word1);
      view.setUint32(at + 8, word2 ^ ((other[i] - low) / WORD));
      view.setUint32(at + 12, word3 ^ low);
    }
    const output = aes(blocks);
    const read = new DataView(output.buffer, output.byteOffset, output.byteLength);
    const sign = direction === 'encrypt' ? 1 : -1;
    for (let i = 0, at = d - 8; i < count; i++, at += BLOCK) {
      const y = (read.getUint32(at) & 0xffff) * WORD + read.getUint32(at + 4);
      changing[i] = within(changing[i] + sign * (y - Math.floor(y / modulus) * modulus), modulus);
    }
  };
}

function within(sum: number, modulus: number): number {
  return sum >= modulus ? sum - modulus : sum < 0 ? sum + modulus : sum;
}

/** One round over big numbers: values beyond 2 ** 72 or so, which are rare. */
function bigStep(halves: BigHalves, frame: Frame, radix: number): Step {
  const { count, left, right } = halves;
  const { b, d } = frame;
  return (round, changesLeft, m, direction, aes) => {
    const changing = changesLeft ? left : right;
    const other = changesLeft ? right : left;
    const modulus = BigInt(radix) ** BigInt(m);
    const output = pseudoRandom(frame, round, count, aes, (index, numB) =>
      numB.set(Buffer.from(other[index].toString(16).padStart(b * 2, '0'), 'hex')),
    );
    const stride = output.length / count;
    for (let i = 0; i < count; i++) {
      const s = BigInt(`0x${Buffer.from(output.subarray(i * stride, i * stride + d)).toString('hex')}`);
      const next = direction === 'encrypt' ? changing[i] + s : changing[i] - s;
      changing[i] = ((next % modulus) + modulus) % modulus;
    }
  };
}

/** The last block of Q with the round in place, chained: only NUM(B) is missing. */
function templateOf(tail: Uint8Array, chain: Uint8Array, b: number, round: number): Uint8Array {
  const template = tail.slice();
  template[BLOCK - b - 1] = round;
  for (let i = 0; i < BLOCK; i++) template[i] ^= chain[i];
  return template;
}

/** S of every value (step 6.iii–iv): the CBC-MAC over its own blocks, extended to `d` bytes or more. */
function pseudoRandom(
  frame: Frame,
  round: number,
  count: number,
  aes: Aes,
  writeNumB: (index: number, numB: Uint8Array) => void,
): Uint8Array {
  const { b, d, tail, chain, own, blocks, numB } = frame;
  const q = new Uint8Array(count * own);
  for (let i = 0; i < count; i++) {
    const at = i * own;
    q.set(tail, at);
    q[at + own - b - 1] = round;
    writeNumB(i, numB);
    q.set(numB, at + own - b);
  }
  let mac: Uint8Array = new Uint8Array(count * BLOCK);
  for (let i = 0; i < count; i++) mac.set(chain, i * BLOCK);
  for (let block = 0; block < own; block += BLOCK) {
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < BLOCK; j++) blocks[i * BLOCK + j] = mac[i * BLOCK + j] ^ q[i * own + block + j];
    }
    mac = Uint8Array.from(aes(blocks));
  }
  const wide = Math.ceil(d / BLOCK);
  if (wide === 1) return mac;
  const stream = new Uint8Array(count * wide * BLOCK);
  for (let j = 0; j < wide; j++) {
    for (let i = 0; i < count; i++) {
      blocks.set(mac.subarray(i * BLOCK, i * BLOCK + BLOCK), i * BLOCK);
      for (let k = 0; k < 4; k++) blocks[i * BLOCK + 15 - k] ^= (j >>> (8 * k)) & 0xff;
    }
    const part = j === 0 ? mac : aes(blocks);
    for (let i = 0; i < count; i++) {
      stream.set(part.subarray(i * BLOCK, i * BLOCK + BLOCK), (i * wide + j) * BLOCK);
    }
  }
  return stream;
}

/** Big-endian, in `length` bytes from `at` on. */
function writeNumber(bytes: Uint8Array, at: number, length: number, value: number): void {
  let rest = value;
  for (let i = at + length - 1; i >= at; i--) {
    const next = Math.floor(rest / 256);
    bytes[i] = rest - next * 256;
    rest = next;
  }
}

/** The big-endian number that ends at `end`, modulo a power of two up to 2 ** 48. */
function lastBits(bytes: Uint8Array, end: number, modulus: number): number {
  let number = 0;
  for (let i = Math.max(0, end - 6); i < end; i++) number = number * 256 + bytes[i];
  return number % modulus;
}

/** `bytes[from … to)` as a big-endian number modulo at most `PLAIN_LIMIT`; an even number of bytes. */
function remainder(bytes: Uint8Array, from: number, to: number, modulus: number): number {
  let sum = 0;
  for (let i = from; i < to; i += 2) {
    sum = sum * 65536 + (bytes[i] << 8) + bytes[i + 1];
    sum -= Math.floor(sum / modulus) * modulus;
    // The quotient is rounded: it may be one too large.
    if (sum < 0) sum += modulus;
  }
  return sum;
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
