import { NULL_VALUE, type ValueBatch, ValueBatchWriter } from '../../masking/value-batch.js';
import { MalformedCopyError } from './copy-format.js';
import { RowFields } from './row-fields.js';
import { textRows } from './text-rows.js';
import { hasEscape, unescapeInto } from './text-escapes.js';

const BLOCK_BYTES = 512 * 1024;

/** Cuts COPY data in text format into batches of rows: each field's values together, unescaped. */
export class TextBatches {
  readonly #fields: RowFields;
  readonly #values: readonly ValueBatchWriter[];
  #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #length = 0;
  /** Fewer bytes than this are not worth a look. */
  #enough = 0;

  /** @param columns fields of a row */
  constructor(columns: number) {
    const positions = Array.from({ length: columns }, (_, position) => position);
    this.#fields = new RowFields(positions);
    this.#values = positions.map(() => new ValueBatchWriter());
  }

  /** The rows that are complete now, a batch for each field; the next `push` overwrites them. */
  push(chunk: Uint8Array): readonly ValueBatch[] {
    this.#gather(chunk);
    const fields = this.#fields;
    fields.rows = 0;
    const end = this.#length < this.#enough ? 0 : textRows.scan(this.#block, 0, this.#length, fields);
    this.#values.forEach((values, i) => unescaped(values, this.#block, fields, i));
    // Looking at a row longer than the block again for each chunk would take the square of its length.
    if (end === 0) this.#enough = Math.max(this.#enough, this.#length * 2);
    else {
      this.#block.copyWithin(0, end, this.#length);
      this.#length -= end;
      this.#enough = 0;
    }
    return this.#values;
  }

  #gather(chunk: Uint8Array): void {
    // One byte more, for the scanner's sentinel.
    const needed = this.#length + chunk.length + 1;
    if (needed > this.#block.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#block.length * 2));
      this.#block.copy(grown, 0, 0, this.#length);
      this.#block = grown;
    }
    this.#block.set(chunk, this.#length);
    this.#length += chunk.length;
  }

  /** The rows that are left. @throws MalformedCopyError when the data ended within a row */
  end(): readonly ValueBatch[] {
    this.#enough = 0;
    const values = this.push(new Uint8Array(0));
    if (this.#length > 0) throw new MalformedCopyError('it ends within a row');
    return values;
  }
}

function unescaped(
  values: ValueBatchWriter,
  bytes: Buffer,
  { starts, ends, rows }: RowFields,
  field: number,
): void {
  values.clear();
  for (let row = 0; row < rows; row++) {
    const [from, to] = [starts[field][row], ends[field][row]];
    if (from === NULL_VALUE) values.appendNull();
    else if (!hasEscape(bytes, from, to)) values.append(bytes, from, to);
    else {
      const at = values.reserve(to - from);
      values.finish(unescapeInto(values.bytes, at, bytes, from, to));
    }
  }
}
