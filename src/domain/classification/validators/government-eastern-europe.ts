import { passesLuhn, passesMod11And10 } from './check-sums.js';
import {
  compact,
  defineValidator,
  digitAt,
  isBirthday,
  isOneDigitRepeated,
  isShortDay,
  weightedSum,
} from './validator.js';

/** The century stands in the month: 20 is added for 2000 to 2099, 80 for 1800 to 1899. */
export const plPesel = defineValidator(
  {
    id: 'pl-pesel',
    summary: 'Date of birth with the century in the month, serial, check digit',
    source: 'Ustawa o ewidencji ludności, PESEL',
    strength: 0.008,
  },
  (value) => {
    if (!/^\d{11}$/.test(value)) return false;
    const coded = Number(value.slice(2, 4));
    const century = [1900, 2000, 2100, 2200, 1800][Math.floor(coded / 20)];
    if (!isBirthday(century + Number(value.slice(0, 2)), coded % 20, Number(value.slice(4, 6)))) return false;
    return weightedSum(value, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
  },
);

export const plNip = defineValidator(
  {
    id: 'pl-nip',
    summary: 'Ten digits with a mod 11 check digit',
    source: 'Ustawa o zasadach ewidencji i identyfikacji podatników',
    strength: 0.09,
  },
  (value) => {
    const digits = compact(value.replace(/^PL ?/i, ''));
    if (!/^[1-9]\d{9}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    return weightedSum(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digitAt(digits, 9);
  },
);

/** Women add 50 to the month; 20 and 70 since 2004. Numbers before 1954 have nine digits and no check. */
export const czRodneCislo = defineValidator(
  {
    id: 'cz-rodne-cislo',
    summary: 'Date of birth with the sex in the month, serial, divisible by 11',
    source: 'Zákon č. 133/2000 Sb., § 13; zákon č. 301/1995 Z. z.',
    strength: 0.015,
  },
  (value) => {
    const parts = /^(\d{2})(\d{2})(\d{2})\/?(\d{3,4})$/.exec(value);
    if (!parts) return false;
    const year = Number(parts[1]);
    const month = (Number(parts[2]) % 50) % 20;
    if (month === 0 || month > 12 || Number(parts[2]) > 82) return false;
    const nine = parts[4].length === 3;
    if (!isBirthday((nine || year >= 54 ? 1900 : 2000) + year, month, Number(parts[3]))) return false;
    // Nine digits hold no check; with the slash they are still this shape and no other.
    if (nine) return year < 54 && value.includes('/');
    const digits = parts[1] + parts[2] + parts[3] + parts[4];
    return Number(digits) % 11 === 0 || (Number(digits.slice(0, 9)) % 11 === 10 && digits.endsWith('0'));
  },
);

export const ruSnils = defineValidator(
  {
    id: 'ru-snils',
    summary: 'Nine digits and their sum mod 101',
    source: 'Федеральный закон № 27-ФЗ от 01.04.1996; ПФР',
    strength: 0.01,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{11}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    // Numbers up to 001-001-998 were issued without a check.
    if (Number(digits.slice(0, 9)) <= 1_001_998) return false;
    return (weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === Number(digits.slice(9));
  },
);

export const ruInn = defineValidator(
  {
    id: 'ru-inn',
    summary: 'Twelve digits with two mod 11 check digits (persons), or ten with one (companies)',
    source: 'ФНС России, приказ № ЕД-7-14/559@ (ИНН)',
    strength: 0.03,
  },
  (value) => {
    if (isOneDigitRepeated(value)) return false;
    const check = (weights: readonly number[]) => (weightedSum(value, weights) % 11) % 10;
    if (/^\d{10}$/.test(value)) return check([2, 4, 10, 3, 5, 9, 4, 6, 8]) === digitAt(value, 9);
    if (!/^\d{12}$/.test(value)) return false;
    return (
      check([7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === digitAt(value, 10) &&
      check([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === digitAt(value, 11)
    );
  },
);

export const bgEgn = defineValidator(
  {
    id: 'bg-egn',
    summary: 'Date of birth with the century in the month, serial, mod 11 check digit',
    source: 'Закон за гражданската регистрация, ЕГН',
    strength: 0.008,
  },
  (value) => {
    if (!/^\d{10}$/.test(value)) return false;
    const coded = Number(value.slice(2, 4));
    const [century, month] =
      coded > 40 ? [2000, coded - 40] : coded > 20 ? [1800, coded - 20] : [1900, coded];
    if (!isBirthday(century + Number(value.slice(0, 2)), month, Number(value.slice(4, 6)))) return false;
    return (weightedSum(value, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === digitAt(value, 9);
  },
);

export const roCnp = defineValidator(
  {
    id: 'ro-cnp',
    summary: 'Sex and century, date of birth, county, serial, mod 11 check digit',
    source: 'OUG 97/2005, codul numeric personal',
    strength: 0.002,
  },
  (value) => {
    if (!/^[1-9]\d{12}$/.test(value)) return false;
    if (!isShortDay(Number(value.slice(1, 3)), Number(value.slice(3, 5)), Number(value.slice(5, 7))))
      return false;
    const county = Number(value.slice(7, 9));
    if (county < 1 || (county > 52 && county !== 70 && (county < 80 || county > 83))) return false;
    const rest = weightedSum(value, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    return (rest === 10 ? 1 : rest) === digitAt(value, 12);
  },
);

export const hrOib = defineValidator(
  {
    id: 'hr-oib',
    summary: 'Eleven digits with an ISO 7064 MOD 11,10 check digit',
    source: 'Zakon o osobnom identifikacijskom broju (NN 60/08)',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value.replace(/^HR/i, ''));
    return /^\d{11}$/.test(digits) && !isOneDigitRepeated(digits) && passesMod11And10(digits);
  },
);

/** JMBG of the former Yugoslavia: still in use in Serbia, Bosnia, Montenegro, North Macedonia; EMŠO in Slovenia. */
function isJmbg(value: string): boolean {
  if (!/^\d{13}$/.test(value)) return false;
  const year = Number(value.slice(4, 7));
  const born = isBirthday(
    (year >= 800 ? 1000 : 2000) + year,
    Number(value.slice(2, 4)),
    Number(value.slice(0, 2)),
  );
  if (!born) return false;
  const rest = weightedSum(value, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest < 2 ? 0 : 11 - rest) === digitAt(value, 12);
}

export const rsJmbg = defineValidator(
  {
    id: 'rs-jmbg',
    summary: 'Date of birth, region, serial, mod 11 check digit',
    source: 'Zakon o jedinstvenom matičnom broju građana',
    strength: 0.002,
  },
  isJmbg,
);

export const siEmso = defineValidator(
  {
    id: 'si-emso',
    summary: 'Date of birth, region 50 to 59, serial, mod 11 check digit',
    source: 'Zakon o centralnem registru prebivalstva (EMŠO)',
    strength: 0.0003,
  },
  (value) => /^\d{7}5/.test(value) && isJmbg(value),
);

/** Numbers of those born since 1997 weigh from the other end. */
export const huSzemelyi = defineValidator(
  {
    id: 'hu-szemelyi-azonosito',
    summary: 'Sex and century, date of birth, serial, mod 11 check digit',
    source: '1996. évi XX. törvény (személyi azonosító)',
    strength: 0.006,
  },
  (value) => {
    const digits = compact(value);
    if (!/^[1-8]\d{10}$/.test(digits)) return false;
    if (!isShortDay(Number(digits.slice(1, 3)), Number(digits.slice(3, 5)), Number(digits.slice(5, 7))))
      return false;
    const weights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const check = digitAt(digits, 10);
    return (
      weightedSum(digits, weights) % 11 === check ||
      weightedSum(digits, [...weights].reverse()) % 11 === check
    );
  },
);

export const huTaj = defineValidator(
  {
    id: 'hu-taj',
    summary: 'Nine digits, weights 3 and 7, mod 10',
    source: '1996. évi XX. törvény (TAJ szám)',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{9}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    return weightedSum(digits, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === digitAt(digits, 8);
  },
);

export const grAmka = defineValidator(
  {
    id: 'gr-amka',
    summary: 'Date of birth, serial, Luhn digit',
    source: 'ΗΔΙΚΑ, ΑΜΚΑ (ν. 3655/2008)',
    strength: 0.004,
  },
  (value) =>
    /^\d{11}$/.test(value) &&
    isShortDay(Number(value.slice(4, 6)), Number(value.slice(2, 4)), Number(value.slice(0, 2))) &&
    passesLuhn(value),
);

/** Days are counted from 31 December 1899. */
export const uaRntrc = defineValidator(
  {
    id: 'ua-rntrc',
    summary: 'Days of birth since 1899, serial, mod 11 check digit',
    source: 'Податковий кодекс України, РНОКПП',
    strength: 0.06,
  },
  (value) => {
    if (!/^[0-4]\d{9}$/.test(value) || isOneDigitRepeated(value)) return false;
    return (((weightedSum(value, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) + 11) % 11) % 10 === digitAt(value, 9);
  },
);

export const mdIdnp = defineValidator(
  {
    id: 'md-idnp',
    summary: 'Thirteen digits that begin with 2, weights 7-3-1, mod 10',
    source: 'Legea nr. 273-XIII (IDNP)',
    strength: 0.01,
  },
  (value) =>
    /^[029]\d{12}$/.test(value) &&
    !isOneDigitRepeated(value) &&
    weightedSum(value, [7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10 === digitAt(value, 12),
);
