import { NULL_VALUE } from '../../masking/value-batch.js';
import { MalformedCopyError } from './copy-format.js';
import type { RowFields, RowFormat } from './row-fields.js';

const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags, length of the extension area. */
export const HEADER_LENGTH = 19;

/** In place of a field count, behind the last row. */
export const TRAILER = 0xffff;
const TRAILER_LENGTH = 2;

/** @param columns number of fields that every row must have */
export function binaryRows(columns: number): RowFormat {
  return {
    headerLength,
    scan: (bytes, from, to, fields) => scan(bytes, from, to, columns, fields),
    trailerLength: (bytes, to) =>
      to === TRAILER_LENGTH && bytes.readUInt16BE(0) === TRAILER ? TRAILER_LENGTH : -1,
  };
}

/**
 * Length of the header that the data begins with, or -1 when more bytes are needed to tell.
 * @throws MalformedCopyError
 */
function headerLength(bytes: Buffer, to: number): number {
  const known = Math.min(to, signature.length);
  if (signature.compare(bytes, 0, known, 0, known) !== 0) {
    throw new MalformedCopyError('it does not begin as the binary format does');
  }
  if (to < HEADER_LENGTH) return -1;
  // Bits 16–31 announce what a reader must know of: none is defined but 16, rows with their oids.
  if (bytes.readUInt16BE(signature.length) !== 0) {
    throw new MalformedCopyError('its header asks for a feature that is not known');
  }
  const length = HEADER_LENGTH + bytes.readInt32BE(HEADER_LENGTH - 4);
  return length > to ? -1 : length;
}

/** Hops from length to length; stops at the trailer. */
function scan(bytes: Buffer, from: number, to: number, columns: number, fields: RowFields): number {
  const { positions, wireStarts, wireEnds, starts, ends } = fields;
  let rowStart = from;
  while (rowStart + 2 <= to) {
    const count = (bytes[rowStart] << 8) | bytes[rowStart + 1];
    if (count === TRAILER) return rowStart;
    if (count !== columns) throw wrongFieldCount();
    fields.reserveRow();
    const row = fields.rows;
    let at = rowStart + 2;
    let touched = 0;
    let wanted = positions.length > 0 ? positions[0] : -1;
    for (let position = 0; position < columns; position++) {
      if (at + 4 > to) return rowStart;
      const length = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
      const start = at + 4;
      const end = length > 0 ? start + length : start;
      if (position === wanted) {
        wireStarts[touched][row] = at;
        wireEnds[touched][row] = end;
        starts[touched][row] = length < 0 ? NULL_VALUE : start;
        ends[touched][row] = length < 0 ? NULL_VALUE : end;
        touched++;
        wanted = touched < positions.length ? positions[touched] : -1;
      }
      at = end;
    }
    if (at > to) return rowStart;
    fields.rows++;
    rowStart = at;
  }
  return rowStart;
}

export function wrongFieldCount(): MalformedCopyError {
  return new MalformedCopyError('a row has another number of fields than there are columns');
}
