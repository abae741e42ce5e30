import { MalformedCopyError } from './copy-format.js';

const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags, length of the extension area. */
export const HEADER_LENGTH = 19;

/** In place of a field count, behind the last row. */
export const TRAILER = 0xffff;
const TRAILER_LENGTH = 2;

/**
 * Length of the header that the data begins with, or -1 when more bytes are needed to tell.
 * @throws MalformedCopyError
 */
export function binaryHeaderLength(bytes: Buffer): number {
  const known = Math.min(bytes.length, signature.length);
  if (signature.compare(bytes, 0, known, 0, known) !== 0) {
    throw new MalformedCopyError('it does not begin as the binary format does');
  }
  if (bytes.length < HEADER_LENGTH) return -1;
  // Bits 16–31 announce what a reader must know of: none is defined but 16, rows with their oids.
  if (bytes.readUInt16BE(signature.length) !== 0) {
    throw new MalformedCopyError('its header asks for a feature that is not known');
  }
  const length = HEADER_LENGTH + bytes.readInt32BE(HEADER_LENGTH - 4);
  return length > bytes.length ? -1 : length;
}

/** Bytes behind the last row; -1 when what the data ends with is missing. */
export function binaryTrailerLength(bytes: Buffer): number {
  return bytes.length === TRAILER_LENGTH && bytes.readUInt16BE(0) === TRAILER ? TRAILER_LENGTH : -1;
}

export function wrongFieldCount(): MalformedCopyError {
  return new MalformedCopyError('a row has another number of fields than there are columns');
}
