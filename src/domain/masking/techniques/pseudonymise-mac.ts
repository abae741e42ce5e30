import { z } from 'zod';
import { isUpper, upperCase } from '../bytes/ascii.js';
import { hexAlphabet } from '../bytes/hex.js';
import { eachValue } from '../each-value.js';
import { firstMisfit, needsFamily, tooShort } from '../misfits.js';
import { hexDigits, isHexDigit } from '../normalisation/hex-digits.js';
import { NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { DIGEST_LENGTH } from '../pseudonym/pseudonym-function.js';
import { defineTechnique } from '../technique.js';
import { byteOf } from '../postgres/draws.js';
import { BEFORE, BYTE, bytesOf, eachByte, isHexDigit as isHexDigitSql } from '../postgres/each-byte.js';
import * as normalised from '../postgres/normalised.js';
import { bound, onceARow, unlessEmpty } from '../postgres/once-a-row.js';

const canonical = new TextEncoder().encode('00:00:00:00:00:00');

/**
 * `3C:22:FB:01:9A:77` -> `02:5E:81:D3:07:4B`: separators and case stay, and the stand-in is a locally
 * administered address (IEEE 802-2014 §8.2), which no maker gives out. With `keepVendor`, the maker's
 * three bytes stay. 46 drawn bits: among a million addresses two meet with a chance of one in 140.
 */
export const pseudonymiseMac = defineTechnique({
  id: 'pseudonymise-mac',
  summary: 'Replace a hardware address by another',
  options: z.strictObject({
    keepVendor: z
      .boolean()
      .default(false)
      .describe("keep the first three bytes, which name the device's maker"),
  }),
  properties: { deterministic: true, keepsFormat: true, neverOriginal: true },

  misfit: (column) =>
    firstMisfit(
      needsFamily(column, ['text', 'network'], "use 'null' or 'keyed-hash'"),
      /^(inet|cidr)$/.test(column.type.name)
        ? { problem: `column '${column.name}' holds network addresses`, hint: "use 'pseudonymise-ip'" }
        : undefined,
      column.type.family === 'text' ? tooShort(column, 12) : undefined,
    ),

  prepare({ keepVendor }, { domain, pseudonyms }) {
    const digests = new NormalisedDigests(pseudonyms, domain, hexDigits);
    return (input, output) => {
      const all = digests.of(input);
      eachValue(input, output, (index, from, to) => {
        const isAddress = hasAddressShape(input.bytes, from, to);
        const source = isAddress ? input.bytes : canonical;
        const start = isAddress ? from : 0;
        const end = isAddress ? to : canonical.length;
        const kept = keepVendor && isAddress ? 6 : 0;
        const isUpperCase = hasUpper(source, start, end);
        const at = output.reserve(end - start);
        let digit = 0;
        for (let i = start; i < end; i++) {
          let byte = source[i];
          if (isHexDigit(byte) && digit++ >= kept) {
            const drawn = hexAlphabet[nibble(all, index, digit - 1, kept > 0)];
            byte = isUpperCase ? upperCase[drawn] : drawn;
          }
          output.bytes[at + i - start] = byte;
        }
        output.finish(at + end - start);
      });
    };
  },

  sql: {
    postgres(value, { keepVendor }, { column, digest }) {
      const text = column.type.family === 'text' ? value : `${value}::text`;
      const [v, b, d] = [bound('v'), bound('b'), bound('d')];
      const isAddress = `(${v} ~ '^[0-9A-Fa-f:. -]{12,23}$' and length(${hexOnly(v)}) in (12, 16))`;
      const kept = keepVendor ? `case when ${isAddress} then 6 else 0 end` : '0';
      const byte = byteOf(d, `${BEFORE} / 2`);
      const nibbleOf = `case ${BEFORE} % 2 when 0 then ${byte} >> 4 else ${byte} & 15 end`;
      const nibbleSql = `case when ${BEFORE} = 1 then (${byte} & 12) | 2 else ${nibbleOf} end`;
      const drawn = `to_hex(${nibbleSql})`;
      const cased = `case when ${v} ~ '[A-Z]' and ${isAddress} then upper(${drawn}) else ${drawn} end`;
      const written = `case when ${isHexDigitSql(BYTE)} and ${BEFORE} >= ${kept} then ${cased} else ${BYTE} end`;
      const source = `case when ${isAddress} then ${b} else '00:00:00:00:00:00' end`;
      const named = { v: `${text} collate "C"`, b: bytesOf(text), d: digest(normalised.hexDigits(text)) };
      return unlessEmpty(text, onceARow(named, eachByte(source, isHexDigitSql(BYTE), written)));
    },
  },
});

const hexOnly = (text: string) => `regexp_replace(${text}, '[^0-9A-Fa-f]', '', 'g')`;

function nibble(digests: Uint8Array, index: number, digit: number, vendorKept: boolean): number {
  const byte = digests[index * DIGEST_LENGTH + (digit >> 1)];
  const drawn = digit & 1 ? byte & 15 : byte >> 4;
  // Bit 1 of the first byte: locally administered; bit 0: one receiver.
  return digit === 1 && !vendorKept ? (drawn & 0xc) | 2 : drawn;
}

/** 12 or 16 hexadecimal digits with `:`, `-`, `.` or blanks between them. */
function hasAddressShape(bytes: Uint8Array, from: number, to: number): boolean {
  let digits = 0;
  for (let i = from; i < to; i++) {
    if (isHexDigit(bytes[i])) digits++;
    else if (bytes[i] !== 0x3a && bytes[i] !== 0x2d && bytes[i] !== 0x2e && bytes[i] !== 0x20) return false;
  }
  return (digits === 12 || digits === 16) && to - from <= 23;
}

function hasUpper(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (isUpper(bytes[i])) return true;
  return false;
}
