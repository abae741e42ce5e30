/** One of the two formats: where its rows and fields are. */
export interface RowFormat {
  /** Bytes before the first row, which pass as they are; -1 while there are too few to tell. */
  headerLength(bytes: Buffer, to: number): number;
  /**
   * Finds the touched fields of every complete row of `bytes[from … to)`.
   * @param bytes holds at least one byte beyond `to`, which may be overwritten
   * @returns the offset behind the last complete row
   */
  scan(bytes: Buffer, from: number, to: number, fields: RowFields): number;
  /** Bytes behind the last row; -1 when what the data ends with is missing. */
  trailerLength(bytes: Buffer, to: number): number;
}

/**
 * Where the touched fields of a block's rows are, a column's fields together. A field's place on the wire
 * is `wireStarts … wireEnds`, what replacing it replaces; its value, as the wire has it, is
 * `starts … ends`, and `starts` is -1 for NULL.
 */
export class RowFields {
  /** Positions of the touched columns among the copied ones, ascending. */
  readonly positions: readonly number[];
  readonly wireStarts: Int32Array[];
  readonly wireEnds: Int32Array[];
  readonly starts: Int32Array[];
  readonly ends: Int32Array[];
  /** Complete rows found; each has its fields above. */
  rows = 0;
  #capacity = 0;

  constructor(positions: readonly number[]) {
    this.positions = positions;
    const empty = () => positions.map(() => new Int32Array(0));
    this.wireStarts = empty();
    this.wireEnds = empty();
    this.starts = empty();
    this.ends = empty();
    this.#grow(1024);
  }

  /** Makes room for one more row. */
  reserveRow(): void {
    if (this.rows === this.#capacity) this.#grow(this.#capacity * 2);
  }

  #grow(capacity: number): void {
    for (const arrays of [this.wireStarts, this.wireEnds, this.starts, this.ends]) {
      arrays.forEach((array, i) => {
        arrays[i] = new Int32Array(capacity);
        arrays[i].set(array);
      });
    }
    this.#capacity = capacity;
  }
}
