import { DIGEST_LENGTH } from '../pseudonym/pseudonym-function.js';
import type { ValueBatchWriter } from '../value-batch.js';

const alphabet = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');

/**
 * Appends `length` letters and digits drawn from a digest: what stands for a value of no known shape.
 * Beyond 32 characters the draws repeat, shifted.
 */
export function appendKeyedText(
  output: ValueBatchWriter,
  digests: Uint8Array,
  index: number,
  length: number,
): void {
  const at = output.reserve(length);
  const from = index * DIGEST_LENGTH;
  for (let i = 0; i < length; i++) {
    output.bytes[at + i] = alphabet[(digests[from + (i % DIGEST_LENGTH)] + 7 * (i >> 5)) % alphabet.length];
  }
  output.finish(at + length);
}
