import { passesLuhn, passesMod11And10 } from './check-sums.js';
import { brCnpj } from './government-americas.js';
import { ruInn, plNip } from './government-eastern-europe.js';
import { esDni, ptNif } from './government-western-europe.js';
import { compact, defineValidator, digitAt, weightedSum } from './validator.js';

/** The part of an EU VAT number after its country code; patterns are those of the VIES service. */
const vatStructures: Readonly<Record<string, (body: string) => boolean>> = {
  AT: (body) => /^U\d{8}$/.test(body),
  BE: (body) => /^[01]?\d{9}$/.test(body) && 97 - (Number(body.slice(0, -2)) % 97) === Number(body.slice(-2)),
  BG: (body) => /^\d{9,10}$/.test(body),
  CH: (body) => /^E\d{9}(?:MWST|TVA|IVA)?$/.test(body),
  CY: (body) => /^\d{8}[A-Z]$/.test(body),
  CZ: (body) => /^\d{8,10}$/.test(body),
  DE: (body) => /^[1-9]\d{8}$/.test(body) && passesMod11And10(body),
  DK: (body) => /^[1-9]\d{7}$/.test(body) && weightedSum(body, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  EE: (body) => /^\d{9}$/.test(body) && weightedSum(body, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0,
  EL: (body) => /^\d{9}$/.test(body),
  GR: (body) => /^\d{9}$/.test(body),
  ES: (body) => /^[A-Z\d]\d{7}[A-Z\d]$/.test(body) && (!/^[\dXYZ]/.test(body) || esDni(body)),
  FI: (body) => /^\d{8}$/.test(body) && weightedSum(body, [7, 9, 10, 5, 8, 4, 2, 1]) % 11 === 0,
  FR: (body) => /^[A-HJ-NP-Z\d]{2}\d{9}$/.test(body) && passesLuhn(body.slice(2)),
  GB: (body) => /^(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})$/.test(body),
  HR: (body) => /^\d{11}$/.test(body) && passesMod11And10(body),
  HU: (body) => /^\d{8}$/.test(body) && weightedSum(body, [9, 7, 3, 1, 9, 7, 3, 1]) % 10 === 0,
  IE: (body) => /^(?:\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W])$/.test(body),
  IT: (body) => /^\d{11}$/.test(body) && passesLuhn(body),
  LT: (body) => /^(?:\d{9}|\d{12})$/.test(body),
  LU: (body) => /^\d{8}$/.test(body) && Number(body.slice(0, 6)) % 89 === Number(body.slice(6)),
  LV: (body) => /^\d{11}$/.test(body),
  MT: (body) => /^\d{8}$/.test(body) && weightedSum(body, [3, 4, 6, 7, 8, 9, 10, 1]) % 37 === 0,
  NL: (body) => /^\d{9}B\d{2}$/.test(body),
  NO: (body) => /^\d{9}(?:MVA)?$/.test(body) && weightedSum(body, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  PL: (body) => plNip(body),
  PT: (body) => ptNif(body),
  RO: (body) => /^[1-9]\d{1,9}$/.test(body),
  SE: (body) => /^\d{10}01$/.test(body) && passesLuhn(body.slice(0, 10)),
  SI: (body) => /^[1-9]\d{7}$/.test(body),
  SK: (body) => /^[1-9]\d{9}$/.test(body) && Number(body) % 11 === 0,
  XI: (body) => /^(?:\d{9}|\d{12})$/.test(body),
};

export const euVat = defineValidator(
  {
    id: 'eu-vat',
    summary:
      'Country code and the structure of its VAT numbers, with the check digit of the larger countries',
    source: 'Council Regulation (EU) No 904/2010; VIES number structures',
    strength: 0.005,
  },
  (value) => {
    const text = compact(value).toUpperCase();
    if (text.length < 4 || text.length > 16) return false;
    return vatStructures[text.slice(0, 2)]?.(text.slice(2)) ?? false;
  },
);

export const frSiret = defineValidator(
  {
    id: 'fr-siret',
    summary: 'SIREN (nine digits) or SIRET (fourteen) with Luhn',
    source: 'INSEE, répertoire SIRENE (décret n° 97-497)',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    return /^(?:\d{9}|\d{14})$/.test(digits) && !/^0+$/.test(digits) && passesLuhn(digits);
  },
);

export const itPartitaIva = defineValidator(
  {
    id: 'it-partita-iva',
    summary: 'Eleven digits with a Luhn check digit and a province from 001 to 121 or a special one',
    source: 'D.P.R. 633/1972, art. 35',
    strength: 0.012,
  },
  (value) => {
    if (!/^\d{11}$/.test(value) || value.startsWith('0000000')) return false;
    const office = Number(value.slice(7, 10));
    return ((office >= 1 && office <= 121) || [120, 121, 888, 999].includes(office)) && passesLuhn(value);
  },
);

export const auAbn = defineValidator(
  {
    id: 'au-abn',
    summary: 'Eleven digits, mod 89',
    source: 'Australian Business Register, ABN format',
    strength: 0.011,
  },
  (value) => {
    const digits = compact(value);
    if (!/^[1-9]\d{10}$/.test(digits)) return false;
    return (weightedSum(digits, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0;
  },
);

const gstinCharacters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export const inGstin = defineValidator(
  {
    id: 'in-gstin',
    summary: 'State, PAN, entity, Z, check character mod 36',
    source: 'Central Goods and Services Tax Rules 2017, rule 10',
    strength: 0.0005,
  },
  (value) => {
    if (!/^[0-3]\d[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]$/.test(value)) return false;
    let sum = 0;
    for (let index = 0; index < 14; index++) {
      const product = gstinCharacters.indexOf(value[index]) * (index % 2 === 0 ? 1 : 2);
      sum += Math.floor(product / 36) + (product % 36);
    }
    return gstinCharacters[(36 - (sum % 36)) % 36] === value[14];
  },
);

/** Weights by place for the last digit of a Turkish tax number. */
export const trVkn = defineValidator(
  {
    id: 'tr-vkn',
    summary: 'Ten digits with a check digit',
    source: 'Gelir İdaresi Başkanlığı, vergi kimlik numarası',
    strength: 0.1,
  },
  (value) => {
    if (!/^\d{10}$/.test(value) || /^(\d)\1+$/.test(value)) return false;
    let sum = 0;
    for (let index = 0; index < 9; index++) {
      const shifted = (digitAt(value, index) + 9 - index) % 10;
      sum += shifted === 9 ? 9 : (shifted * 2 ** (9 - index)) % 9;
    }
    return (10 - (sum % 10)) % 10 === digitAt(value, 9);
  },
);

/** Any tax number of a person or company that carries check digits. */
export const companyTaxNumber = defineValidator(
  {
    id: 'company-tax-number',
    summary: 'An EU VAT number, CNPJ, SIREN or SIRET, partita IVA, NIP, INN, ABN or GSTIN',
    source: 'the sources of those validators',
    strength: 0.15,
  },
  (value) => [euVat, brCnpj, frSiret, itPartitaIva, plNip, ruInn, auAbn, inGstin].some((one) => one(value)),
);
