/**
 * The rounds of FF1 (NIST SP 800-38G rev. 1, algorithms 7 and 8) over a batch: in whole numbers, in
 * floating-point ones or in big ones, whichever the halves fit.
 */
export const BLOCK = 16;
export const ROUNDS = 10;
const WORD = 2 ** 32;
/** Up to here both halves of a binary number are below 2 ** 31. */
const NARROW_BITS = 60;

export type Direction = 'encrypt' | 'decrypt';

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

/** All of a batch's rounds that does not change from value to value; names as in the standard. */
export interface Frame {
  /** Bytes of NUM(B), and of the PRF output that is used. */
  readonly b: number;
  readonly d: number;
  /** The blocks of Q that differ between values, with the shared part of the tweak in place. */
  readonly tail: Uint8Array;
  /** CBC-MAC state before those blocks. */
  readonly chain: Uint8Array;
  readonly own: number;
  /** Memory for a block a value; longer where a batch before was. */
  blocks: Uint8Array;
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

/** Encrypts or decrypts halves in place. */
export function throughRounds(
  halves: Halves,
  frame: Frame,
  radix: number,
  direction: Direction,
  aes: Aes,
): void {
  const { length } = halves;
  const isBinary = isPlain(halves) && radix === 2 && frame.own === BLOCK;
  if (isBinary && length <= NARROW_BITS) {
    narrowRounds(halves, frame, direction, aes);
    return;
  }
  const u = length >> 1;
  const step = !isPlain(halves)
    ? bigStep(halves, frame, radix)
    : isBinary
      ? binaryStep(halves, frame)
      : plainStep(halves, frame, radix);
  for (let i = 0; i < ROUNDS; i++) {
    const round = roundAt(i, direction);
    // Even rounds change A, which is then B by name; so parity says which half is which.
    const changesLeft = round % 2 === 0;
    step(round, changesLeft, changesLeft ? u : length - u, direction, aes);
  }
}

function roundAt(i: number, direction: Direction): number {
  return direction === 'encrypt' ? i : ROUNDS - 1 - i;
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

/**
 * All rounds of radix 2 whose Q has a single block of its own, over halves that fit 31 bits: what most
 * identifiers go through, in whole numbers throughout.
 */
function narrowRounds(
  { length, count, left, right }: PlainHalves,
  frame: Frame,
  direction: Direction,
  aes: Aes,
): void {
  const { b, d, tail, chain } = frame;
  const blocks = frame.blocks.subarray(0, count * BLOCK);
  const words = new Int32Array(blocks.buffer, 0, count * 4);
  const view = new DataView(blocks.buffer);
  const halves = [new Int32Array(left), new Int32Array(right)];
  // The remainder by a power of two is in the last word of the d bytes that are used.
  const last = d - 4;
  for (let i = 0; i < ROUNDS; i++) {
    const round = roundAt(i, direction);
    const parity = round % 2;
    const changing = halves[parity];
    const other = halves[1 - parity];
    const mask = 2 ** (parity === 0 ? length >> 1 : length - (length >> 1)) - 1;
    const template = templateOf(tail, chain, b, round);
    const [word0, word1, word2] = new Int32Array(template.buffer);
    const word3 = new DataView(template.buffer).getInt32(12);
    for (let j = 0, at = 0; j < count; j++, at += 4) {
      words[at] = word0;
      words[at + 1] = word1;
      words[at + 2] = word2;
      view.setInt32((at + 3) * 4, word3 ^ other[j]);
    }
    const output = aes(blocks);
    const read = new DataView(output.buffer, output.byteOffset + last);
    if (direction === 'encrypt')
      for (let j = 0; j < count; j++) changing[j] = (changing[j] + read.getInt32(j * BLOCK)) & mask;
    else for (let j = 0; j < count; j++) changing[j] = (changing[j] - read.getInt32(j * BLOCK)) & mask;
  }
  for (let j = 0; j < count; j++) {
    left[j] = halves[0][j];
    right[j] = halves[1][j];
  }
}

/**
 * One round of radix 2 whose Q has a single block of its own: what identifiers go through, a million
 * at a time. NUM(B) has six bytes at most, so it lies in the last two words of the block.
 */
function binaryStep({ count, left, right }: PlainHalves, frame: Frame): Step {
  const { b, d, tail, chain } = frame;
  const blocks = frame.blocks.subarray(0, count * BLOCK);
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
  const { b, d, tail, chain, own, numB } = frame;
  const blocks = frame.blocks.subarray(0, count * BLOCK);
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
