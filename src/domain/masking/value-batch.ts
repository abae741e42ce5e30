/** Marks NULL in `ValueBatch.starts`. */
export const NULL_VALUE = -1;

/**
 * One column's values from one chunk of rows: text form, UTF-8, unescaped, in one buffer. Value `i` is
 * `bytes[starts[i] … ends[i])`, or NULL when `starts[i]` is `NULL_VALUE`. The buffer may be larger
 * than the values and may be shared with other columns; a kernel reads it and never writes it.
 */
export interface ValueBatch {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Where a technique writes its values, one `append…` a value, in order. Reused from chunk to chunk:
 * it grows to the largest chunk seen and no further.
 */
export class ValueBatchWriter implements ValueBatch {
  bytes: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  count = 0;
  /** Next free byte: kernels that write by themselves `reserve`, write from here, then `finish`. */
  position = 0;

  constructor(bytes = 64 * 1024, values = 1024) {
    this.bytes = new Uint8Array(bytes);
    this.starts = new Int32Array(values);
    this.ends = new Int32Array(values);
  }

  /** Forgets all values and keeps the memory. */
  clear(): void {
    this.count = 0;
    this.position = 0;
  }

  /** Makes room for one value of at most `length` bytes and returns the offset to write it at. */
  reserve(length: number): number {
    const needed = this.position + length;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.position));
      this.bytes = grown;
    }
    return this.position;
  }

  /** Ends the value that was written from `position` up to `end`. */
  finish(end: number): void {
    this.#mark(this.position, end);
    this.position = end;
  }

  appendNull(): void {
    this.#mark(NULL_VALUE, NULL_VALUE);
  }

  /** Copies `source[from … to)` as one value. */
  append(source: Uint8Array, from = 0, to = source.length): void {
    const at = this.reserve(to - from);
    const length = to - from;
    // A short copy by hand is faster than the call and the view that set() needs.
    if (length <= 32) for (let i = 0; i < length; i++) this.bytes[at + i] = source[from + i];
    else this.bytes.set(source.subarray(from, to), at);
    this.finish(at + length);
  }

  /** Appends a text; for rare values, since it goes through the encoder. */
  appendText(text: string): void {
    const at = this.reserve(text.length * 3);
    const { written } = encoder.encodeInto(text, this.bytes.subarray(at));
    this.finish(at + written);
  }

  #mark(start: number, end: number): void {
    if (this.count === this.starts.length) {
      this.starts = doubled(this.starts);
      this.ends = doubled(this.ends);
    }
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count++;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Value `index` as a text, or null; for tests and rare values. */
export function textOf(batch: ValueBatch, index: number): string | null {
  const start = batch.starts[index];
  return start === NULL_VALUE ? null : decoder.decode(batch.bytes.subarray(start, batch.ends[index]));
}

/** The same for many values of a batch: one view of its bytes serves all, until the batch changes. */
export function textReader({ bytes, starts, ends }: ValueBatch): (index: number) => string | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return (index) => (starts[index] === NULL_VALUE ? null : view.toString('utf8', starts[index], ends[index]));
}

/** A batch of given texts; for tests, dry runs and single values. */
export function batchOf(values: readonly (string | null)[]): ValueBatchWriter {
  const batch = new ValueBatchWriter();
  for (const value of values) {
    if (value === null) batch.appendNull();
    else batch.appendText(value);
  }
  return batch;
}

/** All values as texts; for tests and dry runs. */
export function textsOf(batch: ValueBatch): (string | null)[] {
  return Array.from({ length: batch.count }, (_, index) => textOf(batch, index));
}

function doubled(array: Int32Array): Int32Array {
  const grown = new Int32Array(array.length * 2);
  grown.set(array);
  return grown;
}
