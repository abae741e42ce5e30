/** Character classes and case of single bytes: what techniques ask of every byte, as table look-ups. */

export const SPACE = 0x20;
export const HYPHEN = 0x2d;
export const FULL_STOP = 0x2e;
export const COMMA = 0x2c;
export const AT_SIGN = 0x40;
export const DIGIT_0 = 0x30;
export const UPPER_A = 0x41;
export const LOWER_A = 0x61;

const UPPER = 1;
const LOWER = 2;
const DIGIT = 4;
const BLANK = 8;
const CONTROL = 16;
const BEYOND = 32;

const classes = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80) return BEYOND;
  if (byte >= 0x41 && byte <= 0x5a) return UPPER;
  if (byte >= 0x61 && byte <= 0x7a) return LOWER;
  if (byte >= 0x30 && byte <= 0x39) return DIGIT;
  if (byte === SPACE || (byte >= 9 && byte <= 13)) return byte === SPACE ? BLANK : BLANK | CONTROL;
  return byte < 0x20 || byte === 0x7f ? CONTROL : 0;
});

/** Lower case of A–Z; every other byte is itself. */
export const lowerCase = Uint8Array.from({ length: 256 }, (_, byte) =>
  classes[byte] & UPPER ? byte + 32 : byte,
);

/** Upper case of a–z; every other byte is itself. */
export const upperCase = Uint8Array.from({ length: 256 }, (_, byte) =>
  classes[byte] & LOWER ? byte - 32 : byte,
);

export const isUpper = (byte: number): boolean => (classes[byte] & UPPER) !== 0;
export const isLower = (byte: number): boolean => (classes[byte] & LOWER) !== 0;
export const isLetter = (byte: number): boolean => (classes[byte] & (UPPER | LOWER)) !== 0;
export const isDigit = (byte: number): boolean => (classes[byte] & DIGIT) !== 0;
export const isAlphanumeric = (byte: number): boolean => (classes[byte] & (UPPER | LOWER | DIGIT)) !== 0;
/** Space, tab, line feed, vertical tab, form feed, carriage return. */
export const isBlank = (byte: number): boolean => (classes[byte] & BLANK) !== 0;
export const isControl = (byte: number): boolean => (classes[byte] & CONTROL) !== 0;
/** A byte of a multi-byte UTF-8 character, or of no character at all. */
export const isBeyondAscii = (byte: number): boolean => byte >= 0x80;

/** True when `bytes[from … to)` is ASCII only. */
export function isAscii(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] >= 0x80) return false;
  return true;
}

/** Characters in `bytes[from … to)`: bytes that do not continue a UTF-8 sequence. */
export function countCharacters(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if ((bytes[i] & 0xc0) !== 0x80) count++;
  return count;
}

/** Offset after the first `characters` characters of `bytes[from … to)`. */
export function afterCharacters(bytes: Uint8Array, from: number, to: number, characters: number): number {
  let left = characters;
  for (let i = from; i < to; i++) {
    if ((bytes[i] & 0xc0) !== 0x80 && left-- === 0) return i;
  }
  return to;
}

/** True when the two stretches hold the same bytes but for the case of A–Z. */
export function equalIgnoringCase(
  a: Uint8Array,
  aFrom: number,
  aTo: number,
  b: Uint8Array,
  bFrom: number,
  bTo: number,
): boolean {
  if (aTo - aFrom !== bTo - bFrom) return false;
  const shift = bFrom - aFrom;
  for (let i = aFrom; i < aTo; i++) if (lowerCase[a[i]] !== lowerCase[b[i + shift]]) return false;
  return true;
}
