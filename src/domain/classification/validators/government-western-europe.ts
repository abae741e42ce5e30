import { passesLuhn, passesMod11And10, passesVerhoeff } from './check-sums.js';
import {
  compact,
  defineValidator,
  digitAt,
  isBirthday,
  isOneDigitRepeated,
  isShortDay,
  weightedSum,
} from './validator.js';

export const gbNino = defineValidator(
  {
    id: 'gb-nino',
    summary: 'Two letters that HMRC issues, six digits, A to D',
    source: 'HMRC National Insurance Manual NIM39110',
    strength: 0.06,
  },
  (value) => {
    const text = compact(value).toUpperCase();
    return (
      /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(text) && !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(text)
    );
  },
);

export const gbNhsNumber = defineValidator(
  {
    id: 'gb-nhs-number',
    summary: 'Ten digits with a mod 11 check digit',
    source: 'NHS Data Dictionary, NHS NUMBER',
    strength: 0.09,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{10}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    return weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
  },
);

export const iePps = defineValidator(
  {
    id: 'ie-pps',
    summary: 'Seven digits, a check letter mod 23, and a second letter or none',
    source: 'Revenue Commissioners, PPS number check character',
    strength: 0.04,
  },
  (value) => {
    const text = compact(value).toUpperCase();
    if (!/^\d{7}[A-W][A-IWTX]?$/.test(text)) return false;
    // W, T and X are the old marks of a spouse and count nothing.
    const second = /^.{8}[A-I]$/.test(text) ? text.charCodeAt(8) - 64 : 0;
    return (
      'WABCDEFGHIJKLMNOPQRSTUV'[(weightedSum(text, [8, 7, 6, 5, 4, 3, 2]) + second * 9) % 23] === text[7]
    );
  },
);

/** Of the first ten digits one comes twice or thrice (thrice since 2016, never in a row), the others at most once. */
export const deSteuerId = defineValidator(
  {
    id: 'de-steuer-id',
    summary: 'Eleven digits, one of the first ten repeated, check digit ISO 7064 MOD 11,10',
    source: 'Bundeszentralamt für Steuern, Aufbau der Identifikationsnummer (§ 139b AO)',
    strength: 0.01,
  },
  (value) => {
    const digits = compact(value);
    if (!/^[1-9]\d{10}$/.test(digits)) return false;
    const counts = new Array<number>(10).fill(0);
    for (let index = 0; index < 10; index++) counts[digitAt(digits, index)]++;
    const repeated = counts.filter((count) => count > 1);
    if (repeated.length !== 1 || repeated[0] > 3 || /(\d)\1\1/.test(digits.slice(0, 10))) return false;
    return passesMod11And10(digits);
  },
);

export const deSozialversicherungsnummer = defineValidator(
  {
    id: 'de-sozialversicherungsnummer',
    summary: 'Area, day of birth, letter, serial, check digit',
    source: 'VKVV § 4; Deutsche Rentenversicherung',
    strength: 0.02,
  },
  (value) => {
    const text = compact(value).toUpperCase();
    if (!/^\d{8}[A-Z]\d{3}$/.test(text)) return false;
    const day = Number(text.slice(2, 4));
    const month = Number(text.slice(4, 6));
    // Where serials ran out, 50 is added to the day.
    if (!isShortDay(Number(text.slice(6, 8)), month, day > 50 ? day - 50 : day)) return false;
    const letter = String(text.charCodeAt(8) - 64).padStart(2, '0');
    const digits = text.slice(0, 8) + letter + text.slice(9, 11);
    const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    let sum = 0;
    for (let index = 0; index < 12; index++) {
      const product = digitAt(digits, index) * weights[index];
      sum += Math.floor(product / 10) + (product % 10);
    }
    return sum % 10 === digitAt(text, 11);
  },
);

export const deKrankenversichertennummer = defineValidator(
  {
    id: 'de-krankenversichertennummer',
    summary: 'A letter, eight digits, check digit',
    source: 'GKV-Spitzenverband, Krankenversichertennummer nach § 290 SGB V',
    strength: 0.1,
  },
  (value) => {
    if (!/^[A-Z]\d{9}$/.test(value)) return false;
    const digits = String(value.charCodeAt(0) - 64).padStart(2, '0') + value.slice(1, 9);
    let sum = 0;
    for (let index = 0; index < 10; index++) {
      const product = digitAt(digits, index) * (index % 2 === 0 ? 1 : 2);
      sum += product > 9 ? product - 9 : product;
    }
    return sum % 10 === digitAt(value, 9);
  },
);

/** Weights 7-3-1 of ICAO machine-readable zones over digits and letters. */
export function icaoCheckDigit(text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const value = code <= 57 ? code - 48 : code === 60 ? 0 : code - 55;
    sum += value * [7, 3, 1][index % 3];
  }
  return sum % 10;
}

export const atSvnr = defineValidator(
  {
    id: 'at-svnr',
    summary: 'Serial, check digit mod 11, date of birth',
    source: 'Dachverband der Sozialversicherungsträger, ASVG § 31',
    strength: 0.004,
  },
  (value) => {
    const digits = compact(value);
    if (!/^[1-9]\d{9}$/.test(digits)) return false;
    const month = Number(digits.slice(6, 8));
    // Months 13 to 15 stand in where the day's serials ran out.
    const day = Number(digits.slice(4, 6));
    if (!isShortDay(Number(digits.slice(8)), month > 12 ? month - 12 : month, day) || month > 15)
      return false;
    return weightedSum(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === digitAt(digits, 3);
  },
);

export const chAhv = defineValidator(
  {
    id: 'ch-ahv',
    summary: '756, nine digits, EAN-13 check digit',
    source: 'Zentrale Ausgleichsstelle ZAS, AHVN13 (SR 831.101 Art. 133)',
    strength: 0.0001,
  },
  (value) => {
    const digits = compact(value);
    return (
      /^756\d{10}$/.test(digits) && weightedSum(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0
    );
  },
);

/** 2A and 2B are Corsica; places beyond 95 are overseas or abroad. */
export const frNir = defineValidator(
  {
    id: 'fr-nir',
    summary: 'Sex, year, month, place, serial, and the key 97 - n mod 97 where given',
    source: 'INSEE, décret n° 82-103 du 22 janvier 1982',
    strength: 0.005,
  },
  (value) => {
    const text = compact(value).toUpperCase();
    const parts = /^([1-478]\d\d(?:0[1-9]|1[0-2]|[2-4]\d|5\d|[6-9]\d)(?:\d\d|2A|2B)\d{6})(\d{2})$/.exec(text);
    if (!parts) return false;
    const body = parts[1].replace('2A', '19').replace('2B', '18');
    return 97 - (Number(body) % 97) === Number(parts[2]);
  },
);

const dniLetters = 'TRWAGMYFPDXBNJZSQVHLCKE';

export const esDni = defineValidator(
  {
    id: 'es-dni',
    summary: 'DNI or NIE: eight digits (or X, Y, Z and seven) and the letter mod 23',
    source: 'Real Decreto 1553/2005; Orden INT/2058/2008',
    strength: 0.04,
  },
  (value) => {
    const text = compact(value).toUpperCase();
    if (!/^(?:\d{8}|[XYZ]\d{7})[A-Z]$/.test(text)) return false;
    const digits = text.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
    return dniLetters[Number(digits) % 23] === text[text.length - 1];
  },
);

const oddValues = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/** Digits may be replaced by letters where two people would share a code (omocodia): L to V stand for 0 to 9. */
export const itCodiceFiscale = defineValidator(
  {
    id: 'it-codice-fiscale',
    summary: 'Sixteen characters: name, date of birth, place, check letter',
    source: 'D.M. 23 dicembre 1976, n. 13813',
    strength: 0.005,
  },
  (value) => {
    const text = value.toUpperCase();
    if (!/^[A-Z]{6}[\dLMNP-V]{2}[ABCDEHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]$/.test(text)) return false;
    let sum = 0;
    for (let index = 0; index < 15; index++) {
      const code = text.charCodeAt(index);
      const position = code <= 57 ? code - 48 : code - 65;
      sum += index % 2 === 0 ? oddValues[position] : position;
    }
    return sum % 26 === text.charCodeAt(15) - 65;
  },
);

export const ptNif = defineValidator(
  {
    id: 'pt-nif',
    summary: 'Nine digits with a mod 11 check digit; a first digit that is issued',
    source: 'Autoridade Tributária, Decreto-Lei n.º 14/2013',
    strength: 0.07,
  },
  (value) => {
    const digits = compact(value.replace(/^PT ?/i, ''));
    if (!/^(?:[1-35-9]\d|45)\d{7}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    const rest = 11 - (weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11);
    return (rest > 9 ? 0 : rest) === digitAt(digits, 8);
  },
);

export const nlBsn = defineValidator(
  {
    id: 'nl-bsn',
    summary: 'Nine digits that pass the eleven test with a last weight of -1',
    source: 'RvIG, Logisch ontwerp BSN',
    strength: 0.09,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{8,9}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    return weightedSum(digits.padStart(9, '0'), [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
  },
);

/** For births from 2000 a 2 is put before the nine digits; months with 20 or 40 added are BIS numbers. */
export const beRrn = defineValidator(
  {
    id: 'be-rrn',
    summary: 'Date of birth, serial, and 97 minus their remainder mod 97',
    source: 'Arrêté royal du 3 avril 1984 (numéro d’identification du Registre national)',
    strength: 0.006,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{11}$/.test(digits)) return false;
    const month = Number(digits.slice(2, 4)) % 20;
    const day = Number(digits.slice(4, 6));
    if (month > 12 || day > 31 || Number(digits.slice(2, 4)) > 52) return false;
    const body = Number(digits.slice(0, 9));
    const check = Number(digits.slice(9));
    const recent = Number(digits.slice(0, 2)) < 50;
    return 97 - (body % 97) === check || (recent && 97 - ((body + 2_000_000_000) % 97) === check);
  },
);

/** Luhn and Verhoeff digits both stand over the first eleven. */
export const luNationalId = defineValidator(
  {
    id: 'lu-national-id',
    summary: 'Date of birth, serial, a Luhn and a Verhoeff digit',
    source: 'Loi du 19 juin 2013 relative à l’identification des personnes physiques',
    strength: 0.001,
  },
  (value) => {
    const digits = compact(value);
    if (!/^(?:18|19|20)\d{11}$/.test(digits)) return false;
    const born = isBirthday(
      Number(digits.slice(0, 4)),
      Number(digits.slice(4, 6)),
      Number(digits.slice(6, 8)),
    );
    return born && passesLuhn(digits.slice(0, 12)) && passesVerhoeff(digits.slice(0, 11) + digits[12]);
  },
);

export const mrz = defineValidator(
  {
    id: 'machine-readable-passport',
    summary: 'Nine characters of a document number and their check digit',
    source: 'ICAO Doc 9303-3 §4.9',
    strength: 0.1,
  },
  (value) => /^[A-Z0-9<]{9}\d$/.test(value) && icaoCheckDigit(value.slice(0, 9)) === digitAt(value, 9),
);
