import { passesLuhn } from './check-sums.js';
import {
  compact,
  defineValidator,
  digitAt,
  isBirthday,
  isOneDigitRepeated,
  isShortDay,
  weightedSum,
} from './validator.js';

export const zaId = defineValidator(
  {
    id: 'za-id',
    summary: 'Date of birth, sex, citizenship, Luhn digit',
    source: 'Identification Act 68 of 1997',
    strength: 0.001,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{10}[012]\d{2}$/.test(digits)) return false;
    const born = isShortDay(
      Number(digits.slice(0, 2)),
      Number(digits.slice(2, 4)),
      Number(digits.slice(4, 6)),
    );
    return born && passesLuhn(digits);
  },
);

export const trTckn = defineValidator(
  {
    id: 'tr-tckn',
    summary: 'Eleven digits with two check digits',
    source: 'Nüfus ve Vatandaşlık İşleri, 5490 sayılı Kanun m. 46',
    strength: 0.01,
  },
  (value) => {
    if (!/^[1-9]\d{10}$/.test(value) || isOneDigitRepeated(value)) return false;
    const odd = weightedSum(value, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
    const even = weightedSum(value, [0, 1, 0, 1, 0, 1, 0, 1]);
    const tenth = (((odd * 7 - even) % 10) + 10) % 10;
    return tenth === digitAt(value, 9) && (odd + even + tenth) % 10 === digitAt(value, 10);
  },
);

export const ilId = defineValidator(
  {
    id: 'il-id',
    summary: 'Nine digits with a Luhn check digit; leading zeros may be missing',
    source: 'Population and Immigration Authority of Israel, mispar zehut',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    return /^\d{8,9}$/.test(digits) && !isOneDigitRepeated(digits) && passesLuhn(digits);
  },
);

export const aeEmiratesId = defineValidator(
  {
    id: 'ae-emirates-id',
    summary: '784, year of birth, serial, Luhn digit',
    source: 'Federal Authority for Identity and Citizenship, ISO/IEC 7816 card number',
    strength: 0.0001,
  },
  (value) => {
    const digits = compact(value);
    return /^784(?:19|20)\d{10}$/.test(digits) && passesLuhn(digits);
  },
);

export const saNationalId = defineValidator(
  {
    id: 'sa-national-id',
    summary: '1 (citizen) or 2 (resident), nine digits, Luhn',
    source: 'Ministry of Interior of Saudi Arabia, national ID and iqama',
    strength: 0.02,
  },
  (value) => /^[12]\d{9}$/.test(value) && !isOneDigitRepeated(value) && passesLuhn(value),
);

export const egNationalId = defineValidator(
  {
    id: 'eg-national-id',
    summary: 'Century, date of birth, governorate, serial; the check digit is not published',
    source: 'Civil Status Organization of Egypt, Law 143 of 1994',
    strength: 0.0008,
  },
  (value) => {
    if (!/^[23]\d{13}$/.test(value)) return false;
    const year = (value[0] === '2' ? 1900 : 2000) + Number(value.slice(1, 3));
    if (!isBirthday(year, Number(value.slice(3, 5)), Number(value.slice(5, 7)))) return false;
    const governorate = Number(value.slice(7, 9));
    return (governorate >= 1 && governorate <= 35) || governorate === 88;
  },
);

/** Weights 10 to 2, mod 11. */
export const irMelliCode = defineValidator(
  {
    id: 'ir-melli-code',
    summary: 'Ten digits with a mod 11 check digit',
    source: 'National Organization for Civil Registration of Iran, kod-e melli',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{10}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    const rest = weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    return (rest < 2 ? rest : 11 - rest) === digitAt(digits, 9);
  },
);

export const kwCivilId = defineValidator(
  {
    id: 'kw-civil-id',
    summary: 'Century, date of birth, serial, mod 11 check digit',
    source: 'Public Authority for Civil Information of Kuwait',
    strength: 0.0007,
  },
  (value) => {
    if (!/^[23]\d{11}$/.test(value)) return false;
    const year = (value[0] === '2' ? 1900 : 2000) + Number(value.slice(1, 3));
    if (!isBirthday(year, Number(value.slice(3, 5)), Number(value.slice(5, 7)))) return false;
    return 11 - (weightedSum(value, [2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11) === digitAt(value, 11);
  },
);
