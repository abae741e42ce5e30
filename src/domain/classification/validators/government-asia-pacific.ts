import { passesVerhoeff } from './check-sums.js';
import {
  compact,
  defineValidator,
  digitAt,
  isBirthday,
  isOneDigitRepeated,
  isShortDay,
  weightedSum,
} from './validator.js';

export const inAadhaar = defineValidator(
  {
    id: 'in-aadhaar',
    summary: 'Twelve digits that begin with 2 to 9, Verhoeff',
    source: 'UIDAI, UID Numbering Scheme (2010)',
    strength: 0.08,
  },
  (value) => {
    const digits = compact(value);
    return /^[2-9]\d{11}$/.test(digits) && !isOneDigitRepeated(digits) && passesVerhoeff(digits);
  },
);

export const inPan = defineValidator(
  {
    id: 'in-pan',
    summary: 'Five letters of which the fourth is the kind of holder, four digits, a letter',
    source: 'Income Tax Department of India, PAN structure',
    strength: 0.35,
  },
  (value) => /^[A-Z]{3}[ABCFGHJLPT][A-Z](?!0000)\d{4}[A-Z]$/i.test(value),
);

export const cnResidentId = defineValidator(
  {
    id: 'cn-resident-id',
    summary: 'Region, date of birth, serial, ISO 7064 MOD 11-2 check character',
    source: 'GB 11643-1999',
    strength: 0.0005,
  },
  (value) => {
    const text = value.toUpperCase();
    if (!/^[1-9]\d{5}(?:18|19|20)\d{9}[\dX]$/.test(text)) return false;
    if (!isBirthday(Number(text.slice(6, 10)), Number(text.slice(10, 12)), Number(text.slice(12, 14))))
      return false;
    return (
      '10X98765432'[weightedSum(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] ===
      text[17]
    );
  },
);

export const jpMyNumber = defineValidator(
  {
    id: 'jp-my-number',
    summary: 'Twelve digits with a mod 11 check digit',
    source: 'Ministry of Internal Affairs, Ordinance No. 85 of 2014, art. 5',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{12}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    const rest = weightedSum(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    return (rest < 2 ? 0 : 11 - rest) === digitAt(digits, 11);
  },
);

/** Numbers given since October 2020 hold a random serial and no check: the date is asked of all. */
export const krRrn = defineValidator(
  {
    id: 'kr-rrn',
    summary:
      'Date of birth, sex and century, serial; with the hyphen, or with the mod 11 check digit of old numbers',
    source: '주민등록법 시행규칙 (Resident Registration Act, enforcement rule), amended 2020',
    strength: 0.02,
  },
  (value) => {
    const parts = /^(\d{2})(\d{2})(\d{2})([- ]?)(\d{7})$/.exec(value);
    if (!parts) return false;
    const sex = digitAt(parts[5], 0);
    if (!isShortDay(Number(parts[1]), Number(parts[2]), Number(parts[3])) || sex === 0 || sex === 9)
      return false;
    if (parts[4] !== '') return true;
    const rest = (11 - (weightedSum(value, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10;
    return rest === digitAt(value, 12);
  },
);

const taiwaneseRegions = 'ABCDEFGHJKLMNPQRSTUVXYWZIO';

export const twNationalId = defineValidator(
  {
    id: 'tw-national-id',
    summary: 'Letter of the place, sex, serial, mod 10 check digit',
    source: 'Ministry of the Interior of Taiwan, national identification number and UI number (2021)',
    strength: 0.04,
  },
  (value) => {
    if (!/^[A-Z][1289]\d{8}$/.test(value)) return false;
    const region = taiwaneseRegions.indexOf(value[0]) + 10;
    const sum =
      Math.floor(region / 10) + (region % 10) * 9 + weightedSum(value.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1]);
    return sum % 10 === 0;
  },
);

export const hkId = defineValidator(
  {
    id: 'hk-id',
    summary: 'One or two letters, six digits, a mod 11 check character in brackets or not',
    source: 'Immigration Department of Hong Kong; Registration of Persons Ordinance Cap. 177',
    strength: 0.09,
  },
  (value) => {
    const parts = /^([A-Z]{1,2})(\d{6})(?:\(([\dA])\)|([\dA]))$/.exec(value.replace(/ /g, ''));
    if (!parts) return false;
    const letters = parts[1].padStart(2, ' ');
    const valueOf = (letter: string) => (letter === ' ' ? 36 : letter.charCodeAt(0) - 55);
    const check = parts[3] ?? parts[4];
    const sum = valueOf(letters[0]) * 9 + valueOf(letters[1]) * 8 + weightedSum(parts[2], [7, 6, 5, 4, 3, 2]);
    return (sum + (check === 'A' ? 10 : Number(check))) % 11 === 0;
  },
);

export const sgNric = defineValidator(
  {
    id: 'sg-nric',
    summary: 'S, T, F, G or M, seven digits, a mod 11 check letter',
    source: 'Immigration & Checkpoints Authority of Singapore, NRIC and FIN',
    strength: 0.01,
  },
  (value) => {
    const text = value.toUpperCase();
    if (!/^[STFGM]\d{7}[A-Z]$/.test(text)) return false;
    const offset = text[0] === 'T' || text[0] === 'G' ? 4 : text[0] === 'M' ? 3 : 0;
    const rest = (weightedSum(text.slice(1), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
    if (text[0] === 'M') return 'KLJNPQRTUWX'[10 - rest] === text[8];
    return (text[0] === 'S' || text[0] === 'T' ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[rest] === text[8];
  },
);

export const thNationalId = defineValidator(
  {
    id: 'th-national-id',
    summary: 'Thirteen digits with a mod 11 check digit',
    source: 'Department of Provincial Administration of Thailand',
    strength: 0.09,
  },
  (value) => {
    const digits = compact(value);
    if (!/^[1-8]\d{12}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    return (
      (11 - (weightedSum(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(digits, 12)
    );
  },
);

/** There is no check digit; places 00, 17 to 20, 69, 70, 73, 80, 81 and 94 to 97 are not given. */
export const myNric = defineValidator(
  {
    id: 'my-nric',
    summary: 'Date of birth, place of birth, serial',
    source: 'Jabatan Pendaftaran Negara, MyKad',
    strength: 0.03,
  },
  (value) => {
    const parts = /^(\d{2})(\d{2})(\d{2})-?(\d{2})-?\d{4}$/.exec(value);
    if (!parts || !isShortDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))) return false;
    const place = Number(parts[4]);
    return !(
      place === 0 ||
      (place > 16 && place < 21) ||
      [69, 70, 73, 80, 81, 94, 95, 96, 97].includes(place)
    );
  },
);

/** Women add 40 to the day. */
export const idNik = defineValidator(
  {
    id: 'id-nik',
    summary: 'Province and district, date of birth with the sex in the day, serial',
    source: 'Peraturan Pemerintah No. 40/2019 (NIK)',
    strength: 0.01,
  },
  (value) => {
    const parts = /^(?:1[1-9]|2[1]|[37][1-6]|5[1-3]|6[1-5]|[89][1-6])\d{4}(\d{2})(\d{2})(\d{2})\d{4}$/.exec(
      compact(value),
    );
    if (!parts) return false;
    const day = Number(parts[1]);
    return isShortDay(Number(parts[3]), Number(parts[2]), day > 40 ? day - 40 : day);
  },
);

export const pkCnic = defineValidator(
  {
    id: 'pk-cnic',
    summary: 'Region 1 to 7, five digits, seven digits, sex; with its hyphens',
    source: 'NADRA, Computerised National Identity Card',
    strength: 0.6,
  },
  (value) => /^[1-7]\d{4}-\d{7}-[1-9]$/.test(value),
);

export const lkNic = defineValidator(
  {
    id: 'lk-nic',
    summary: 'Year and day of birth (women add 500), serial, V or X; or twelve digits',
    source: 'Department for Registration of Persons of Sri Lanka',
    strength: 0.05,
  },
  (value) => {
    const parts = /^(?:\d{2}(\d{3})\d{4}[VXvx]|(?:19|20)\d{2}(\d{3})\d{5})$/.exec(value);
    if (!parts) return false;
    const day = Number(parts[1] ?? parts[2]) % 500;
    return day >= 1 && day <= 366;
  },
);

export const auTfn = defineValidator(
  {
    id: 'au-tfn',
    summary: 'Eight or nine digits with a mod 11 sum',
    source: 'Australian Taxation Office, tax file number algorithm',
    strength: 0.09,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{8,9}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    const weights = digits.length === 9 ? [1, 4, 3, 7, 5, 8, 6, 9, 10] : [10, 7, 8, 4, 6, 3, 5, 1];
    return weightedSum(digits, weights) % 11 === 0;
  },
);

export const auMedicare = defineValidator(
  {
    id: 'au-medicare',
    summary: 'Eight digits that begin with 2 to 6, a check digit, an issue number',
    source: 'Services Australia, Medicare card number',
    strength: 0.045,
  },
  (value) => {
    const digits = compact(value);
    if (!/^[2-6]\d{8}[1-9]\d?$/.test(digits)) return false;
    return weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digitAt(digits, 8);
  },
);

export const nzIrd = defineValidator(
  {
    id: 'nz-ird',
    summary: 'Eight or nine digits with a mod 11 check digit, in two rounds',
    source: 'Inland Revenue, Resident withholding tax specification, IRD number validation',
    strength: 0.09,
  },
  (value) => {
    const digits = compact(value).padStart(9, '0');
    if (!/^\d{9}$/.test(digits) || Number(digits) < 10_000_000 || Number(digits) > 200_000_000) return false;
    const check = (weights: readonly number[]) => (11 - (weightedSum(digits, weights) % 11)) % 11;
    const first = check([3, 2, 7, 6, 5, 4, 3, 2]);
    const last = first < 10 ? first : check([7, 4, 3, 2, 5, 2, 7, 6]);
    return last === digitAt(digits, 8);
  },
);

export const nzNhi = defineValidator(
  {
    id: 'nz-nhi',
    summary: 'Three letters, four digits with a mod 11 check digit; or the form with a check letter mod 24',
    source: 'HISO 10046 Consumer Health Identity Standard',
    strength: 0.08,
  },
  (value) => {
    const text = value.toUpperCase();
    if (!/^[A-HJ-NP-Z]{3}(?:\d{4}|\d{2}[A-HJ-NP-Z]{2})$/.test(text)) return false;
    const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
    const valueOf = (letter: string) => (letter <= '9' ? Number(letter) : alphabet.indexOf(letter) + 1);
    let sum = 0;
    for (let index = 0; index < 6; index++) sum += valueOf(text[index]) * (7 - index);
    if (/\d$/.test(text)) return sum % 11 !== 0 && (11 - (sum % 11)) % 10 === Number(text[6]);
    return alphabet[24 - (sum % 24) - 1] === text[6];
  },
);
