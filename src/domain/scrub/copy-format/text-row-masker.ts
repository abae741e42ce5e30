import { NULL_VALUE, type ValueBatch, ValueBatchWriter } from '../../masking/value-batch.js';
import { OutputBytes } from './growing-bytes.js';
import { type FieldPositions, MalformedRowsError, RowMasker } from './row-masker.js';

const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const LETTER_N = 0x4e;

/** Escapes of the format, by the letter after the backslash; other characters stand for themselves. */
const meaning = new Uint8Array(256).map((_, letter) => letter);
/** The letter that escapes a byte, or 0 for a byte that needs none. */
const letterOf = new Uint8Array(256);
for (const [letter, byte] of [
  ['b', 0x08],
  ['t', TAB],
  ['n', NEWLINE],
  ['v', 0x0b],
  ['f', 0x0c],
  ['r', 0x0d],
  ['\\', BACKSLASH],
] as const) {
  meaning[letter.charCodeAt(0)] = byte;
  letterOf[byte] = letter.charCodeAt(0);
}

/**
 * COPY's text format: fields end at a tab, rows at a newline, `\N` is NULL, and a backslash escapes.
 * Source: PostgreSQL documentation, COPY, "Text Format". In UTF-8 no other character contains these bytes.
 */
export class TextRowMasker extends RowMasker {
  /** Copies of values that are read and not masked, for they must not be unescaped in place. */
  readonly #copies: readonly ValueBatchWriter[] = this.touched.map(() => new ValueBatchWriter());
  readonly #batches = this.touched.map(() => ({ starts: new Int32Array(1024), ends: new Int32Array(1024) }));

  protected override scan(bytes: Uint8Array, positions: FieldPositions, fresh: number): number {
    const { touched } = this;
    // Only what is new is searched: a huge row arrives in many chunks.
    const newline = bytes.subarray(fresh).lastIndexOf(NEWLINE);
    const end = newline < 0 ? 0 : fresh + newline + 1;
    const lastTouched = touched[touched.length - 1];
    let at = 0;
    while (at < end) {
      const base = positions.addRow();
      let next = 0;
      for (let column = 0; column <= lastTouched; column++) {
        const start = at;
        let byte = bytes[at];
        while (byte !== TAB && byte !== NEWLINE) byte = bytes[++at];
        if (byte === NEWLINE && column < lastTouched)
          throw new MalformedRowsError('a row has too few fields');
        if (column === touched[next]) {
          positions.starts[base + next] = start;
          positions.ends[base + next] = at;
          next++;
        }
        at++;
      }
      // The newline may have ended the last touched field already.
      if (bytes[at - 1] !== NEWLINE) {
        while (bytes[at] !== NEWLINE) at++;
        at++;
      }
    }
    return end;
  }

  protected override read(bytes: Uint8Array, field: number, positions: FieldPositions): ValueBatch {
    const isMasked = this.masked[field] !== undefined;
    return isMasked ? this.#readInPlace(bytes, field, positions) : this.#readCopy(bytes, field, positions);
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
        output.append(bytes, passed, starts[at]);
        escapeInto(output, values, row);
        passed = ends[at];
      }
    }
    output.append(bytes, passed, end);
    return output.take();
  }

  #readInPlace(bytes: Uint8Array, field: number, positions: FieldPositions): ValueBatch {
    const batch = this.#batches[field];
    const { rows, width } = positions;
    if (batch.starts.length < rows) {
      batch.starts = new Int32Array(rows * 2);
      batch.ends = new Int32Array(rows * 2);
    }
    const { starts, ends } = batch;
    for (let row = 0; row < rows; row++) {
      const start = positions.starts[row * width + field];
      const end = positions.ends[row * width + field];
      if (isNull(bytes, start, end)) {
        starts[row] = NULL_VALUE;
        ends[row] = NULL_VALUE;
        continue;
      }
      starts[row] = start;
      ends[row] = unescapeInPlace(bytes, start, end);
    }
    return { count: rows, bytes, starts, ends };
  }

  #readCopy(bytes: Uint8Array, field: number, positions: FieldPositions): ValueBatch {
    const copy = this.#copies[field];
    copy.clear();
    for (let row = 0; row < positions.rows; row++) {
      const start = positions.starts[row * positions.width + field];
      const end = positions.ends[row * positions.width + field];
      if (isNull(bytes, start, end)) {
        copy.appendNull();
        continue;
      }
      const at = copy.reserve(end - start);
      copy.bytes.set(bytes.subarray(start, end), at);
      copy.finish(unescapeInPlace(copy.bytes, at, at + end - start));
    }
    return copy;
  }
}

function isNull(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 2 && bytes[start] === BACKSLASH && bytes[start + 1] === LETTER_N;
}

/** Returns the value's new end: unescaped, it is never longer. */
function unescapeInPlace(bytes: Uint8Array, start: number, end: number): number {
  let from = start;
  while (from < end && bytes[from] !== BACKSLASH) from++;
  let to = from;
  while (from < end) {
    const byte = bytes[from++];
    bytes[to++] = byte === BACKSLASH && from < end ? meaning[bytes[from++]] : byte;
  }
  return to;
}

function escapeInto(output: OutputBytes, values: ValueBatch, row: number): void {
  const start = values.starts[row];
  if (start === NULL_VALUE) {
    output.reserve(2);
    output.bytes[output.length++] = BACKSLASH;
    output.bytes[output.length++] = LETTER_N;
    return;
  }
  const end = values.ends[row];
  output.reserve((end - start) * 2);
  const { bytes: target } = output;
  const { bytes: source } = values;
  let at = output.length;
  for (let i = start; i < end; i++) {
    const byte = source[i];
    const letter = letterOf[byte];
    if (letter !== 0) {
      target[at++] = BACKSLASH;
      target[at++] = letter;
    } else {
      target[at++] = byte;
    }
  }
  output.length = at;
}
