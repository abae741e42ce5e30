import { isValidBIC, validateIBAN, ValidationErrorsIBAN } from 'ibantools';
import { mod97, passesLuhn } from './check-sums.js';
import { compact, defineValidator, digitAt, isOneDigitRepeated, weightedSum } from './validator.js';

/** ISO 13616 structures by country from ibantools; spaces and hyphens allowed between groups. */
export const iban = defineValidator(
  {
    id: 'iban',
    summary: 'Known country, its length and structure, mod 97 check digits',
    source: 'ISO 13616-1:2020; SWIFT IBAN Registry',
    strength: 0.005,
  },
  (value) => {
    if (value.length < 15 || value.length > 50 || !/^[A-Za-z]{2}\d\d/.test(value)) return false;
    // Check digits inside the national part are each country's own affair, and often missing in test accounts.
    return validateIBAN(compact(value).toUpperCase()).errorCodes.every(
      (code) => code === ValidationErrorsIBAN.WrongAccountBankBranchChecksum,
    );
  },
);

/** Country codes with banks in the SWIFT directory: all of ISO 3166-1, and XK for Kosovo. */
const countries = new Set(
  (
    'AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ ' +
    'CA CD CF CG CH CI CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR ' +
    'GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP ' +
    'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ ' +
    'MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE ' +
    'RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV ' +
    'TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW'
  ).split(' '),
);

export const swiftBic = defineValidator(
  {
    id: 'swift-bic',
    summary: 'Four letters, a country, two characters of place, and three of branch or none',
    source: 'ISO 9362:2022',
    strength: 0.35,
  },
  (value) => isValidBIC(value) && countries.has(value.slice(4, 6)),
);

/** Length and leading digits of the schemes that issue cards. */
function isCardRange(digits: string): boolean {
  const first = digitAt(digits, 0);
  const four = Number(digits.slice(0, 4));
  const two = Math.floor(four / 100);
  const length = digits.length;
  if (first === 4) return length === 13 || length === 16 || length === 19;
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return length === 16;
  if (two === 34 || two === 37) return length === 15;
  if ((four >= 3528 && four <= 3589) || two === 60 || two === 64 || two === 65 || two === 81 || two === 82) {
    return length >= 16 && length <= 19;
  }
  if (two === 36 || two === 38 || two === 39 || (four >= 3000 && four <= 3059))
    return length >= 14 && length <= 19;
  if (two === 62) return length >= 14 && length <= 19;
  if (two === 50 || (two >= 56 && two <= 58) || two === 63 || two === 67 || two === 68) {
    return length >= 12 && length <= 19;
  }
  return four >= 2200 && four <= 2204 && length >= 16 && length <= 19;
}

export const paymentCard = defineValidator(
  {
    id: 'payment-card',
    summary:
      'Leading digits and length of a card scheme (Visa, Mastercard, Amex, JCB, UnionPay, Maestro, …) and Luhn',
    source: 'ISO/IEC 7812-1:2017; scheme number ranges',
    strength: 0.02,
  },
  (value) => {
    if (value.length < 12 || value.length > 26) return false;
    const digits = /^\d+$/.test(value) ? value : value.replace(/[ -]/g, '');
    if (!/^\d{12,19}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    return isCardRange(digits) && passesLuhn(digits);
  },
);

export const abaRouting = defineValidator(
  {
    id: 'aba-routing',
    summary: 'Nine digits of a known Federal Reserve prefix with the 3-7-1 check digit',
    source: 'ABA Key to Routing Numbers; X9.100-160',
    strength: 0.04,
  },
  (value) => {
    if (!/^\d{9}$/.test(value)) return false;
    const prefix = Number(value.slice(0, 2));
    const known =
      prefix <= 12 || (prefix >= 21 && prefix <= 32) || (prefix >= 61 && prefix <= 72) || prefix === 80;
    return known && value !== '000000000' && weightedSum(value, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0;
  },
);

export const ifsc = defineValidator(
  {
    id: 'in-ifsc',
    summary: 'Four letters, a zero, six characters',
    source: 'Reserve Bank of India, IFSC code structure',
    strength: 0.1,
  },
  (value) => /^[A-Z]{4}0[A-Z0-9]{6}$/.test(value),
);

export const clabe = defineValidator(
  {
    id: 'mx-clabe',
    summary: 'Eighteen digits with the 3-7-1 control digit',
    source: 'Asociación de Bancos de México, CLABE',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{18}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    let sum = 0;
    for (let index = 0; index < 17; index++) sum += (digitAt(digits, index) * [3, 7, 1][index % 3]) % 10;
    return (10 - (sum % 10)) % 10 === digitAt(digits, 17);
  },
);

export const spanishAccount = defineValidator(
  {
    id: 'es-ccc',
    summary: 'Twenty digits: bank, branch, two check digits, account',
    source: 'Consejo Superior Bancario, Código Cuenta Cliente',
    strength: 0.01,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{20}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    const check = (part: string) => {
      const digit = 11 - (weightedSum(part, [1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11);
      return digit === 11 ? 0 : digit === 10 ? 1 : digit;
    };
    return (
      check(`00${digits.slice(0, 8)}`) === digitAt(digits, 8) &&
      check(digits.slice(10)) === digitAt(digits, 9)
    );
  },
);

/** The RIB's letters count as digits: A, J = 1; B, K, S = 2; … */
const ribLetters = '12345678912345678923456789';

export const frenchAccount = defineValidator(
  {
    id: 'fr-rib',
    summary: 'Bank, branch, account and the two-digit key of a French RIB',
    source: 'Comité français d’organisation et de normalisation bancaires, RIB',
    strength: 0.01,
  },
  (value) => {
    const rib = compact(value).toUpperCase();
    if (!/^\d{10}[A-Z0-9]{11}\d{2}$/.test(rib) || /^0+$/.test(rib)) return false;
    const digits = rib.replace(/[A-Z]/g, (letter) => ribLetters[letter.charCodeAt(0) - 65]);
    const rest =
      89 * Number(digits.slice(0, 5)) + 15 * Number(digits.slice(5, 10)) + 3 * Number(digits.slice(10, 21));
    return 97 - (rest % 97) === Number(digits.slice(21));
  },
);

export const dutchAccount = defineValidator(
  {
    id: 'nl-bank-account',
    summary: 'Nine or ten digits that pass the eleven test',
    source: 'Betaalvereniging Nederland, elfproef',
    strength: 0.09,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{9,10}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    return weightedSum(digits.padStart(10, '0'), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
  },
);

export const norwegianAccount = defineValidator(
  {
    id: 'no-bank-account',
    summary: 'Eleven digits with a mod 11 check digit',
    source: 'Bits AS, kontonummer',
    strength: 0.09,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{11}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    return weightedSum(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
  },
);

export const belgianAccount = defineValidator(
  {
    id: 'be-bank-account',
    summary: 'Twelve digits, the last two mod 97 of the others',
    source: 'Febelfin, Belgian account number (BBAN)',
    strength: 0.01,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{12}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    return (Number(digits.slice(0, 10)) % 97 || 97) === Number(digits.slice(10));
  },
);

export const polishAccount = defineValidator(
  {
    id: 'pl-nrb',
    summary: 'Twenty-six digits: an IBAN without its PL',
    source: 'Narodowy Bank Polski, NRB',
    strength: 0.01,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{26}$/.test(digits)) return false;
    return mod97(`${digits.slice(2)}PL${digits.slice(0, 2)}`) === 1;
  },
);

/** Any of the domestic account numbers above that carry check digits. */
export const bankAccount = defineValidator(
  {
    id: 'bank-account',
    summary: 'A domestic account number with check digits: BE, ES, FR, MX, NL, NO or PL',
    source: 'the sources of those validators',
    strength: 0.15,
  },
  (value) =>
    [
      belgianAccount,
      spanishAccount,
      frenchAccount,
      clabe,
      dutchAccount,
      norwegianAccount,
      polishAccount,
    ].some((validator) => validator(value)),
);
