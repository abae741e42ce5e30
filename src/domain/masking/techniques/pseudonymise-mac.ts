import { z } from 'zod';
import { isUpper, upperCase } from '../bytes/ascii.js';
import { hexAlphabet } from '../bytes/hex.js';
import { eachValue } from '../each-value.js';
import { firstMisfit, needsFamily, tooShort } from '../misfits.js';
import { hexDigits, isHexDigit } from '../normalisation/hex-digits.js';
import { NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { DIGEST_LENGTH } from '../pseudonym/pseudonym-function.js';
import { defineTechnique } from '../technique.js';

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
});

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
