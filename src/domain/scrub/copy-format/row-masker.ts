import type { BatchMask, Companions } from '../../masking/technique.js';
import { NULL_VALUE, type ValueBatch, ValueBatchWriter } from '../../masking/value-batch.js';
import { GrowingBytes } from './growing-bytes.js';

/** A column that is masked on its way. */
export interface MaskedField {
  readonly column: string;
  readonly mask: BatchMask;
  /** Other columns of the row whose original values the mask reads. */
  readonly reads: readonly string[];
}

/** What happened to one masked column. */
export interface FieldCount {
  readonly column: string;
  /** Values that were masked, NULLs not counted. */
  readonly values: number;
  readonly nulls: number;
}

/** The bytes do not follow the COPY format; nothing of them is repeated. */
export class MalformedRowsError extends Error {}

/** Where the fields that matter lie in a buffer of whole rows: `starts[row * width + field]`, likewise `ends`. */
export class FieldPositions {
  rows = 0;
  starts: Int32Array;
  ends: Int32Array;

  constructor(readonly width: number) {
    this.starts = new Int32Array(1024 * width);
    this.ends = new Int32Array(1024 * width);
  }

  /** Makes room for one more row and returns the index of its first field. */
  addRow(): number {
    const at = this.rows * this.width;
    if (at + this.width > this.starts.length) {
      this.starts = doubled(this.starts);
      this.ends = doubled(this.ends);
    }
    this.rows++;
    return at;
  }
}

/**
 * Masks rows in one of PostgreSQL's COPY formats while they pass. Chunks come as they arrive; each
 * `push` answers the whole rows so far, in a buffer that is the caller's to keep, and holds back the
 * part of a row that is still under way. Memory is a few times the largest chunk or row, whichever is
 * larger, and does not depend on the table.
 */
export abstract class RowMasker {
  /** Indexes of the columns that are masked or read, ascending. */
  protected readonly touched: readonly number[];
  /** For each of `touched`: the masked field, or undefined for a column that is only read. */
  protected readonly masked: readonly (MaskedField | undefined)[];

  readonly #names: readonly string[];
  readonly #pending = new GrowingBytes();
  readonly #positions: FieldPositions;
  readonly #inputs: (ValueBatch | undefined)[];
  readonly #outputs: readonly (ValueBatchWriter | undefined)[];
  readonly #values: number[];
  readonly #nulls: number[];
  #rows = 0;

  /** @param columns all columns, in the order of the rows */
  constructor(columns: readonly string[], fields: readonly MaskedField[]) {
    const byColumn = new Map(fields.map((field) => [field.column, field]));
    const needed = new Set(fields.flatMap(({ column, reads }) => [column, ...reads]));
    this.touched = columns.flatMap((column, i) => (needed.has(column) ? [i] : []));
    this.#names = this.touched.map((i) => columns[i]);
    this.masked = this.#names.map((column) => byColumn.get(column));
    this.#positions = new FieldPositions(this.touched.length);
    this.#inputs = this.touched.map(() => undefined);
    this.#outputs = this.masked.map((field) => field && new ValueBatchWriter());
    this.#values = this.touched.map(() => 0);
    this.#nulls = this.touched.map(() => 0);
  }

  /** Rows that passed. */
  get rows(): number {
    return this.#rows;
  }

  get counts(): readonly FieldCount[] {
    return this.masked.flatMap((field, i) =>
      field ? [{ column: field.column, values: this.#values[i], nulls: this.#nulls[i] }] : [],
    );
  }

  push(chunk: Uint8Array): Uint8Array {
    const fresh = this.#pending.length;
    this.#pending.append(chunk);
    const bytes = this.#pending.view();
    const positions = this.#positions;
    positions.rows = 0;
    const end = this.scan(bytes, positions, fresh);
    if (end === 0) return bytes.subarray(0, 0);
    this.#rows += positions.rows;
    this.#mask(bytes, positions);
    const output = this.weave(bytes, end, positions, this.#outputs);
    this.#pending.drop(end);
    return output;
  }

  /** Ends the stream. Throws `MalformedRowsError` when it broke off inside a row. */
  end(): void {
    if (this.#pending.view().length > 0) throw new MalformedRowsError('the copy broke off inside a row');
  }

  /**
   * Finds whole rows and the touched fields in them; returns where the last whole row ends.
   * @param fresh where the bytes begin that no scan has seen
   */
  protected abstract scan(bytes: Uint8Array, positions: FieldPositions, fresh: number): number;

  /** The values of one touched field. May rewrite bytes of a masked field in place. */
  protected abstract read(bytes: Uint8Array, field: number, positions: FieldPositions): ValueBatch;

  /** The rows up to `end`, with the masked fields replaced. */
  protected abstract weave(
    bytes: Uint8Array,
    end: number,
    positions: FieldPositions,
    outputs: readonly (ValueBatchWriter | undefined)[],
  ): Uint8Array;

  #mask(bytes: Uint8Array, positions: FieldPositions): void {
    const inputs = this.#inputs;
    for (let field = 0; field < inputs.length; field++) inputs[field] = this.read(bytes, field, positions);
    const companions: Companions = new Map(this.#names.map((name, field) => [name, inputs[field]!]));
    for (let field = 0; field < inputs.length; field++) {
      const output = this.#outputs[field];
      if (!output) continue;
      output.clear();
      this.masked[field]!.mask(inputs[field]!, output, companions);
      if (output.count !== positions.rows)
        throw new Error(`the mask of ${this.#names[field]} lost or made values`);
      this.#count(field, inputs[field]!);
    }
  }

  #count(field: number, input: ValueBatch): void {
    let nulls = 0;
    for (let row = 0; row < input.count; row++) if (input.starts[row] === NULL_VALUE) nulls++;
    this.#nulls[field] += nulls;
    this.#values[field] += input.count - nulls;
  }
}

function doubled(array: Int32Array): Int32Array {
  const grown = new Int32Array(array.length * 2);
  grown.set(array);
  return grown;
}
