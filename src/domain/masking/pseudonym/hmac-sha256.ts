import { createHash } from 'node:crypto';
import type { Normaliser } from '../normalisation/normaliser.js';
import { kernelMaker, memoryUpTo, type WebAssemblyKernel } from '../../webassembly-kernel.js';
import { NULL_VALUE, ValueBatchWriter, type ValueBatch } from '../value-batch.js';
import { hmacSha256Wasm } from './hmac-sha256.generated.js';
import { DIGEST_LENGTH } from './pseudonym-function.js';

/** SHA-256's block: longer keys are hashed first (FIPS 198-1 §3). */
const BLOCK_LENGTH = 64;
/** Values that go into the kernel at once; bounds its memory for any batch. */
const SLICE_VALUES = 4096;
const SLICE_BYTES = 1 << 20;
/** The kernel reads and writes sixteen bytes at a time. */
const PADDING = 16;
const NUMBER = 4;

type NormalisingKernel = (
  base: number,
  starts: number,
  ends: number,
  count: number,
  to: number,
  left: number,
) => number;

interface Kernel extends WebAssemblyKernel {
  keyBlock(): number;
  prefix(): number;
  setKey(): void;
  digest(
    prefixLength: number,
    values: number,
    starts: number,
    ends: number,
    count: number,
    output: number,
  ): void;
}

/** With a function for each normaliser that it knows, by id. */
type HmacKernel = Kernel & Readonly<Partial<Record<string, NormalisingKernel>>>;

const newKernel = kernelMaker(hmacSha256Wasm);

/** HMAC-SHA-256 over batches under one key; longest prefix 96 bytes. */
export class HmacSha256 {
  readonly #kernel: HmacKernel;
  /** Areas of the digests, of the values' starts and ends, and of numbers of values that were left. */
  readonly #output: number;
  readonly #starts: number;
  readonly #ends: number;
  readonly #left: number;
  /** Where values may lie. */
  readonly #values: number;
  #memory: Buffer;
  #digests = new Uint8Array(SLICE_VALUES * DIGEST_LENGTH);
  readonly #scratch = new ValueBatchWriter(0, 1);
  #views: readonly [starts: Int32Array, ends: Int32Array] | undefined;

  constructor(key: Uint8Array) {
    this.#kernel = newKernel() as HmacKernel;
    this.#memory = memoryUpTo(this.#kernel, 0);
    const block = key.length > BLOCK_LENGTH ? createHash('sha256').update(key).digest() : key;
    const at = this.#kernel.keyBlock();
    this.#memory.fill(0, at, at + BLOCK_LENGTH);
    this.#memory.set(block, at);
    this.#kernel.setKey();
    this.#memory.fill(0, at, at + BLOCK_LENGTH);
    this.#output = this.#kernel.heap();
    this.#starts = this.#output + SLICE_VALUES * DIGEST_LENGTH;
    this.#ends = this.#starts + SLICE_VALUES * NUMBER;
    this.#left = this.#ends + SLICE_VALUES * NUMBER;
    this.#values = this.#left + SLICE_VALUES * NUMBER;
  }

  /** HMAC of `prefix || value` for every value; see `PseudonymFunction.digests`. */
  digests(prefix: Uint8Array, values: ValueBatch, normaliser?: Normaliser): Uint8Array {
    const needed = values.count * DIGEST_LENGTH;
    if (this.#digests.length < needed) {
      this.#digests = new Uint8Array(Math.max(needed, this.#digests.length * 2));
    }
    this.#memory.set(prefix, this.#kernel.prefix());
    const isInKernel = normaliser === undefined || this.#kernel[normaliser.id] !== undefined;
    const taken = isInKernel ? values : this.#normalised(values, normaliser);
    for (let first = 0; first < values.count;) {
      first = this.#digestSlice(prefix.length, taken, first, isInKernel ? normaliser : undefined);
    }
    return this.#digests.subarray(0, needed);
  }

  #normalised({ bytes, starts, ends, count }: ValueBatch, normaliser: Normaliser): ValueBatch {
    const scratch = this.#scratch;
    scratch.clear();
    for (let i = 0; i < count; i++) {
      if (starts[i] === NULL_VALUE) scratch.appendNull();
      else normaliser.append(bytes, starts[i], ends[i], scratch);
    }
    return scratch;
  }

  /** Digests as many values from `first` on as fit a slice, and returns where the next one begins. */
  #digestSlice(prefixLength: number, values: ValueBatch, first: number, normaliser?: Normaliser): number {
    const { starts, ends, count } = values;
    const limit = Math.min(count, first + SLICE_VALUES);
    let next = first;
    let length = 0;
    // Of the stretch of bytes that all the slice's values lie in.
    let from = Infinity;
    let to = 0;
    while (next < limit && (length < SLICE_BYTES || next === first)) {
      const start = starts[next];
      const end = ends[next++];
      if (start === NULL_VALUE) continue;
      length += end - start;
      if (start < from) from = start;
      if (end > to) to = end;
    }
    // All of them NULL.
    if (from > to) from = to;
    const size = next - first;
    const isDense = to - from <= length * 16 + size * 256;
    const taken = isDense ? to - from : length;
    const normalise = normaliser && this.#kernel[normaliser.id];
    // Room for the values as they come, and as they are once normalised.
    this.#reserve(taken + length + 2 * PADDING);
    if (isDense) this.#takeStretch(values, first, size, from, to);
    else this.#takeEach(values, first, size);
    if (normalise) {
      const free = this.#values + taken + PADDING;
      const left = normalise(this.#values, this.#starts, this.#ends, size, free, this.#left);
      if (left > 0) this.#normaliseLeft(values, first, left, normaliser, taken + length + 2 * PADDING);
    }
    this.#kernel.digest(prefixLength, this.#values, this.#starts, this.#ends, size, this.#output);
    const output = this.#memory.subarray(this.#output, this.#output + size * DIGEST_LENGTH);
    this.#digests.set(output, first * DIGEST_LENGTH);
    return next;
  }

  /** Copies the stretch that the values lie in at once: less work than value by value. */
  #takeStretch({ bytes, starts, ends }: ValueBatch, first: number, size: number, from: number, to: number) {
    if (to > from) this.#memory.set(bytes.subarray(from, to), this.#values);
    const [ownStarts, ownEnds] = this.#places();
    for (let i = 0; i < size; i++) {
      const start = starts[first + i];
      ownStarts[i] = start === NULL_VALUE ? NULL_VALUE : start - from;
      ownEnds[i] = ends[first + i] - from;
    }
  }

  #takeEach({ bytes, starts, ends }: ValueBatch, first: number, size: number) {
    const memory = this.#memory;
    const [ownStarts, ownEnds] = this.#places();
    let end = 0;
    for (let i = 0; i < size; i++) {
      const start = starts[first + i];
      ownStarts[i] = start === NULL_VALUE ? NULL_VALUE : end;
      if (start !== NULL_VALUE) {
        const stop = ends[first + i];
        const shift = this.#values + end - start;
        if (stop - start <= 48) for (let j = start; j < stop; j++) memory[shift + j] = bytes[j];
        else memory.set(bytes.subarray(start, stop), this.#values + end);
        end += stop - start;
      }
      ownEnds[i] = end;
    }
  }

  /** Normalises the values that the kernel left, and puts them at `at` behind the others. */
  #normaliseLeft(
    { bytes, starts, ends }: ValueBatch,
    first: number,
    count: number,
    normaliser: Normaliser,
    at: number,
  ): void {
    const scratch = this.#scratch;
    scratch.clear();
    const left = new Int32Array(this.#memory.buffer, this.#left, count).slice();
    for (const i of left) normaliser.append(bytes, starts[first + i], ends[first + i], scratch);
    this.#reserve(at + scratch.position + PADDING);
    this.#memory.set(scratch.bytes.subarray(0, scratch.position), this.#values + at);
    const [ownStarts, ownEnds] = this.#places();
    left.forEach((i, j) => {
      ownStarts[i] = at + scratch.starts[j];
      ownEnds[i] = at + scratch.ends[j];
    });
  }

  /** Areas of the values' starts and ends; kept, since views for each slice would be much garbage. */
  #places(): readonly [starts: Int32Array, ends: Int32Array] {
    const { buffer } = this.#memory;
    if (this.#views?.[0].buffer !== buffer) {
      this.#views = [
        new Int32Array(buffer, this.#starts, SLICE_VALUES),
        new Int32Array(buffer, this.#ends, SLICE_VALUES),
      ];
    }
    return this.#views;
  }

  /** Makes room for so many bytes of values. */
  #reserve(bytes: number): void {
    this.#memory = memoryUpTo(this.#kernel, this.#values + bytes, this.#memory);
  }
}
