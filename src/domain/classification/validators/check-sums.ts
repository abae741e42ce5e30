import { dihedral, permutations } from '../../verhoeff-tables.js';
import { compact, defineValidator, digitAt } from './validator.js';

/** Luhn's sum over all digits is a multiple of ten. `digits` holds digits alone. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  let double = false;
  for (let index = digits.length - 1; index >= 0; index--) {
    let digit = digitAt(digits, index);
    if (double) digit = digit < 5 ? digit * 2 : digit * 2 - 9;
    sum += digit;
    double = !double;
  }
  return sum % 10 === 0;
}

/** ISO/IEC 7064 MOD 97-10 over digits and upper-case letters (A = 10): the remainder is 1. */
export function mod97(text: string): number {
  let rest = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    rest = code <= 57 ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97;
  }
  return rest;
}

/** ISO/IEC 7064 MOD 11,10, the check digit included. `digits` holds digits alone. */
export function passesMod11And10(digits: string): boolean {
  let product = 10;
  for (let index = 0; index < digits.length - 1; index++) {
    const sum = (digitAt(digits, index) + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (product + digitAt(digits, digits.length - 1)) % 10 === 1;
}

/** Verhoeff's check, the check digit included. `digits` holds digits alone. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0;
  for (let index = 0; index < digits.length; index++) {
    check = dihedral[check][permutations[index % 8][digitAt(digits, digits.length - 1 - index)]];
  }
  return check === 0;
}

export const luhn = defineValidator(
  {
    id: 'luhn',
    summary: 'Digits (eight or more) with a Luhn check digit',
    source: 'ISO/IEC 7812-1:2017, annex B',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    return /^\d{8,}$/.test(digits) && passesLuhn(digits);
  },
);

export const verhoeff = defineValidator(
  {
    id: 'verhoeff',
    summary: 'Digits (eight or more) with a Verhoeff check digit',
    source: 'J. Verhoeff, Error Detecting Decimal Codes, Mathematical Centre Tract 29, 1969',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    return /^\d{8,}$/.test(digits) && passesVerhoeff(digits);
  },
);
