import type { Characters } from './check-characters.js';

/**
 * How identifiers of one kind are built. What a scheme neither keeps nor computes is permuted, digits
 * to digits and letters to letters. A value that does not fit its scheme is masked as `generic`.
 */
export interface IdentifierScheme {
  readonly id: string;
  readonly title: string;
  /**
   * True for `length` characters (letters in upper case, digits, no punctuation) of this shape. What
   * stays (a kept start, a leading 0) must be one that the issuer gives out.
   */
  fits(characters: Characters, length: number): boolean;
  /** Characters at the start that stay unless the policy says how many; 0 when absent. */
  readonly keeps?: number;
  /** Positions after those that stay too. */
  stays?(characters: Characters): readonly number[];
  /**
   * Where two digits tell month or day: drawn among those that exist, since a draw among all digits
   * would hit a date one time in thirty. A month of 20 k + m with `monthStep` 20 keeps its k.
   */
  readonly dates?: DateDigits;
  /** Positions that `complete` computes; negative ones count from the end. */
  readonly checks?: readonly number[];
  /**
   * Writes the check characters. False when there is no such identifier, because the issuer gives none
   * out or no check character exists: then another stand-in is drawn.
   */
  complete?(characters: Characters, length: number): boolean;
}

export interface DateDigits {
  readonly month?: number;
  readonly day?: number;
  readonly monthStep?: number;
  readonly dayStep?: number;
}

/** Digits only, from `least` to `most` of them, the first of which is one of `first`. */
export function digits(least: number, most: number, first = '0123456789'): IdentifierScheme['fits'] {
  const mayBeFirst = new Uint8Array(256);
  for (const digit of first) mayBeFirst[digit.charCodeAt(0)] = 1;
  return (characters, length) => {
    if (length < least || length > most || mayBeFirst[characters[0]] === 0) return false;
    for (let i = 0; i < length; i++) if (characters[i] > 0x39) return false;
    return true;
  };
}

/** Shapes such as `AA999999A`: `9` is a digit, `A` a letter, `X` either; any other stands for itself. */
export function shaped(...shapes: readonly string[]): IdentifierScheme['fits'] {
  return (characters, length) => shapes.some((shape) => matches(shape, characters, length));
}

function matches(shape: string, characters: Characters, length: number): boolean {
  if (shape.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const isDigit = characters[i] <= 0x39;
    const expected = shape[i];
    if (expected === '9' ? !isDigit : expected === 'A' ? isDigit : false) return false;
    if (!'9AX'.includes(expected) && expected.charCodeAt(0) !== characters[i]) return false;
  }
  return true;
}
