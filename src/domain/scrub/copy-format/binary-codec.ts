import type { ValueBatchWriter } from '../../masking/value-batch.js';
import type { OutputBytes } from './growing-bytes.js';

/**
 * Between a type's binary form and the text form that techniques see. Formats: PostgreSQL's
 * `*_send`/`*_recv` functions; all integers are big-endian.
 */
export interface BinaryCodec {
  /** Appends the text form of `bytes[start … end)` as one value. */
  decode(bytes: Uint8Array, start: number, end: number, into: ValueBatchWriter): void;
  /** Appends the binary form of the text `bytes[start … end)`; throws `NotRepresentableError`. */
  encode(bytes: Uint8Array, start: number, end: number, into: OutputBytes): void;
}

/** A stand-in is no value of its column's type; the message names the type and not the value. */
export class NotRepresentableError extends Error {
  constructor(type: string) {
    super(`a stand-in is no valid ${type}`);
  }
}

const decoder = new TextDecoder('latin1');

/** A short ASCII text of bytes. */
export function asciiOf(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

export function appendAscii(into: OutputBytes, text: string): void {
  into.reserve(text.length);
  for (let i = 0; i < text.length; i++) into.bytes[into.length++] = text.charCodeAt(i);
}

/** Appends big-endian integers. */
export function appendInt32(into: OutputBytes, value: number): void {
  into.reserve(4);
  into.length = into.bytes.writeInt32BE(value, into.length);
}

export function appendInt64(into: OutputBytes, value: bigint): void {
  into.reserve(8);
  into.length = into.bytes.writeBigInt64BE(value, into.length);
}

/** The same memory with Node's readers. */
export function buffered(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
