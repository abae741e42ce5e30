import { passesLuhn } from './check-sums.js';
import {
  compact,
  defineValidator,
  digitAt,
  isOneDigitRepeated,
  isShortDay,
  weightedSum,
} from './validator.js';

/** Areas 000, 666 and 900 to 999, group 00 and serial 0000 are never issued; some numbers are famous examples. */
export const usSsn = defineValidator(
  {
    id: 'us-ssn',
    summary: 'Area, group and serial that the Social Security Administration issues',
    source: 'SSA, Social Security Number Randomization; 20 CFR 422.103',
    strength: 0.88,
  },
  (value) => {
    const parts = /^(\d{3})([- ]?)(\d{2})\2(\d{4})$/.exec(value);
    if (!parts) return false;
    if (parts[1] === '000' || parts[1] === '666' || parts[1] >= '900') return false;
    if (parts[3] === '00' || parts[4] === '0000') return false;
    const digits = parts[1] + parts[3] + parts[4];
    return !['078051120', '219099999', '123456789'].includes(digits) && !isOneDigitRepeated(digits);
  },
);

export const usItin = defineValidator(
  {
    id: 'us-itin',
    summary: '9xx with a group that the IRS assigns',
    source: 'IRS Publication 1915',
    strength: 0.04,
  },
  (value) => /^9\d{2}-?(?:5\d|6[0-5]|7\d|8[0-8]|9[0-2]|9[4-9])-?\d{4}$/.test(value),
);

export const usEin = defineValidator(
  {
    id: 'us-ein',
    summary: 'A prefix of an IRS campus, a hyphen, seven digits',
    source: 'IRS, How EINs are assigned and valid EIN prefixes',
    strength: 0.8,
  },
  (value) => /^(?:0[1-6]|1[0-6]|2[0-7]|3\d|4[0-8]|5\d|6[0-8]|7[1-7]|8[0-8]|9[0-58-9])-\d{7}$/.test(value),
);

export const usNpi = defineValidator(
  {
    id: 'us-npi',
    summary: 'Ten digits, Luhn over 80840 and the number',
    source: 'CMS, 45 CFR 162.406',
    strength: 0.02,
  },
  (value) => /^[12]\d{9}$/.test(value) && passesLuhn(`80840${value}`),
);

/** Letters keep their digits' places: A1 to B9 weigh as the digit in the first or second place. */
export const usDea = defineValidator(
  {
    id: 'us-dea',
    summary: 'Registrant letter, a letter or 9, six digits and a check digit',
    source: '21 CFR 1301; DEA registration numbers',
    strength: 0.06,
  },
  (value) => {
    if (!/^[A-HJ-NPR-UX][A-Z9]\d{7}$/.test(value)) return false;
    return weightedSum(value.slice(2), [1, 2, 1, 2, 1, 2]) % 10 === digitAt(value, 8);
  },
);

/** The characters I, L, O, S, B and Z are left out; places 2, 5, 8 and 9 are letters. */
export const usMbi = defineValidator(
  {
    id: 'us-mbi',
    summary: 'Eleven characters of a Medicare Beneficiary Identifier, each of its kind',
    source: 'CMS, Understanding the Medicare Beneficiary Identifier (MBI) format',
    strength: 0.1,
  },
  (value) =>
    /^[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}$/.test(
      value,
    ),
);

export const caSin = defineValidator(
  {
    id: 'ca-sin',
    summary: 'Nine digits that begin with 1 to 7 or 9, Luhn',
    source: 'Employment and Social Development Canada, Social Insurance Number',
    strength: 0.08,
  },
  (value) => {
    const digits = compact(value);
    return /^[1-79]\d{8}$/.test(digits) && !isOneDigitRepeated(digits) && passesLuhn(digits);
  },
);

export const brCpf = defineValidator(
  {
    id: 'br-cpf',
    summary: 'Eleven digits with two mod 11 check digits',
    source: 'Receita Federal, Instrução Normativa RFB nº 2.172/2024',
    strength: 0.01,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{11}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    const first = (weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11;
    const second = (weightedSum(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11;
    return first % 10 === digitAt(digits, 9) && second % 10 === digitAt(digits, 10);
  },
);

/** Letters are allowed from July 2026; each counts as its ASCII code less 48. */
export const brCnpj = defineValidator(
  {
    id: 'br-cnpj',
    summary: 'Twelve characters with two mod 11 check digits',
    source: 'Receita Federal, Instrução Normativa RFB nº 2.119/2022 and nº 2.229/2024',
    strength: 0.01,
  },
  (value) => {
    const text = compact(value).toUpperCase();
    if (!/^[A-Z0-9]{12}\d{2}$/.test(text) || isOneDigitRepeated(text)) return false;
    const check = (weights: readonly number[]) => {
      const rest = weightedSum(text, weights) % 11;
      return rest < 2 ? 0 : 11 - rest;
    };
    return (
      check([5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) === digitAt(text, 12) &&
      check([6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) === digitAt(text, 13)
    );
  },
);

export const brCnh = defineValidator(
  {
    id: 'br-cnh',
    summary: 'Eleven digits with two mod 11 check digits',
    source: 'Denatran, Portaria nº 1.515/2018 (Registro Nacional de CNH)',
    strength: 0.01,
  },
  (value) => {
    if (!/^\d{11}$/.test(value) || isOneDigitRepeated(value)) return false;
    const first = weightedSum(value, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11;
    const second = weightedSum(value, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11;
    const shifted = first === 10 ? (second >= 2 ? second - 2 : second + 9) : second;
    return first % 10 === digitAt(value, 9) && (shifted > 9 ? 0 : shifted) === digitAt(value, 10);
  },
);

/** The last but two digits are the state; São Paulo and Minas Gerais turn a remainder of 0 into 1. */
export const brTituloEleitor = defineValidator(
  {
    id: 'br-titulo-eleitor',
    summary: 'Serial, state 01 to 28, two mod 11 check digits',
    source: 'TSE, Resolução nº 23.659/2021',
    strength: 0.003,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{12,13}$/.test(digits)) return false;
    const state = Number(digits.slice(-4, -2));
    if (state < 1 || state > 28) return false;
    const turn = (rest: number) => (rest === 10 ? 0 : rest === 0 && state <= 2 ? 1 : rest);
    const first = turn(weightedSum(digits, [2, 3, 4, 5, 6, 7, 8, 9]) % 11);
    const tail = digits.slice(-4);
    const second = turn((digitAt(tail, 0) * 7 + digitAt(tail, 1) * 8 + first * 9) % 11);
    return first === digitAt(tail, 2) && second === digitAt(tail, 3);
  },
);

export const brPis = defineValidator(
  {
    id: 'br-pis',
    summary: 'Eleven digits with a mod 11 check digit',
    source: 'Caixa Econômica Federal, PIS/PASEP/NIT',
    strength: 0.09,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{11}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    const rest = weightedSum(digits, [3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    return (rest < 2 ? 0 : 11 - rest) === digitAt(digits, 10);
  },
);

/** Weights 2 to 7 from the right, mod 11; K stands for ten. */
function isRut(text: string): boolean {
  if (!/^\d{7,8}[\dK]$/.test(text)) return false;
  let sum = 0;
  for (let index = text.length - 2, weight = 2; index >= 0; index--) {
    sum += digitAt(text, index) * weight;
    weight = weight === 7 ? 2 : weight + 1;
  }
  return '0K987654321'[sum % 11] === text[text.length - 1];
}

export const clRut = defineValidator(
  {
    id: 'cl-rut',
    summary: 'Seven or eight digits and a check character mod 11',
    source: 'Servicio de Impuestos Internos, RUT (DFL 3/1969)',
    strength: 0.09,
  },
  (value) => isRut(compact(value).toUpperCase()),
);

const curpCharacters = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';
const curpStates =
  'AS|BC|BS|CC|CS|CH|CL|CM|DF|DG|GT|GR|HG|JC|MC|MN|MS|NT|NL|OC|PL|QT|QR|SP|SL|SR|TC|TS|TL|VZ|YN|ZS|NE';
const curpShape = new RegExp(
  `^[A-Z][AEIOUX][A-Z]{2}\\d{6}[HMX](?:${curpStates})[B-DF-HJ-NP-TV-Z]{3}[A-Z0-9]\\d$`,
);

export const mxCurp = defineValidator(
  {
    id: 'mx-curp',
    summary: 'Name, date of birth, sex, state, check digit',
    source: 'DOF 18/10/2021, Instructivo normativo para la asignación de la CURP',
    strength: 0.001,
  },
  (value) => {
    const text = value.toUpperCase();
    if (!curpShape.test(text)) return false;
    if (!isShortDay(Number(text.slice(4, 6)), Number(text.slice(6, 8)), Number(text.slice(8, 10))))
      return false;
    let sum = 0;
    for (let index = 0; index < 17; index++) sum += curpCharacters.indexOf(text[index]) * (18 - index);
    return (10 - (sum % 10)) % 10 === digitAt(text, 17);
  },
);

/** Published samples of the check character disagree for old keys, so only the structure is asked. */
export const mxRfc = defineValidator(
  {
    id: 'mx-rfc',
    summary: 'Letters of the name, date of birth or foundation, three characters',
    source: 'SAT, Registro Federal de Contribuyentes (CFF Art. 27)',
    strength: 0.01,
  },
  (value) => {
    const parts = /^[A-ZÑ&]{3,4}-?(\d{2})(\d{2})(\d{2})-?[A-Z0-9]{2}[0-9A]$/i.exec(value);
    return parts !== null && isShortDay(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  },
);

export const mxNss = defineValidator(
  {
    id: 'mx-nss',
    summary: 'Eleven digits with a Luhn check digit',
    source: 'IMSS, Número de Seguridad Social',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    return /^\d{11}$/.test(digits) && !isOneDigitRepeated(digits) && passesLuhn(digits);
  },
);

export const arCuil = defineValidator(
  {
    id: 'ar-cuil',
    summary: 'Kind of person, DNI, mod 11 check digit',
    source: 'AFIP/ANSES, CUIT y CUIL',
    strength: 0.009,
  },
  (value) => {
    const digits = compact(value);
    if (!/^(?:2[034567]|3[034])\d{9}$/.test(digits)) return false;
    const rest = 11 - (weightedSum(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
    // A remainder of ten is written as nine.
    return (rest === 11 ? 0 : Math.min(rest, 9)) === digitAt(digits, 10);
  },
);

/** The DNI itself carries no check digit: seven or eight digits, written with dots or plain. */
export const arDni = defineValidator(
  {
    id: 'ar-dni',
    summary: 'DNI of seven or eight digits, or a CUIL with its check digit',
    source: 'RENAPER, Ley 17.671; ANSES, CUIL',
    strength: 0.6,
  },
  (value) => /^(?:[1-9]\d?\.\d{3}\.\d{3}|[1-9]\d{6,7})$/.test(value) || arCuil(value),
);

export const coNit = defineValidator(
  {
    id: 'co-nit',
    summary: 'Eight to ten digits and a mod 11 check digit',
    source: 'DIAN, Resolución 8502 de 1995 (orden administrativa 4 de 1989)',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{9,11}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    const weights = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43];
    let sum = 0;
    for (let index = 0; index < digits.length - 1; index++)
      sum += digitAt(digits, digits.length - 2 - index) * weights[index];
    const rest = sum % 11;
    return (rest < 2 ? rest : 11 - rest) === digitAt(digits, digits.length - 1);
  },
);

export const uyCi = defineValidator(
  {
    id: 'uy-ci',
    summary: 'Seven digits and a mod 10 check digit',
    source: 'Dirección Nacional de Identificación Civil, cédula de identidad',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    if (!/^\d{7,8}$/.test(digits) || isOneDigitRepeated(digits)) return false;
    return weightedSum(digits.padStart(8, '0'), [2, 9, 8, 7, 6, 3, 4, 1]) % 10 === 0;
  },
);

export const ecCedula = defineValidator(
  {
    id: 'ec-cedula',
    summary: 'Province 01 to 24 or 30, a third digit under 6, Luhn',
    source: 'Registro Civil del Ecuador, cédula de ciudadanía',
    strength: 0.015,
  },
  (value) => {
    const digits = compact(value);
    return /^(?:0[1-9]|1\d|2[0-4]|30)[0-6]\d{7}$/.test(digits) && passesLuhn(digits);
  },
);

export const doCedula = defineValidator(
  {
    id: 'do-cedula',
    summary: 'Eleven digits with a Luhn check digit',
    source: 'Junta Central Electoral, Ley 8-92',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    return /^\d{11}$/.test(digits) && !isOneDigitRepeated(digits) && passesLuhn(digits);
  },
);

/** A RUC holds the DNI of a person after 10, 15 or 17; 20 are companies. */
export const peRuc = defineValidator(
  {
    id: 'pe-ruc',
    summary: 'Kind of taxpayer, DNI or serial, mod 11 check digit',
    source: 'SUNAT, Registro Único de Contribuyentes',
    strength: 0.004,
  },
  (value) => {
    if (!/^(?:10|15|16|17|20)\d{9}$/.test(value)) return false;
    return (11 - (weightedSum(value, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(value, 10);
  },
);

const rifKinds: Readonly<Record<string, number>> = { V: 4, E: 8, J: 12, P: 16, G: 20 };

export const veRif = defineValidator(
  {
    id: 've-rif',
    summary: 'Kind of person, eight digits, mod 11 check digit',
    source: 'SENIAT, Registro Único de Información Fiscal',
    strength: 0.02,
  },
  (value) => {
    const text = compact(value).toUpperCase();
    if (!/^[VEJPG]\d{9}$/.test(text)) return false;
    const sum = rifKinds[text[0]] + weightedSum(text.slice(1), [3, 2, 7, 6, 5, 4, 3, 2]);
    return '00987654321'[sum % 11] === text[9];
  },
);
