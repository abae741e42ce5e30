import { Ff1 } from './ff1.js';
import { DIGEST_LENGTH, type PseudonymFunction } from './pseudonym/pseudonym-function.js';
import { ValueBatchWriter } from './value-batch.js';

/** Domains up to here are permuted by a table: FF1 allows none below a million. */
const LARGEST_TABLE = 1_000_000;
/** What a number's lower part counts to: times 26 letters it is still exact. */
export const LIMB = 2 ** 48;

/** Whole numbers below 2 ** 96, in two exact parts: `high[i] * LIMB + low[i]`. */
export interface WideNumbers {
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/** Places among the ranks. */
type Group = ArrayLike<number> & Iterable<number>;
type NumberPair = readonly [Float64Array, Float64Array];

/** Domains from here on (bits) are so vast that one pass of the cipher does. */
const VAST_BITS = 41;

const WORDS_PER_DIGEST = DIGEST_LENGTH / 4;

/**
 * Keyed permutations of `0 … size - 1`, one for each size, each a single cycle: no two numbers meet,
 * and none (of two or more) is its own successor. That is what stand-ins of identifiers must be:
 * unique, and never the original.
 *
 * Domains up to a million: the numbers in the order of their keyed draws (Black and Rogaway's prefix
 * cipher), each followed by the next. Larger: `x -> D(E(x) + 1)` with E = FF1 over bits, walked until
 * it is inside the domain; a permutation conjugate to "the next number" is one cycle too.
 *
 * Vast domains (from 2 ** 40): `x -> E(x)`, at half the price. About one number of the whole domain is its
 * own image there, and goes the long way instead; that it then meets another has a chance below
 * n / 2 ** 40 for n values.
 */
export class KeyedCycles {
  readonly #pseudonyms: PseudonymFunction;
  readonly #domain: string;
  readonly #ff1: Ff1;
  readonly #tweak: Uint8Array;
  readonly #tables = new Map<number, Uint32Array>();
  readonly #groups = new Map<number, number[]>();
  #numbers = new Int32Array(0);
  #halves = numberPair(0);
  #ranksBefore = numberPair(0);

  /** @param domain pseudonym domain: another domain, other permutations */
  constructor(pseudonyms: PseudonymFunction, domain: string) {
    this.#pseudonyms = pseudonyms;
    this.#domain = domain;
    this.#ff1 = new Ff1(pseudonyms.deriveKey('permutation of identifiers'), 2);
    this.#tweak = new TextEncoder().encode(domain);
  }

  /** Replaces the first `count` ranks, each below its size, by their successors. */
  advance(ranks: WideNumbers, sizes: WideNumbers, count: number): void {
    const bits = bitsOfAll(sizes, count);
    if (bits !== undefined) {
      this.#advanceGroup(bits, this.#firstNumbers(count), ranks, sizes);
      return;
    }
    this.#groups.clear();
    for (let i = 0; i < count; i++) {
      if (isSmall(sizes, i)) {
        if (sizes.low[i] > 1) ranks.low[i] = this.#table(sizes.low[i])[ranks.low[i]];
        continue;
      }
      const bits = bitsOf(sizes.high[i], sizes.low[i]);
      const group = this.#groups.get(bits);
      if (group) group.push(i);
      else this.#groups.set(bits, [i]);
    }
    for (const [bits, group] of this.#groups) this.#advanceGroup(bits, group, ranks, sizes);
  }

  /** 0 … count - 1. */
  #firstNumbers(count: number): Int32Array {
    if (this.#numbers.length < count) this.#numbers = Int32Array.from({ length: count * 2 }, (_, i) => i);
    return this.#numbers.subarray(0, count);
  }

  /** The successor of one rank in a domain of any size: for the rare ones beyond 2 ** 96. */
  advanceBig(rank: bigint, size: bigint): bigint {
    const limb = BigInt(LIMB);
    if (size < limb * limb) {
      const wide = (value: bigint) => ({
        high: Float64Array.of(Number(value / limb)),
        low: Float64Array.of(Number(value % limb)),
      });
      const ranks = wide(rank);
      this.advance(ranks, wide(size), 1);
      return BigInt(ranks.high[0]) * limb + BigInt(ranks.low[0]);
    }
    const bits = (size - 1n).toString(2).length;
    const encrypted = this.#walkBig(rank, size, bits, 'encrypt');
    return this.#walkBig(encrypted + 1n === size ? 0n : encrypted + 1n, size, bits, 'decrypt');
  }

  #advanceGroup(bits: number, group: Group, ranks: WideNumbers, sizes: WideNumbers): void {
    if (bits < VAST_BITS) {
      this.#advanceOnCycle(bits, group, ranks, sizes);
      return;
    }
    const { high, low } = ranks;
    const [highBefore, lowBefore] = this.#before(group.length);
    for (let j = 0; j < group.length; j++) {
      highBefore[j] = high[group[j]];
      lowBefore[j] = low[group[j]];
    }
    this.#walk(bits, group, ranks, sizes, 'encrypt');
    const same: number[] = [];
    for (let j = 0; j < group.length; j++) {
      const i = group[j];
      if (low[i] === lowBefore[j] && high[i] === highBefore[j]) same.push(i);
    }
    if (same.length > 0) this.#advanceOnCycle(bits, same, ranks, sizes);
  }

  /** Scratch memory for so many ranks. */
  #before(count: number): NumberPair {
    if (this.#ranksBefore[0].length < count) this.#ranksBefore = numberPair(count);
    return this.#ranksBefore;
  }

  #advanceOnCycle(bits: number, group: Group, ranks: WideNumbers, sizes: WideNumbers): void {
    this.#walk(bits, group, ranks, sizes, 'encrypt');
    for (const i of group) {
      ranks.low[i]++;
      if (ranks.low[i] === LIMB) {
        ranks.low[i] = 0;
        ranks.high[i]++;
      }
      if (!isBelow(ranks, sizes, i)) ranks.low[i] = ranks.high[i] = 0;
    }
    this.#walk(bits, group, ranks, sizes, 'decrypt');
  }

  /** One pass of the cipher for all, and more for those that it led out of their domain. */
  #walk(
    bits: number,
    group: Group,
    ranks: WideNumbers,
    sizes: WideNumbers,
    direction: 'encrypt' | 'decrypt',
  ): void {
    const { high, low } = ranks;
    const rightSize = 2 ** (bits - (bits >> 1));
    const perLimb = LIMB / rightSize;
    if (this.#halves[0].length < group.length) this.#halves = numberPair(group.length);
    const [left, right] = this.#halves;
    let outside: Group = group;
    while (outside.length > 0) {
      for (let i = 0; i < outside.length; i++) {
        const index = outside[i];
        const lowLeft = Math.floor(low[index] / rightSize);
        left[i] = high[index] * perLimb + lowLeft;
        right[i] = low[index] - lowLeft * rightSize;
      }
      const halves = { length: bits, count: outside.length, left, right };
      if (direction === 'encrypt') this.#ff1.encryptHalves(halves, this.#tweak);
      else this.#ff1.decryptHalves(halves, this.#tweak);
      const still: number[] = [];
      for (let i = 0; i < outside.length; i++) {
        const index = outside[i];
        high[index] = Math.floor(left[i] / perLimb);
        low[index] = (left[i] - high[index] * perLimb) * rightSize + right[i];
        if (!isBelow(ranks, sizes, index)) still.push(index);
      }
      outside = still;
    }
  }

  #walkBig(rank: bigint, size: bigint, bits: number, direction: 'encrypt' | 'decrypt'): bigint {
    const shift = BigInt(bits - (bits >> 1));
    let walked = rank;
    do {
      const left = walked >> shift;
      const halves = { length: bits, count: 1, left: [left], right: [walked - (left << shift)] };
      if (direction === 'encrypt') this.#ff1.encryptHalves(halves, this.#tweak);
      else this.#ff1.decryptHalves(halves, this.#tweak);
      walked = (halves.left[0] << shift) + halves.right[0];
    } while (walked >= size);
    return walked;
  }

  /** Successor of every number below `size`; made at first need, from the key alone. */
  #table(size: number): Uint32Array {
    const known = this.#tables.get(size);
    if (known) return known;
    const order = this.#drawnOrder(size);
    const table = new Uint32Array(size);
    for (let i = 0; i < size; i++) table[order[i]] = order[i + 1 === size ? 0 : i + 1];
    this.#tables.set(size, table);
    return table;
  }

  /** The numbers below `size` sorted by 32-bit keyed draws; equal draws by number. */
  #drawnOrder(size: number): Float64Array {
    const blocks = new ValueBatchWriter();
    for (let i = 0; i * WORDS_PER_DIGEST < size; i++) blocks.appendText(`${size}:${i}`);
    const digests = this.#pseudonyms.digests(this.#domain, blocks);
    const draws = new DataView(digests.buffer, digests.byteOffset, digests.byteLength);
    const width = 2 ** 20;
    const order = new Float64Array(size);
    for (let i = 0; i < size; i++) order[i] = draws.getUint32(i * 4) * width + i;
    order.sort();
    for (let i = 0; i < size; i++) order[i] %= width;
    return order;
  }
}

function numberPair(count: number): NumberPair {
  return [new Float64Array(count), new Float64Array(count)];
}

/** True for a size that a table permutes. */
function isSmall({ high, low }: WideNumbers, i: number): boolean {
  return high[i] === 0 && low[i] <= LARGEST_TABLE;
}

/** Bits of the sizes, where all are the same and large, as in most batches. */
function bitsOfAll(sizes: WideNumbers, count: number): number | undefined {
  const { high, low } = sizes;
  if (count === 0 || isSmall(sizes, 0)) return undefined;
  for (let i = 1; i < count; i++) if (low[i] !== low[0] || high[i] !== high[0]) return undefined;
  return bitsOf(high[0], low[0]);
}

/** Bits of a size less one. */
function bitsOf(high: number, low: number): number {
  const [limb, base] =
    high > 0 && (high > 1 || low > 0)
      ? [low === 0 ? high - 1 : high, 48]
      : [low === 0 ? LIMB - 1 : low - 1, 0];
  const upper = Math.floor(limb / 4294967296);
  return base + (upper > 0 ? 64 - Math.clz32(upper) : 32 - Math.clz32(limb >>> 0));
}

function isBelow(numbers: WideNumbers, limits: WideNumbers, i: number): boolean {
  return (
    numbers.high[i] < limits.high[i] || (numbers.high[i] === limits.high[i] && numbers.low[i] < limits.low[i])
  );
}
