import { passesLuhn } from './check-sums.js';
import { compact, defineValidator, isOneDigitRepeated } from './validator.js';

export const imei = defineValidator(
  {
    id: 'imei',
    summary: 'Fifteen digits with a Luhn check digit, or sixteen with a software version',
    source: '3GPP TS 23.003 §6.2',
    strength: 0.1,
  },
  (value) => {
    const digits = compact(value);
    if (isOneDigitRepeated(digits)) return false;
    if (/^\d{16}$/.test(digits))
      return /^(?:0[1-9]|[1-9]\d)\d{6}[- /]?\d{6}[- /]?\d{2}$/.test(value) && value !== digits;
    return /^(?:0[1-9]|[1-9]\d)\d{13}$/.test(digits) && passesLuhn(digits);
  },
);

/** Mobile country codes run by world region from 2xx to 7xx. */
export const imsi = defineValidator(
  {
    id: 'imsi',
    summary: 'Fifteen digits that begin with a mobile country code',
    source: 'ITU-T E.212',
    strength: 0.45,
  },
  (value) => /^(?:20[246]|2[1-9]\d|3[0-7]\d|4[0-7]\d|5[0-5]\d|6[0-5]\d|7[0-5]\d)\d{12}$/.test(value),
);

export const iccid = defineValidator(
  {
    id: 'iccid',
    summary: '89, then 17 or 18 digits; nineteen digits carry a Luhn check digit',
    source: 'ITU-T E.118',
    strength: 0.002,
  },
  (value) => {
    const digits = compact(value);
    if (/^89\d{17}$/.test(digits)) return passesLuhn(digits);
    return /^89\d{18}$/.test(digits) && (passesLuhn(digits) || passesLuhn(digits.slice(0, 19)));
  },
);

export const simIdentity = defineValidator(
  {
    id: 'sim-identity',
    summary: 'An IMSI or an ICCID',
    source: 'ITU-T E.212; ITU-T E.118',
    strength: 0.3,
  },
  (value) => imsi(value) || iccid(value),
);

export const macAddress = defineValidator(
  {
    id: 'mac-address',
    summary: 'Six (or eight) bytes in hexadecimal with colons, hyphens or dots',
    source: 'IEEE 802-2014 §8',
    strength: 0.02,
  },
  (value) =>
    /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\2){6}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})$/i.test(
      value,
    ) && !/^(?:00[:.-]?){6,}$/.test(value),
);

const vinValues = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ';
const vinWeights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/** The check digit in the ninth place is binding in North America and China only. */
export function passesVinCheck(vin: string): boolean {
  let sum = 0;
  for (let index = 0; index < 17; index++) sum += (vinValues.indexOf(vin[index]) % 10) * vinWeights[index];
  const rest = sum % 11;
  return vin[8] === (rest === 10 ? 'X' : String(rest));
}

export const vin = defineValidator(
  {
    id: 'vin',
    summary: 'Seventeen characters without I, O, Q; the check digit where the maker’s region binds it',
    source: 'ISO 3779:2009; 49 CFR 565.15',
    strength: 0.1,
  },
  (value) => {
    const text = value.toUpperCase();
    if (!/^[A-HJ-NPR-Z0-9]{13}\d{4}$/.test(text) || !/\d/.test(text.slice(0, 13)) || !/[A-Z]/.test(text))
      return false;
    return /^[1-5L]/.test(text) ? passesVinCheck(text) : true;
  },
);

/** An IPv4 dotted quad or IPv6 text; some databases write the full prefix length of a host behind it. */
export const ipAddress = defineValidator(
  {
    id: 'ip-address',
    summary: 'IPv4 or IPv6 in text form; with a prefix length it is a network, not a device',
    source: 'RFC 4291 §2.2; RFC 5952; RFC 6943 §3.1.1',
    strength: 0.03,
  },
  (value) => {
    const slash = value.indexOf('/');
    const address = slash < 0 ? value : value.slice(0, slash);
    if (slash >= 0 && value.slice(slash) !== (address.includes(':') ? '/128' : '/32')) return false;
    return address.includes(':') ? isIpv6(address) : isIpv4(address);
  },
);

function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/.test(text);
}

function isIpv6(text: string): boolean {
  if (text.length > 45) return false;
  const halves = text.replace(/%\w+$/, '').split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const quad = last.includes('.');
  if (quad && !isIpv4(last)) return false;
  const hex = quad ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const count = hex.length + (quad ? 2 : 0);
  // `12::34` is a duration or a key as well: a compressed address has four groups or begins as one does.
  return halves.length === 2 ? count < 8 && (count >= 2 || text.startsWith('::')) : count === 8;
}
