import { passesLuhn } from './check-sums.js';
import { compact, defineValidator, digitAt, isBirthday, isShortDay, weightedSum } from './validator.js';

/** Coordination numbers (samordningsnummer) add 60 to the day. */
export const sePersonnummer = defineValidator(
  {
    id: 'se-personnummer',
    summary: 'Date of birth (two- or four-digit year), serial, Luhn digit',
    source: 'Skatteverket, SKV 704; Folkbokföringslagen (1991:481) § 18',
    strength: 0.005,
  },
  (value) => {
    const parts = /^(?:18|19|20)?(\d{2})(\d{2})(\d{2})([-+ ]?)(\d{4})$/.exec(value);
    if (!parts) return false;
    const day = Number(parts[3]);
    if (!isShortDay(Number(parts[1]), Number(parts[2]), day > 60 ? day - 60 : day)) return false;
    return passesLuhn(parts[1] + parts[2] + parts[3] + parts[5]);
  },
);

/** D-numbers add 40 to the day; synthetic test numbers add 80 to the month. */
export const noFodselsnummer = defineValidator(
  {
    id: 'no-fodselsnummer',
    summary: 'Date of birth, serial, two mod 11 check digits',
    source: 'Skatteetaten, fødselsnummer og D-nummer',
    strength: 0.0015,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{11}$/.test(digits)) return false;
    if (Number(digits.slice(0, 2)) > 71) return false;
    const day = Number(digits.slice(0, 2)) % 40;
    const month = Number(digits.slice(2, 4)) % 40;
    if (!isShortDay(Number(digits.slice(4, 6)), month, day)) return false;
    return (
      weightedSum(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
      weightedSum(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
    );
  },
);

/** The mod 11 check was given up in 2007, when serials ran out: the date is what is left to test. */
export const dkCpr = defineValidator(
  {
    id: 'dk-cpr',
    summary: 'Date of birth and four digits',
    source: 'CPR-kontoret, Personnummeret i CPR (2008)',
    strength: 0.035,
  },
  (value) => {
    const parts = /^(\d{2})(\d{2})(\d{2})[- ]?(\d{4})$/.exec(value);
    return (
      parts !== null &&
      isShortDay(Number(parts[3]), Number(parts[2]), Number(parts[1])) &&
      parts[4] !== '0000'
    );
  },
);

const hetuLetters = '0123456789ABCDEFHJKLMNPRSTUVWXY';

export const fiHetu = defineValidator(
  {
    id: 'fi-hetu',
    summary: 'Date of birth, sign of the century, serial, check character mod 31',
    source: 'Digi- ja väestötietovirasto, henkilötunnus (VNA 128/2010; new signs 2023)',
    strength: 0.001,
  },
  (value) => {
    const text = value.toUpperCase();
    if (!/^\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]$/.test(text)) return false;
    if (!isShortDay(Number(text.slice(4, 6)), Number(text.slice(2, 4)), Number(text.slice(0, 2))))
      return false;
    return hetuLetters[Number(text.slice(0, 6) + text.slice(7, 10)) % 31] === text[10];
  },
);

export const isKennitala = defineValidator(
  {
    id: 'is-kennitala',
    summary: 'Date of birth, serial, mod 11 check digit, century',
    source: 'Þjóðskrá Íslands, kennitala',
    strength: 0.0009,
  },
  (value) => {
    const digits = compact(value);
    if (!/^[0-7]\d{8}[890]$/.test(digits)) return false;
    const day = Number(digits.slice(0, 2));
    const year = Number(digits.slice(4, 6));
    // Organisations add 40 to the day.
    if (!isShortDay(year, Number(digits.slice(2, 4)), day > 40 ? day - 40 : day)) return false;
    return weightedSum(digits, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
  },
);

/** Estonia and Lithuania share the code: sex and century, date of birth, serial, check digit in two rounds. */
function isBalticCode(value: string): boolean {
  if (!/^[1-6]\d{10}$/.test(value)) return false;
  const century = 1800 + Math.floor((digitAt(value, 0) - 1) / 2) * 100;
  const born = isBirthday(
    century + Number(value.slice(1, 3)),
    Number(value.slice(3, 5)),
    Number(value.slice(5, 7)),
  );
  if (!born) return false;
  const first = weightedSum(value, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  const check = first < 10 ? first : (weightedSum(value, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10;
  return check === digitAt(value, 10);
}

export const eeIsikukood = defineValidator(
  {
    id: 'ee-isikukood',
    summary: 'Sex and century, date of birth, serial, mod 11 check digit',
    source: 'Estonian standard EVS 585:2007',
    strength: 0.003,
  },
  isBalticCode,
);

export const ltAsmensKodas = defineValidator(
  {
    id: 'lt-asmens-kodas',
    summary: 'Sex and century, date of birth, serial, mod 11 check digit',
    source: 'Lietuvos Respublikos gyventojų registro įstatymas',
    strength: 0.003,
  },
  isBalticCode,
);

/** Since July 2017 codes begin with 32 and hold no date and no published check. */
export const lvPersonasKods = defineValidator(
  {
    id: 'lv-personas-kods',
    summary: 'Date of birth, serial and check digit; or 32 and nine digits',
    source: 'Fizisko personu reģistra likums',
    strength: 0.015,
  },
  (value) => {
    const parts = /^(\d{6})-?(\d{5})$/.exec(value);
    if (!parts) return false;
    const digits = parts[1] + parts[2];
    if (digits.startsWith('32')) return true;
    // The seventh digit is the century: 0, 1 or 2.
    if (digits[6] > '2') return false;
    if (!isShortDay(Number(digits.slice(4, 6)), Number(digits.slice(2, 4)), Number(digits.slice(0, 2))))
      return false;
    const rest = (1101 - weightedSum(digits, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11;
    return rest % 10 === digitAt(digits, 10);
  },
);
