import { NULL_VALUE, type ValueBatch, ValueBatchWriter } from '../../masking/value-batch.js';
import { MalformedCopyError } from './copy-format.js';
import { RowBlock } from './row-block.js';
import { hasEscape, unescapeInto } from './text-escapes.js';

const BLOCK_BYTES = 512 * 1024;
const BLOCK_ROWS = 4096;

/** Cuts COPY data in text format into batches of rows: each field's values together, unescaped. */
export class TextBatches {
  readonly #values: readonly ValueBatchWriter[];
  #block: RowBlock;
  /** Fewer bytes than this are not worth a look. */
  #enough = 0;

  /** @param columns fields of a row */
  constructor(columns: number) {
    const positions = Array.from({ length: columns }, (_, position) => position);
    this.#values = positions.map(() => new ValueBatchWriter());
    this.#block = new RowBlock({
      format: 'text',
      columns,
      positions,
      masked: [],
      bytes: BLOCK_BYTES,
      rows: BLOCK_ROWS,
    });
  }

  /** The rows that are complete now, a batch for each field; the next `push` overwrites them. */
  push(chunk: Uint8Array): readonly ValueBatch[] {
    const needed = this.#block.length + chunk.length;
    if (needed > this.#block.shape.bytes) {
      this.#block = this.#block.reshaped({ bytes: Math.max(needed, this.#block.shape.bytes * 2) });
    }
    this.#block.append(chunk);
    const end = this.#block.length < this.#enough ? 0 : this.#scan();
    this.#values.forEach((values, field) => unescape(values, end === 0 ? none : this.#block.values(field)));
    // Looking at a row longer than the block again for each chunk would take the square of its length.
    if (end === 0) this.#enough = Math.max(this.#enough, this.#block.length * 2);
    else {
      this.#block.drop(end);
      this.#enough = 0;
    }
    return this.#values;
  }

  /** The rows that are left. @throws MalformedCopyError when the data ended within a row */
  end(): readonly ValueBatch[] {
    this.#enough = 0;
    const values = this.push(new Uint8Array(0));
    if (this.#block.length > 0) throw new MalformedCopyError('it ends within a row');
    return values;
  }

  /** @returns bytes up to the end of the last complete row */
  #scan(): number {
    const end = this.#block.scan(0);
    if (this.#block.rows < this.#block.shape.rows) return end;
    this.#block = this.#block.reshaped({ rows: this.#block.shape.rows * 2 });
    return this.#scan();
  }
}

const none: ValueBatch = {
  count: 0,
  bytes: new Uint8Array(0),
  starts: new Int32Array(0),
  ends: new Int32Array(0),
};

function unescape(values: ValueBatchWriter, { bytes, starts, ends, count }: ValueBatch): void {
  values.clear();
  for (let row = 0; row < count; row++) {
    const [from, to] = [starts[row], ends[row]];
    if (from === NULL_VALUE) values.appendNull();
    else if (!hasEscape(bytes, from, to)) values.append(bytes, from, to);
    else {
      const at = values.reserve(to - from);
      values.finish(unescapeInto(values.bytes, at, bytes, from, to));
    }
  }
}
