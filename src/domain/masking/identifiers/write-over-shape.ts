import { isAlphanumeric, isLower, UPPER_A } from '../bytes/ascii.js';

/** Writes the stand-in over the shape of its original: punctuation and case stay. */
export function writeOverShape(
  target: Uint8Array,
  at: number,
  characters: Uint8Array,
  first: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  let next = first;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (!isAlphanumeric(byte)) {
      target[at++] = byte;
      continue;
    }
    const standIn = characters[next++];
    target[at++] = isLower(byte) && standIn >= UPPER_A ? standIn + 32 : standIn;
  }
  return at;
}
