import { createHash } from 'node:crypto';
import isEmail from 'validator/lib/isEmail.js';
import { defineValidator } from './validator.js';

export const emailAddress = defineValidator(
  {
    id: 'email-address',
    summary: 'Local part, @, domain with a top level; a display name before <…> is allowed',
    source: 'RFC 5321 §4.1.2; RFC 5322 §3.4; RFC 6531',
    strength: 0.01,
  },
  (value) => {
    // Most values hold no @: that is the cheapest question.
    if (value.length > 320 || !value.includes('@')) return false;
    return isEmail.default(value.replace(/^mailto:/i, ''), {
      allow_display_name: true,
      ignore_max_length: true,
    });
  },
);

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Base58Check: the last four of 25 bytes are the double SHA-256 of those before. */
function passesBase58Check(text: string): boolean {
  let number = 0n;
  for (const letter of text) {
    const digit = base58.indexOf(letter);
    if (digit < 0) return false;
    number = number * 58n + BigInt(digit);
  }
  if (number >> 200n) return false;
  const bytes = Buffer.from(number.toString(16).padStart(50, '0'), 'hex');
  const once = createHash('sha256').update(bytes.subarray(0, 21)).digest();
  const twice = createHash('sha256').update(once).digest();
  return twice.subarray(0, 4).equals(bytes.subarray(21));
}

const bech32Letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const bech32Generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** BIP 173 (bech32, remainder 1) and BIP 350 (bech32m, remainder 0x2bc830a3). */
function passesBech32(text: string): boolean {
  const split = text.lastIndexOf('1');
  const prefix = text.slice(0, split);
  const values = Array.from(prefix, (letter) => letter.charCodeAt(0) >> 5);
  values.push(0, ...Array.from(prefix, (letter) => letter.charCodeAt(0) & 31));
  for (const letter of text.slice(split + 1)) {
    const value = bech32Letters.indexOf(letter);
    if (value < 0) return false;
    values.push(value);
  }
  let check = 1;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    for (let bit = 0; bit < 5; bit++) if ((top >> bit) & 1) check ^= bech32Generator[bit];
  }
  return check === 1 || check === 0x2bc830a3;
}

export const cryptoWallet = defineValidator(
  {
    id: 'crypto-wallet',
    summary:
      'Bitcoin, Litecoin, Dogecoin, Dash or Tron (check sum), Ethereum, XRP or Solana-sized Cardano address',
    source: 'Bitcoin Base58Check; BIP 173; BIP 350; EIP-55; TRON address format',
    strength: 0.01,
  },
  (value) => {
    if (/^0x[0-9a-fA-F]{40}$/.test(value)) return !/^0x0+$/.test(value);
    if (/^[13LMmn2DX9AT][1-9A-HJ-NP-Za-km-z]{25,34}$/.test(value)) return passesBase58Check(value);
    if (/^(?:bc|tb|ltc|addr|cosmos|stake)1[02-9ac-hj-np-z]{11,110}$/.test(value)) return passesBech32(value);
    return /^r[1-9A-HJ-NP-Za-km-z]{24,34}$/.test(value) && /\d/.test(value) && /[A-Z]/.test(value);
  },
);

/** A header and a claims set: both JSON objects, which begin with `{"` and so with `eyJ`. */
export const jsonWebToken = defineValidator(
  {
    id: 'json-web-token',
    summary: 'Three parts in base64url of which the first is a JSON header with "alg"',
    source: 'RFC 7519 §3; RFC 7515 §3.1',
    strength: 0.0001,
  },
  (value) => {
    const text = value.replace(/^Bearer /i, '');
    const parts = /^(eyJ[\w-]+)\.(eyJ[\w-]+)\.[\w-]*$/.exec(text);
    return parts !== null && Buffer.from(parts[1], 'base64url').toString('latin1').includes('"alg"');
  },
);
