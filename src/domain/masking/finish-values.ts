import {
  afterCharacters,
  countCharacters,
  isDigit,
  isLetter,
  LOWER_A,
  SPACE,
  UPPER_A,
  isUpper,
} from './bytes/ascii.js';
import { NULL_VALUE, type ValueBatch, type ValueBatchWriter } from './value-batch.js';

const STAR = 0x2a;
const NUMBER_SIGN = 0x23;

/** What a column asks of every value written to it, whatever the technique. */

/** The batch without the blanks that the database padded `char(n)` values with; shares the bytes. */
export function withoutPadding(batch: ValueBatch): ValueBatch {
  const ends = batch.ends.slice(0, batch.count);
  for (let i = 0; i < batch.count; i++) {
    const start = batch.starts[i];
    if (start === NULL_VALUE) continue;
    while (ends[i] > start && batch.bytes[ends[i] - 1] === SPACE) ends[i]--;
  }
  return { count: batch.count, bytes: batch.bytes, starts: batch.starts, ends };
}

/** Cuts the values of `output` from `first` on to `maxLength` characters. */
export function cutToLength(output: ValueBatchWriter, first: number, maxLength: number): void {
  const { bytes, starts, ends } = output;
  for (let i = first; i < output.count; i++) {
    if (starts[i] !== NULL_VALUE && ends[i] - starts[i] > maxLength) {
      ends[i] = afterCharacters(bytes, starts[i], ends[i], maxLength);
    }
  }
}

/**
 * Changes a stand-in that is byte for byte its original: the last letter or digit moves on by one in
 * its class (`Z` to `A`, `9` to `0`); a value that has none is covered by `*`, or by `#` where it was `*`.
 */
export function keepApart(input: ValueBatch, output: ValueBatchWriter, first: number): void {
  const { starts, ends } = output;
  for (let i = 0; i < input.count; i++) {
    const start = starts[first + i];
    const original = input.starts[i];
    const length = ends[first + i] - start;
    if (start === NULL_VALUE || length === 0 || length !== input.ends[i] - original) continue;
    if (sameBytes(output.bytes, start, input.bytes, original, length)) {
      change(output, first + i);
    }
  }
}

function sameBytes(a: Uint8Array, from: number, b: Uint8Array, bFrom: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[from + i] !== b[bFrom + i]) return false;
  return true;
}

function change({ bytes, starts, ends }: ValueBatchWriter, index: number): void {
  for (let at = ends[index] - 1; at >= starts[index]; at--) {
    const byte = bytes[at];
    if (isDigit(byte)) {
      bytes[at] = byte === 0x39 ? 0x30 : byte + 1;
      return;
    }
    if (isLetter(byte)) {
      const base = isUpper(byte) ? UPPER_A : LOWER_A;
      bytes[at] = base + ((byte - base + 1) % 26);
      return;
    }
  }
  const start = starts[index];
  const end = start + countCharacters(bytes, start, ends[index]);
  const isCovered = bytes.subarray(start, end).every((byte) => byte === STAR);
  bytes.fill(isCovered ? NUMBER_SIGN : STAR, start, end);
  ends[index] = end;
}
