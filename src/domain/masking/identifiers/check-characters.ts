import { dihedral, permutations } from '../../verhoeff-tables.js';

/**
 * Check characters of identifiers. Numbers are read from `characters`: ASCII digits and upper-case
 * letters without punctuation.
 */

const DIGIT_0 = 0x30;

export type Characters = Uint8Array;

export const digitAt = (characters: Characters, at: number): number => characters[at] - DIGIT_0;

/** Digits as they are, letters A–Z as 10–35. */
export const valueAt = (characters: Characters, at: number): number =>
  characters[at] < 0x41 ? characters[at] - DIGIT_0 : characters[at] - 0x37;

export function putDigit(characters: Characters, at: number, digit: number): void {
  characters[at] = DIGIT_0 + digit;
}

/** `characters[from … to)` read as a decimal number; at most 15 digits. */
export function numberAt(characters: Characters, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) number = number * 10 + digitAt(characters, i);
  return number;
}

/** Σ weight · digit from `from` on. */
export function weightedSum(characters: Characters, weights: readonly number[], from = 0): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] * digitAt(characters, from + i);
  return sum;
}

/** Luhn's digit for the digits before `at` (ISO/IEC 7812-1 annex B). */
export function luhnDigit(characters: Characters, from: number, at: number): number {
  let sum = 0;
  let doubled = true;
  for (let i = at - 1; i >= from; i--) {
    const digit = digitAt(characters, i);
    sum += doubled ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
    doubled = !doubled;
  }
  return (10 - (sum % 10)) % 10;
}

/** `characters[from … to)` modulo 97, letters counting two digits (ISO/IEC 7064 MOD 97-10 over ISO 13616). */
export function mod97(characters: Characters, from: number, to: number, start = 0): number {
  let rest = start;
  for (let i = from; i < to; i++) {
    const value = valueAt(characters, i);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/** ISO/IEC 7064 MOD 11,10 for the digits before `at`. */
export function mod1110Digit(characters: Characters, at: number): number {
  let product = 10;
  for (let i = 0; i < at; i++) {
    const sum = (digitAt(characters, i) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10;
}

/** The inverse of each element of the dihedral group. */
const inverse = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9];

/** Verhoeff's digit for the digits before `at` (J. Verhoeff, Error Detecting Decimal Codes, 1969). */
export function verhoeffDigit(characters: Characters, at: number): number {
  let check = 0;
  for (let i = at - 1, position = 1; i >= 0; i--, position++) {
    check = dihedral[check][permutations[position % 8][digitAt(characters, i)]];
  }
  return inverse[check];
}

const daysOfMonth = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** True for a day that exists; the year may be its last two digits. */
export function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= daysOfMonth[month] || (month === 2 && day === 29 && year % 4 === 0);
}
