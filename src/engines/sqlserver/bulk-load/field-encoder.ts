import { ScrubjayError } from '../../../domain/errors.js';

/** A field that is no value of its column's type; the value itself is not told. */
export class UnloadableValueError extends ScrubjayError {
  readonly code = 'unloadable-value';

  constructor(type: string) {
    super(
      `a field cannot be loaded: it holds no ${type}`,
      'choose a technique whose stand-ins fit the column’s type',
    );
  }
}

/** Writes a column's fields, given as text, as the wire has them: MS-TDS 2.2.5.5. */
export interface FieldEncoder {
  /** NULL on the wire. */
  readonly nothing: Buffer;
  /**
   * Writes the value that `bytes[from … to)` says, UTF-8 without escapes, to `out` at `at`, where
   * `roomFor(to - from)` bytes are free.
   * @returns the offset behind it
   * @throws UnloadableValueError for a text that is no value of the type
   */
  encode(bytes: Buffer, from: number, to: number, out: Buffer, at: number): number;
}

/** Bytes that a field of `length` takes on the wire at most: two for each of its own, and what frames it. */
export function roomFor(length: number): number {
  return 2 * length + 64;
}

/** NULL of the types that begin with one byte of length. */
export const noBytes = Buffer.from([0]);
