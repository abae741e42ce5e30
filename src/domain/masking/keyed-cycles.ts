import { Ff1 } from './ff1.js';
import { DIGEST_LENGTH, type PseudonymFunction } from './pseudonym/pseudonym-function.js';
import { ValueBatchWriter } from './value-batch.js';

/** Domains up to here are permuted by a table: FF1 allows none below a million. */
const LARGEST_TABLE = 1_000_000;
/** Domains up to here are exact in plain numbers. */
const LARGEST_PLAIN = Number.MAX_SAFE_INTEGER;
const WORDS_PER_DIGEST = DIGEST_LENGTH / 4;

/**
 * Keyed permutations of `0 … size - 1`, one for each size, each a single cycle: no two numbers meet,
 * and none (of two or more) is its own successor. That is what stand-ins of identifiers must be:
 * unique, and never the original.
 *
 * Domains up to a million: the numbers in the order of their keyed draws (Black and Rogaway's prefix
 * cipher), each followed by the next. Larger: `x -> D(E(x) + 1)` with E = FF1 over bits, walked until
 * it is inside the domain; a permutation conjugate to "the next number" is one cycle too.
 */
export class KeyedCycles {
  readonly #pseudonyms: PseudonymFunction;
  readonly #domain: string;
  readonly #ff1: Ff1;
  readonly #tweak: Uint8Array;
  readonly #tables = new Map<number, Uint32Array>();
  readonly #groups = new Map<number, number[]>();

  /** @param domain pseudonym domain: another domain, other permutations */
  constructor(pseudonyms: PseudonymFunction, domain: string) {
    this.#pseudonyms = pseudonyms;
    this.#domain = domain;
    this.#ff1 = new Ff1(pseudonyms.deriveKey('permutation of identifiers'), 2);
    this.#tweak = new TextEncoder().encode(domain);
  }

  /**
   * Replaces the first `count` ranks, each below its size, by their successors.
   * @param sizes at most 2 ** 53 - 1
   */
  advance(ranks: Float64Array, sizes: Float64Array, count: number): void {
    this.#groups.clear();
    for (let i = 0; i < count; i++) {
      const size = sizes[i];
      if (size <= LARGEST_TABLE) {
        if (size > 1) ranks[i] = this.#table(size)[ranks[i]];
        continue;
      }
      const bits = bitsOf(size);
      const group = this.#groups.get(bits);
      if (group) group.push(i);
      else this.#groups.set(bits, [i]);
    }
    for (const [bits, group] of this.#groups) this.#advanceGroup(bits, group, ranks, sizes);
  }

  /** The successor of one rank in a domain of any size. */
  advanceBig(rank: bigint, size: bigint): bigint {
    if (size <= BigInt(LARGEST_PLAIN)) {
      const ranks = Float64Array.of(Number(rank));
      this.advance(ranks, Float64Array.of(Number(size)), 1);
      return BigInt(ranks[0]);
    }
    const bits = (size - 1n).toString(2).length;
    const encrypted = this.#walkBig(rank, size, bits, 'encrypt');
    return this.#walkBig(encrypted + 1n === size ? 0n : encrypted + 1n, size, bits, 'decrypt');
  }

  #advanceGroup(bits: number, group: readonly number[], ranks: Float64Array, sizes: Float64Array): void {
    this.#walk(bits, group, ranks, sizes, 'encrypt');
    for (const i of group) ranks[i] = ranks[i] + 1 === sizes[i] ? 0 : ranks[i] + 1;
    this.#walk(bits, group, ranks, sizes, 'decrypt');
  }

  /** One pass of the cipher for all, and more for those that it led out of their domain. */
  #walk(
    bits: number,
    group: readonly number[],
    ranks: Float64Array,
    sizes: Float64Array,
    direction: 'encrypt' | 'decrypt',
  ): void {
    const rightSize = 2 ** (bits - (bits >> 1));
    const left = new Float64Array(group.length);
    const right = new Float64Array(group.length);
    let outside: readonly number[] = group;
    while (outside.length > 0) {
      outside.forEach((index, i) => {
        left[i] = Math.floor(ranks[index] / rightSize);
        right[i] = ranks[index] - left[i] * rightSize;
      });
      const halves = { length: bits, count: outside.length, left, right };
      if (direction === 'encrypt') this.#ff1.encryptHalves(halves, this.#tweak);
      else this.#ff1.decryptHalves(halves, this.#tweak);
      outside.forEach((index, i) => (ranks[index] = left[i] * rightSize + right[i]));
      outside = outside.filter((index) => ranks[index] >= sizes[index]);
    }
  }

  #walkBig(rank: bigint, size: bigint, bits: number, direction: 'encrypt' | 'decrypt'): bigint {
    const shift = BigInt(bits - (bits >> 1));
    const fits = this.#ff1.fitsPlainNumbers(bits);
    let walked = rank;
    do {
      const left = walked >> shift;
      const right = walked - (left << shift);
      const halves = fits
        ? { length: bits, count: 1, left: [Number(left)], right: [Number(right)] }
        : { length: bits, count: 1, left: [left], right: [right] };
      if (direction === 'encrypt') this.#ff1.encryptHalves(halves, this.#tweak);
      else this.#ff1.decryptHalves(halves, this.#tweak);
      walked = (BigInt(halves.left[0]) << shift) + BigInt(halves.right[0]);
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

/** Bits of `size - 1`. */
function bitsOf(size: number): number {
  const high = Math.floor((size - 1) / 4294967296);
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32((size - 1) >>> 0);
}
