import { NULL_VALUE } from '../../masking/value-batch.js';
import { MalformedCopyError } from './copy-format.js';
import type { RowFields } from './row-fields.js';

const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags, length of the extension area. */
const HEADER_LENGTH = 19;

/**
 * Length of the header that the data begins with, or -1 when more bytes are needed to tell.
 * @throws MalformedCopyError
 */
export function binaryHeaderLength(bytes: Buffer, to: number): number {
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

/**
 * Finds the touched fields of every complete row of `bytes[from … to)`. Stops at the trailer.
 * @param columns number of fields that every row must have
 * @returns the offset behind the last complete row
 */
export function scanBinaryRows(
  bytes: Buffer,
  from: number,
  to: number,
  columns: number,
  fields: RowFields,
): number {
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

/** In place of a field count. */
export const TRAILER = 0xffff;
export const TRAILER_LENGTH = 2;

export function wrongFieldCount(): MalformedCopyError {
  return new MalformedCopyError('a row has another number of fields than there are columns');
}

/** Counts rows of chunks that nobody touches, however they are cut, keeping no more than a few bytes. */
export class BinaryRowCounter {
  rows = 0;
  readonly #columns: number;
  /** Bytes of a number that the last chunk cut off. */
  #number = 0;
  #numberBytes = 0;
  /** Bytes of a value or of the header's extension still to come. */
  #skip = 0;
  #headerLeft = HEADER_LENGTH - 4;
  #expects: 'extension-length' | 'field-count' | 'field-length' | 'nothing' = 'extension-length';
  #fieldsLeft = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  count(chunk: Buffer): void {
    let at = 0;
    const skipHeader = Math.min(this.#headerLeft, chunk.length);
    this.#headerLeft -= skipHeader;
    at += skipHeader;
    const { length } = chunk;
    while (at < length && this.#expects !== 'nothing') {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, length - at);
        this.#skip -= skipped;
        at += skipped;
        continue;
      }
      const size = this.#expects === 'field-count' ? 2 : 4;
      while (at < length && this.#numberBytes < size) {
        this.#number = (this.#number << 8) | chunk[at++];
        this.#numberBytes++;
      }
      if (this.#numberBytes === size) this.#take();
    }
  }

  /** @throws MalformedCopyError when the data ended before its trailer */
  end(): void {
    if (this.#expects !== 'nothing') throw new MalformedCopyError('it ends before its trailer');
  }

  #take(): void {
    const number = this.#number;
    this.#number = 0;
    this.#numberBytes = 0;
    if (this.#expects === 'field-count') this.#takeFieldCount(number);
    else {
      this.#skip = Math.max(0, number);
      if (this.#expects === 'field-length') this.#fieldsLeft--;
      else this.#expects = 'field-count';
      if (this.#fieldsLeft === 0) this.#expects = 'field-count';
    }
  }

  #takeFieldCount(count: number): void {
    if (count === TRAILER) {
      this.#expects = 'nothing';
      return;
    }
    if (count !== this.#columns) throw wrongFieldCount();
    this.rows++;
    this.#fieldsLeft = count;
    this.#expects = count === 0 ? 'field-count' : 'field-length';
  }
}
