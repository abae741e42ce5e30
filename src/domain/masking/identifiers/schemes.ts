import { digitAt, luhnDigit, mod97, numberAt, putDigit } from './check-characters.js';
import { nationalSchemes } from './national-schemes.js';
import { digits, shaped, type IdentifierScheme } from './scheme.js';

/** Schemes that belong to no country's registry; adding one is adding an entry. */
const internationalSchemes: readonly IdentifierScheme[] = [
  {
    id: 'generic',
    title: 'letters stay letters, digits stay digits',
    fits: () => true,
  },
  {
    id: 'luhn',
    title: 'digits of which the last is a Luhn digit',
    fits: digits(2, 64),
    checks: [-1],
    complete(characters, length) {
      putDigit(characters, length - 1, luhnDigit(characters, 0, length - 1));
      return true;
    },
  },
  {
    id: 'payment-card',
    title: 'payment card number (ISO/IEC 7812-1): keeps the first digit, which tells the kind of network',
    fits: digits(12, 19),
    keeps: 1,
    checks: [-1],
    complete(characters, length) {
      putDigit(characters, length - 1, luhnDigit(characters, 0, length - 1));
      return true;
    },
  },
  {
    id: 'imei',
    title: 'mobile equipment identity (3GPP TS 23.003): Luhn',
    fits: digits(15, 15),
    checks: [-1],
    complete(characters) {
      putDigit(characters, 14, luhnDigit(characters, 0, 14));
      return true;
    },
  },
  {
    id: 'iban',
    title: 'bank account (ISO 13616): keeps the country',
    fits: (characters, length) =>
      length >= 15 &&
      length <= 34 &&
      characters[0] >= 0x41 &&
      characters[1] >= 0x41 &&
      characters[2] < 0x41 &&
      characters[3] < 0x41,
    keeps: 2,
    checks: [2, 3],
    complete(characters, length) {
      putDigit(characters, 2, 0);
      putDigit(characters, 3, 0);
      const check = 98 - mod97(characters, 0, 4, mod97(characters, 4, length));
      putDigit(characters, 2, Math.floor(check / 10));
      putDigit(characters, 3, check % 10);
      return true;
    },
  },
  {
    id: 'vin',
    title: 'vehicle identification number (ISO 3779, check character of 49 CFR 565)',
    fits: (characters, length) => length === 17 && !characters.subarray(0, 17).some(isForbiddenInVin),
    checks: [8],
    complete(characters) {
      if (characters.subarray(0, 17).some(isForbiddenInVin)) return false;
      const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
      const sum = weights.reduce((total, weight, i) => total + weight * vinValue(characters[i]), 0) % 11;
      characters[8] = sum === 10 ? 0x58 : 0x30 + sum;
      return true;
    },
  },
  {
    id: 'us-ssn',
    title: 'US Social Security number: no area 000, 666 or 900 up, no group 00, no serial 0000',
    fits: shaped('999999999'),
    complete(characters) {
      const area = numberAt(characters, 0, 3);
      return (
        area !== 0 &&
        area !== 666 &&
        area < 900 &&
        numberAt(characters, 3, 5) !== 0 &&
        numberAt(characters, 5, 9) !== 0
      );
    },
  },
  {
    id: 'us-routing-number',
    title: 'US bank routing number (ABA): 3, 7, 1 weights; keeps the Federal Reserve district',
    fits: shaped('999999999'),
    keeps: 2,
    checks: [8],
    complete(characters) {
      let sum = 0;
      for (let i = 0; i < 8; i++) sum += [3, 7, 1][i % 3] * digitAt(characters, i);
      putDigit(characters, 8, (10 - (sum % 10)) % 10);
      return true;
    },
  },
];

/** Every scheme by id. */
export const identifierSchemes: ReadonlyMap<string, IdentifierScheme> = new Map(
  [...internationalSchemes, ...nationalSchemes].map((scheme) => [scheme.id, scheme]),
);

const vinValues = new Map(Array.from('ABCDEFGH', (letter, i) => [letter.charCodeAt(0), i + 1] as const));
Array.from('JKLMN').forEach((letter, i) => vinValues.set(letter.charCodeAt(0), i + 1));
vinValues.set(0x50, 7).set(0x52, 9);
Array.from('STUVWXYZ').forEach((letter, i) => vinValues.set(letter.charCodeAt(0), i + 2));

function vinValue(character: number): number {
  return vinValues.get(character) ?? character - 0x30;
}

/** I, O and Q, which are not told from 1 and 0. */
function isForbiddenInVin(character: number): boolean {
  return character === 0x49 || character === 0x4f || character === 0x51;
}
