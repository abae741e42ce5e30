import { NULL_VALUE, type ValueBatch } from '../../masking/value-batch.js';
import type { CopyFormat } from './copy-format.js';
import type { RowFields } from './row-fields.js';

const BACKSLASH = 0x5c;
const UPPER_N = 0x4e;

/** Bytes up to which a copy by hand is faster than a call. */
const SHORT = 48;

/** The longest of what stands before a value or for NULL: the binary format's length. */
const LENGTH_BYTES = 4;

/** Weaves masked values into the rows they belong to; all other bytes are copied as they stand. */
export class Weaver {
  readonly #isText: boolean;
  readonly #masked: readonly number[];
  #output = Buffer.alloc(0);

  /** @param masked which of the touched columns are replaced, ascending */
  constructor(format: CopyFormat, masked: readonly number[]) {
    this.#isText = format === 'text';
    this.#masked = masked;
  }

  /**
   * @param to end of the last complete row in `block`
   * @param values a batch for each masked column, in wire form
   * @returns the new rows; the next call overwrites them
   */
  weave(block: Buffer, to: number, fields: RowFields, values: readonly ValueBatch[]): Buffer {
    this.#reserve(to, fields.rows, values);
    const output = this.#output;
    const { rows } = fields;
    const masked = this.#masked;
    const isText = this.#isText;
    let at = 0;
    let copied = 0;
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < masked.length; k++) {
        const { bytes, starts, ends } = values[k];
        at = copy(block, copied, fields.wireStarts[masked[k]][row], output, at);
        copied = fields.wireEnds[masked[k]][row];
        const start = starts[row];
        const length = start === NULL_VALUE ? NULL_VALUE : ends[row] - start;
        if (!isText) {
          output[at++] = length >>> 24;
          output[at++] = length >>> 16;
          output[at++] = length >>> 8;
          output[at++] = length;
        } else if (start === NULL_VALUE) {
          output[at++] = BACKSLASH;
          output[at++] = UPPER_N;
        }
        if (length > 0) at = copy(bytes, start, ends[row], output, at);
      }
    }
    at = copy(block, copied, to, output, at);
    return output.subarray(0, at);
  }

  /** Gives back what a long row made grow. */
  shrink(): void {
    this.#output = Buffer.alloc(0);
  }

  #reserve(blockBytes: number, rows: number, values: readonly ValueBatch[]): void {
    let needed = blockBytes + rows * values.length * LENGTH_BYTES;
    for (const { bytes } of values) needed += bytes.length;
    if (needed > this.#output.length) this.#output = Buffer.allocUnsafeSlow(Math.ceil(needed * 1.25));
  }
}

function copy(source: Uint8Array, from: number, to: number, target: Buffer, at: number): number {
  const length = to - from;
  if (length > SHORT) target.set(source.subarray(from, to), at);
  else for (let i = 0; i < length; i++) target[at + i] = source[from + i];
  return at + length;
}
