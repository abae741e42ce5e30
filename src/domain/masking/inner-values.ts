import { NULL_VALUE, ValueBatchWriter, type ValueBatch } from './value-batch.js';
import type { BatchMask, Companions } from './technique.js';

/** Values found inside the rows of a batch, masked together by one inner mask. */
export class InnerValues {
  readonly values = new ValueBatchWriter();
  readonly masked = new ValueBatchWriter();
  readonly #rows: number[] = [];
  readonly #mask: BatchMask;

  constructor(mask: BatchMask) {
    this.#mask = mask;
  }

  clear(): void {
    this.values.clear();
    this.masked.clear();
    this.#rows.length = 0;
  }

  /** The next value is appended to `values` and belongs to row `row`; returns its number. */
  expect(row: number): number {
    this.#rows.push(row);
    return this.#rows.length - 1;
  }

  /** Masks all values; each sees the companions of its row. */
  mask(companions: Companions): void {
    if (this.values.count === 0) return;
    const ofRows = new Map([...companions].map(([name, batch]) => [name, this.#spread(batch)]));
    this.#mask(this.values, this.masked, ofRows);
  }

  isNull(index: number): boolean {
    return this.masked.starts[index] === NULL_VALUE;
  }

  #spread({ bytes, starts, ends }: ValueBatch): ValueBatch {
    return {
      count: this.#rows.length,
      bytes,
      starts: Int32Array.from(this.#rows, (row) => starts[row]),
      ends: Int32Array.from(this.#rows, (row) => ends[row]),
    };
  }
}
