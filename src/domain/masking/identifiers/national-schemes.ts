import {
  digitAt,
  isDate,
  luhnDigit,
  mod1110Digit,
  numberAt,
  putDigit,
  verhoeffDigit,
  weightedSum,
  type Characters,
} from './check-characters.js';
import { digits, shaped, type IdentifierScheme } from './scheme.js';

const X = 0x58;
const K = 0x4b;

/** Writes `digit`, or tells that there is none when the remainder has two digits. */
function put(characters: Characters, at: number, digit: number): boolean {
  if (digit > 9) return false;
  putDigit(characters, at, digit);
  return true;
}

/** National numbers with check characters, by country; ids are those of the information types. */
export const nationalSchemes: readonly IdentifierScheme[] = [
  {
    id: 'au-tfn',
    title: 'Australian tax file number: weighted, modulo 11',
    fits: digits(9, 9),
    checks: [8],
    // The last weight is 10, which is -1 modulo 11: the digit is the sum of the others.
    complete: (c) => put(c, 8, weightedSum(c, [1, 4, 3, 7, 5, 8, 6, 9]) % 11),
  },
  {
    id: 'be-rrn',
    title: 'Belgian national register number: 97 minus the remainder; a date of birth in front',
    fits: digits(11, 11),
    dates: { month: 2, day: 4 },
    checks: [9, 10],
    complete(c) {
      if (!isDate(numberAt(c, 0, 2), numberAt(c, 2, 4), numberAt(c, 4, 6)) || numberAt(c, 6, 9) === 0)
        return false;
      const check = 97 - (numberAt(c, 0, 9) % 97);
      return put(c, 9, Math.floor(check / 10)) && put(c, 10, check % 10);
    },
  },
  {
    id: 'br-cpf',
    title: 'Brazilian taxpayer number: two digits, modulo 11',
    fits: digits(11, 11),
    checks: [9, 10],
    complete(c) {
      const digit = (sum: number) => (sum % 11 < 2 ? 0 : 11 - (sum % 11));
      putDigit(c, 9, digit(weightedSum(c, [10, 9, 8, 7, 6, 5, 4, 3, 2])));
      putDigit(c, 10, digit(weightedSum(c, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])));
      return true;
    },
  },
  {
    id: 'ca-sin',
    title: 'Canadian social insurance number: Luhn; none begins with 0 or 8',
    fits: digits(9, 9, '12345679'),
    checks: [8],
    complete: (c) => digitAt(c, 0) !== 0 && digitAt(c, 0) !== 8 && put(c, 8, luhnDigit(c, 0, 8)),
  },
  {
    id: 'ch-ahv',
    title: 'Swiss social security number: keeps 756; EAN-13 digit',
    fits: (characters, length) => digits(13, 13)(characters, length) && numberAt(characters, 0, 3) === 756,
    keeps: 3,
    checks: [12],
    complete: (c) => put(c, 12, (10 - (weightedSum(c, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10),
  },
  {
    id: 'cl-rut',
    title: 'Chilean RUT: modulo 11, K for 10',
    fits: shaped('9999999X', '99999999X'),
    checks: [-1],
    complete(c, length) {
      const weights = [3, 2, 7, 6, 5, 4, 3, 2].slice(9 - length);
      const check = (11 - (weightedSum(c, weights) % 11)) % 11;
      c[length - 1] = check === 10 ? K : 0x30 + check;
      return true;
    },
  },
  {
    id: 'cn-resident-id',
    title:
      'Chinese resident identity number (GB 11643): MOD 11-2; keeps region and century; a date of birth inside',
    fits: shaped('99999999999999999X'),
    stays: () => [6, 7],
    dates: { month: 10, day: 12 },
    keeps: 6,
    checks: [17],
    complete(c) {
      const year = numberAt(c, 6, 10);
      if (year < 1900 || year > 2025 || !isDate(year, numberAt(c, 10, 12), numberAt(c, 12, 14))) return false;
      const check = (12 - (weightedSum(c, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11)) % 11;
      c[17] = check === 10 ? X : 0x30 + check;
      return true;
    },
  },
  {
    id: 'cz-rodne-cislo',
    title: 'Czech and Slovak birth number: divisible by 11; a date of birth in front',
    fits: digits(10, 10),
    dates: { month: 2, day: 4, monthStep: 50 },
    checks: [9],
    complete(c) {
      const year = numberAt(c, 0, 2);
      // Ten digits since 1954; until then there were nine.
      if (year < 54 && year > 25) return false;
      if (!isDate(year, numberAt(c, 2, 4) % 50, numberAt(c, 4, 6))) return false;
      return put(c, 9, numberAt(c, 0, 9) % 11);
    },
  },
  {
    id: 'de-steuer-id',
    title: 'German tax identification number: MOD 11,10; one digit stands two or three times',
    fits: digits(11, 11, '123456789'),
    checks: [10],
    complete(c) {
      const counts = new Uint8Array(10);
      for (let i = 0; i < 10; i++) {
        if (i > 1 && c[i] === c[i - 1] && c[i] === c[i - 2]) return false;
        counts[digitAt(c, i)]++;
      }
      const repeated = counts.filter((count) => count > 1);
      if (digitAt(c, 0) === 0 || repeated.length !== 1 || repeated[0] > 3) return false;
      return put(c, 10, mod1110Digit(c, 10));
    },
  },
  {
    id: 'dk-cpr',
    title: 'Danish CPR number: a date of birth in front',
    fits: digits(10, 10),
    dates: { month: 2, day: 0 },
    complete(c) {
      const year = numberAt(c, 4, 6);
      // A seventh digit from 4 on says 2000–2036.
      return isDate(year, numberAt(c, 2, 4), numberAt(c, 0, 2)) && (digitAt(c, 6) < 4 || year <= 25);
    },
  },
  {
    id: 'es-dni',
    title: 'Spanish DNI and NIE: a letter modulo 23; keeps the first letter of a NIE',
    fits: shaped('99999999A', 'X9999999A', 'Y9999999A', 'Z9999999A'),
    stays: (characters) => (characters[0] >= X ? [0] : []),
    checks: [-1],
    complete(c) {
      const isForeigner = c[0] >= X;
      if (!isForeigner && c[0] > 0x39) return false;
      const number = isForeigner ? (c[0] - X) * 10_000_000 + numberAt(c, 1, 8) : numberAt(c, 0, 8);
      c[8] = 'TRWAGMYFPDXBNJZSQVHLCKE'.charCodeAt(number % 23);
      return true;
    },
  },
  {
    id: 'fr-nir',
    title: 'French social security number: 97 minus the remainder',
    fits: digits(15, 15, '12'),
    dates: { month: 3 },
    checks: [13, 14],
    complete(c) {
      const month = numberAt(c, 3, 5);
      const department = numberAt(c, 5, 7);
      if (digitAt(c, 0) > 2 || digitAt(c, 0) === 0 || month < 1 || month > 12) return false;
      if (department === 0 || department > 95) return false;
      const check = 97 - (numberAt(c, 0, 13) % 97);
      return put(c, 13, Math.floor(check / 10)) && put(c, 14, check % 10);
    },
  },
  {
    id: 'gb-nhs-number',
    title: 'NHS number: modulo 11',
    fits: digits(10, 10),
    checks: [9],
    complete: (c) => put(c, 9, (11 - (weightedSum(c, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11),
  },
  {
    id: 'gb-nino',
    title: 'UK National Insurance number: only prefixes that HMRC issues (NIM39110), suffix A–D',
    fits: shaped('AA999999A'),
    complete(c) {
      const prefix = String.fromCharCode(c[0], c[1]);
      if (/[DFIQUV]/.test(prefix) || prefix[1] === 'O' || c[8] > 0x44) return false;
      return !['BG', 'GB', 'NK', 'KN', 'TN', 'NT', 'ZZ'].includes(prefix);
    },
  },
  {
    id: 'in-aadhaar',
    title: 'Indian Aadhaar number: Verhoeff; none begins with 0 or 1',
    fits: digits(12, 12, '23456789'),
    checks: [11],
    complete: (c) => digitAt(c, 0) > 1 && put(c, 11, verhoeffDigit(c, 11)),
  },
  {
    id: 'it-codice-fiscale',
    title: 'Italian fiscal code: a letter modulo 26; month and day of birth inside',
    fits: shaped('AAAAAA99A99A999A'),
    dates: { day: 9, dayStep: 40 },
    checks: [15],
    complete(c) {
      const day = numberAt(c, 9, 11) % 40;
      if (!'ABCDEHLMPRST'.includes(String.fromCharCode(c[8])) || numberAt(c, 9, 11) > 71) return false;
      if (day < 1 || day > 28) return false;
      const odd = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
      ];
      let sum = 0;
      for (let i = 0; i < 15; i++) {
        const value = c[i] < 0x41 ? c[i] - 0x30 : c[i] - 0x41;
        sum += i % 2 === 0 ? odd[value] : value;
      }
      c[15] = 0x41 + (sum % 26);
      return true;
    },
  },
  {
    id: 'jp-my-number',
    title: 'Japanese individual number: modulo 11',
    fits: digits(12, 12),
    checks: [11],
    complete(c) {
      const rest = weightedSum(c, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return put(c, 11, rest < 2 ? 0 : 11 - rest);
    },
  },
  {
    id: 'kr-rrn',
    title: 'Korean resident registration number: modulo 11; a date of birth in front',
    fits: digits(13, 13),
    dates: { month: 2, day: 4 },
    checks: [12],
    complete(c) {
      const year = numberAt(c, 0, 2);
      const century = digitAt(c, 6);
      // 1 and 2 say 1900–1999, 3 and 4 the century after.
      if (century < 1 || century > 4 || (century > 2 && year > 25)) return false;
      if (!isDate(year, numberAt(c, 2, 4), numberAt(c, 4, 6))) return false;
      if (numberAt(c, 7, 9) > 96) return false;
      return put(c, 12, (11 - (weightedSum(c, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10);
    },
  },
  {
    id: 'nl-bsn',
    title: 'Dutch citizen service number: the eleven test',
    fits: digits(9, 9),
    checks: [8],
    complete: (c) => put(c, 8, weightedSum(c, [9, 8, 7, 6, 5, 4, 3, 2]) % 11),
  },
  {
    id: 'no-fodselsnummer',
    title: 'Norwegian national identity number: two digits, modulo 11; a date of birth in front',
    fits: digits(11, 11),
    dates: { month: 2, day: 0 },
    checks: [9, 10],
    complete(c) {
      const year = numberAt(c, 4, 6);
      if (!isDate(year, numberAt(c, 2, 4), numberAt(c, 0, 2))) return false;
      // Individual numbers below 500 say 1900–1999, the others 2000–2039.
      if (numberAt(c, 6, 9) > 499 && year > 25) return false;
      const first = (11 - (weightedSum(c, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
      if (!put(c, 9, first)) return false;
      return put(c, 10, (11 - (weightedSum(c, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11);
    },
  },
  {
    id: 'pl-pesel',
    title: 'Polish PESEL: weights 1, 3, 7, 9; a date of birth in front',
    fits: digits(11, 11),
    dates: { month: 2, day: 4, monthStep: 20 },
    checks: [10],
    complete(c) {
      const year = numberAt(c, 0, 2);
      const month = numberAt(c, 2, 4);
      // 1900–1999 as is, 2000–2099 plus 20.
      if (month > 20 && year > 25) return false;
      if (month > 32 || !isDate(year, month % 20, numberAt(c, 4, 6))) return false;
      return put(c, 10, (10 - (weightedSum(c, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10);
    },
  },
  {
    id: 'pt-nif',
    title: 'Portuguese tax number: modulo 11',
    fits: digits(9, 9, '1235689'),
    checks: [8],
    complete(c) {
      if (![1, 2, 3, 5, 6, 8, 9].includes(digitAt(c, 0))) return false;
      const rest = weightedSum(c, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
      return put(c, 8, rest < 2 ? 0 : 11 - rest);
    },
  },
  {
    id: 'ru-snils',
    title: 'Russian pension insurance number: sum modulo 101',
    fits: digits(11, 11),
    checks: [9, 10],
    complete(c) {
      const sum = weightedSum(c, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101;
      return numberAt(c, 0, 9) > 1_001_998 && put(c, 9, Math.floor((sum % 100) / 10)) && put(c, 10, sum % 10);
    },
  },
  {
    id: 'se-personnummer',
    title: 'Swedish personal number of ten digits: Luhn; a date of birth in front',
    fits: digits(10, 10),
    dates: { month: 2, day: 4 },
    checks: [9],
    complete(c) {
      return isDate(numberAt(c, 0, 2), numberAt(c, 2, 4), numberAt(c, 4, 6)) && put(c, 9, luhnDigit(c, 0, 9));
    },
  },
  {
    id: 'se-personnummer-long',
    title: 'Swedish personal number of twelve digits: Luhn; keeps the century; a date of birth in front',
    fits: (characters, length) =>
      digits(12, 12, '12')(characters, length) && [19, 20].includes(numberAt(characters, 0, 2)),
    stays: () => [0, 1],
    dates: { month: 4, day: 6 },
    checks: [11],
    complete(c) {
      const year = numberAt(c, 0, 4);
      return (
        year <= 2025 && isDate(year, numberAt(c, 4, 6), numberAt(c, 6, 8)) && put(c, 11, luhnDigit(c, 2, 11))
      );
    },
  },
  {
    id: 'tr-tckn',
    title: 'Turkish identity number: two digits',
    fits: digits(11, 11, '123456789'),
    checks: [9, 10],
    complete(c) {
      if (digitAt(c, 0) === 0) return false;
      const odd = weightedSum(c, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
      const even = weightedSum(c, [0, 1, 0, 1, 0, 1, 0, 1]);
      putDigit(c, 9, (((odd * 7 - even) % 10) + 10) % 10);
      putDigit(c, 10, weightedSum(c, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10);
      return true;
    },
  },
  {
    id: 'za-id',
    title: 'South African identity number: Luhn; a date of birth in front',
    fits: digits(13, 13),
    dates: { month: 2, day: 4 },
    checks: [12],
    complete(c) {
      if (!isDate(numberAt(c, 0, 2), numberAt(c, 2, 4), numberAt(c, 4, 6)) || digitAt(c, 10) > 1)
        return false;
      return put(c, 12, luhnDigit(c, 0, 12));
    },
  },
];
