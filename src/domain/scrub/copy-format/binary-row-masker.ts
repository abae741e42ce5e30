import { NULL_VALUE, type ValueBatch, ValueBatchWriter } from '../../masking/value-batch.js';
import type { BinaryCodec } from './binary-codec.js';
import { OutputBytes } from './growing-bytes.js';
import { type FieldPositions, MalformedRowsError, type MaskedField, RowMasker } from './row-masker.js';

/** `PGCOPY\n\377\r\n\0`, flags, and the length of a header extension that may follow. */
const HEADER_LENGTH = 19;

/**
 * COPY's binary format: a header, then rows as a field count and, for each field, a length (-1 for
 * NULL) and that many bytes; a field count of -1 ends it. Source: PostgreSQL documentation, COPY,
 * "Binary Format".
 */
export class BinaryRowMasker extends RowMasker {
  readonly #codecs: readonly (BinaryCodec | undefined)[];
  readonly #decoded: readonly ValueBatchWriter[];
  readonly #batches = this.touched.map(() => ({ starts: new Int32Array(1024), ends: new Int32Array(1024) }));
  #headerRead = false;
  #ended = false;

  /** @param codecs for each column; undefined where the bytes are the text */
  constructor(
    columns: readonly string[],
    fields: readonly MaskedField[],
    codecs: readonly (BinaryCodec | undefined)[],
  ) {
    super(columns, fields);
    this.#codecs = this.touched.map((column) => codecs[column]);
    this.#decoded = this.touched.map(() => new ValueBatchWriter());
  }

  override end(): void {
    super.end();
    if (!this.#ended) throw new MalformedRowsError('the copy broke off before its end');
  }

  protected override scan(bytes: Uint8Array, positions: FieldPositions): number {
    let at = this.#headerRead ? 0 : headerEnd(bytes);
    if (at < 0) return 0;
    this.#headerRead = true;
    for (;;) {
      const next = this.#scanRow(bytes, at, positions);
      if (next < 0) return at;
      at = next;
    }
  }

  protected override read(bytes: Uint8Array, field: number, positions: FieldPositions): ValueBatch {
    const codec = this.#codecs[field];
    return codec ? this.#decode(bytes, field, positions, codec) : this.#view(bytes, field, positions);
  }

  protected override weave(
    bytes: Uint8Array,
    end: number,
    positions: FieldPositions,
    outputs: readonly (ValueBatchWriter | undefined)[],
  ): Uint8Array {
    const output = new OutputBytes(end + (end >> 2) + 1024);
    const { width, rows, starts, ends } = positions;
    let passed = 0;
    for (let row = 0; row < rows; row++) {
      for (let field = 0; field < width; field++) {
        const values = outputs[field];
        if (!values) continue;
        const at = row * width + field;
        output.append(bytes, passed, starts[at] - 4);
        appendField(output, values, row, this.#codecs[field]);
        passed = ends[at] === NULL_VALUE ? starts[at] : ends[at];
      }
    }
    output.append(bytes, passed, end);
    return output.take();
  }

  /** Returns where the row ends, or -1 when it has not all arrived or there is none. */
  #scanRow(bytes: Uint8Array, start: number, positions: FieldPositions): number {
    if (this.#ended || start + 2 > bytes.length) return -1;
    const count = (bytes[start] << 8) | bytes[start + 1];
    if (count === 0xffff) {
      this.#ended = true;
      return start + 2;
    }
    const { touched } = this;
    const base = positions.addRow();
    let at = start + 2;
    let next = 0;
    for (let column = 0; column < count; column++) {
      const content = at + 4;
      const length = content <= bytes.length ? int32(bytes, at) : 0;
      const end = content + Math.max(length, 0);
      if (end > bytes.length) {
        positions.rows--;
        return -1;
      }
      if (column === touched[next]) {
        positions.starts[base + next] = content;
        positions.ends[base + next] = length < 0 ? NULL_VALUE : end;
        next++;
      }
      at = end;
    }
    if (next < touched.length) throw new MalformedRowsError('a row has too few fields');
    return at;
  }

  #view(bytes: Uint8Array, field: number, positions: FieldPositions): ValueBatch {
    const batch = this.#batches[field];
    const { rows, width } = positions;
    if (batch.starts.length < rows) {
      batch.starts = new Int32Array(rows * 2);
      batch.ends = new Int32Array(rows * 2);
    }
    const { starts, ends } = batch;
    for (let row = 0; row < rows; row++) {
      const end = positions.ends[row * width + field];
      starts[row] = end === NULL_VALUE ? NULL_VALUE : positions.starts[row * width + field];
      ends[row] = end;
    }
    return { count: rows, bytes, starts, ends };
  }

  #decode(bytes: Uint8Array, field: number, positions: FieldPositions, codec: BinaryCodec): ValueBatch {
    const decoded = this.#decoded[field];
    decoded.clear();
    for (let row = 0; row < positions.rows; row++) {
      const at = row * positions.width + field;
      const end = positions.ends[at];
      if (end === NULL_VALUE) decoded.appendNull();
      else codec.decode(bytes, positions.starts[at], end, decoded);
    }
    return decoded;
  }
}

function headerEnd(bytes: Uint8Array): number {
  if (bytes.length < HEADER_LENGTH) return -1;
  const end = HEADER_LENGTH + int32(bytes, HEADER_LENGTH - 4);
  return end <= bytes.length ? end : -1;
}

function appendField(
  output: OutputBytes,
  values: ValueBatch,
  row: number,
  codec: BinaryCodec | undefined,
): void {
  const start = values.starts[row];
  output.reserve(4);
  const at = output.length;
  output.length += 4;
  if (start !== NULL_VALUE) {
    if (codec) codec.encode(values.bytes, start, values.ends[row], output);
    else output.append(values.bytes, start, values.ends[row]);
  }
  output.bytes.writeInt32BE(start === NULL_VALUE ? -1 : output.length - at - 4, at);
}

function int32(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}
