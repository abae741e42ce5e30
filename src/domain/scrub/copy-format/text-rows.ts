import { NULL_VALUE } from '../../masking/value-batch.js';
import { MalformedCopyError } from './copy-format.js';
import type { RowFields } from './row-fields.js';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;
const UPPER_N = 0x4e;

/**
 * Finds the touched fields of every complete row of `bytes[0 … to)`. As the server writes the format, a
 * tab or line feed byte is never part of a value, so that rows and fields are found without reading
 * escapes. Bytes behind the last touched field are skipped by `indexOf`, which runs at memory speed.
 * @param bytes holds at least one byte beyond `to`, which is overwritten
 * @returns the offset behind the last complete row
 */
export function scanTextRows(bytes: Buffer, to: number, fields: RowFields): number {
  const { positions, wireStarts, wireEnds, starts, ends } = fields;
  const touched = positions.length;
  // A sentinel ends every loop below without a test of the offset.
  bytes[to] = LINE_FEED;
  let rowStart = 0;
  while (rowStart < to) {
    fields.reserveRow();
    const row = fields.rows;
    let at = rowStart;
    let position = 0;
    for (let k = 0; k < touched; k++) {
      const wanted = positions[k];
      while (position < wanted) {
        while (bytes[at] > LINE_FEED || (bytes[at] !== TAB && bytes[at] !== LINE_FEED)) at++;
        if (bytes[at] === LINE_FEED) return endOfRows(at, to, rowStart);
        at++;
        position++;
      }
      const start = at;
      while (bytes[at] > LINE_FEED || (bytes[at] !== TAB && bytes[at] !== LINE_FEED)) at++;
      if (bytes[at] === LINE_FEED && (at === to || k < touched - 1)) return endOfRows(at, to, rowStart);
      const isNull = at - start === 2 && bytes[start] === BACKSLASH && bytes[start + 1] === UPPER_N;
      wireStarts[k][row] = start;
      wireEnds[k][row] = at;
      starts[k][row] = isNull ? NULL_VALUE : start;
      ends[k][row] = isNull ? NULL_VALUE : at;
    }
    const end = bytes[at] === LINE_FEED ? at : bytes.indexOf(LINE_FEED, at);
    if (end >= to) return rowStart;
    fields.rows++;
    rowStart = end + 1;
  }
  return rowStart;
}

/** At the sentinel the row goes on in the next block; at a real line feed it had too few fields. */
function endOfRows(at: number, to: number, rowStart: number): number {
  if (at < to) throw new MalformedCopyError('a row has fewer fields than there are columns');
  return rowStart;
}

/** Counts rows of chunks that nobody touches. */
export class TextRowCounter {
  rows = 0;
  #cut = false;

  count(chunk: Buffer): void {
    if (chunk.length === 0) return;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) this.rows++;
    this.#cut = chunk[chunk.length - 1] !== LINE_FEED;
  }

  /** @throws MalformedCopyError when the data ended within a row */
  end(): void {
    if (this.#cut) throw new MalformedCopyError('it ends within a row');
  }
}
