import type { ValueBatchWriter } from '../../../masking/value-batch.js';

/**
 * Turns one type's binary form into its text form and back. Masks know text only, and the same text
 * whichever way the rows travel: `decode` writes exactly what the server would print (ISO dates, UTC).
 */
export interface FieldCodec {
  /** Appends the text form of the binary value `bytes[from … to)` to `output`. */
  decode(bytes: Buffer, from: number, to: number, output: ValueBatchWriter): void;
  /**
   * Appends the binary form of the text `bytes[from … to)`.
   * @returns false, with nothing appended, when the text is no value of the type
   */
  encode(bytes: Uint8Array, from: number, to: number, output: ValueBatchWriter): boolean;
}

/** Types whose binary form is their text: no conversion, no copy. */
export const sameAsText = 'same-as-text';

/** The text of a short value, for codecs that are rarely on the hot path. */
export function asciiOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}

/** Appends `write`'s bytes as one value of `length` bytes. */
export function appendBinary(
  output: ValueBatchWriter,
  length: number,
  write: (view: Buffer, at: number) => void,
): void {
  const at = output.reserve(length);
  const { bytes } = output;
  write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), at);
  output.finish(at + length);
}
