import { NULL_VALUE } from '../../masking/value-batch.js';
import { MalformedCopyError } from './copy-format.js';
import type { RowFields, RowFormat } from './row-fields.js';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;
const UPPER_N = 0x4e;

/** The text format: nothing stands before the first row or behind the last. */
export const textRows: RowFormat = { headerLength: () => 0, scan, trailerLength: () => 0 };

/**
 * As the server writes the format, a tab or line feed byte is never part of a value, so that rows and
 * fields are found without reading escapes. What lies behind the last touched field is skipped by
 * `indexOf`, which runs at memory speed.
 */
function scan(bytes: Buffer, from: number, to: number, fields: RowFields): number {
  const { positions, wireStarts, wireEnds, starts, ends } = fields;
  const touched = positions.length;
  // A sentinel ends every loop below without a test of the offset.
  bytes[to] = LINE_FEED;
  let rowStart = from;
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
