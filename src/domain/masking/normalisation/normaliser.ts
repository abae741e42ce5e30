import type { ValueBatchWriter } from '../value-batch.js';

/**
 * Brings the spellings of one value to one form before it is digested, and appends that form to
 * `output`. Each rule is one that SQL can say too; its file gives the expression.
 */
export interface Normaliser {
  /** In camel case; a kernel's function of this name does the same for values that are ASCII. */
  readonly id: string;
  append(bytes: Uint8Array, from: number, to: number, output: ValueBatchWriter): void;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of `bytes[from … to)`; malformed UTF-8 becomes U+FFFD. For rare values. */
export function decodeText(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.subarray(from, to));
}
