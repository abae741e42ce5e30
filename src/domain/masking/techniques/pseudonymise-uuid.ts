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

const canonical = new TextEncoder().encode('00000000-0000-4000-8000-000000000000');
const DIGITS = 32;
/** The digits that hold version and variant (RFC 9562 §4). */
const VERSION = 12;
const VARIANT = 16;

/**
 * Replaces a UUID by another of the same version and variant; hyphens, braces and case stay. 122 keyed
 * bits: no two meet. What is no UUID becomes one of version 4.
 */
export const pseudonymiseUuid = defineTechnique({
  id: 'pseudonymise-uuid',
  summary: 'Replace a UUID by another of the same version',
  options: z.strictObject({}),
  properties: { deterministic: true, keepsFormat: true, keepsUniqueness: true, neverOriginal: true },

  misfit: (column) =>
    firstMisfit(
      needsFamily(column, ['uuid', 'text'], "use 'pseudonymise-identifier' or 'keyed-hash'"),
      column.type.family === 'text' ? tooShort(column, DIGITS) : undefined,
    ),

  prepare(_options, { domain, pseudonyms, column }) {
    const digests = new NormalisedDigests(pseudonyms, domain, hexDigits);
    const compact = (column.type.maxLength ?? Infinity) < canonical.length;

    return (input, output) => {
      const all = digests.of(input);
      eachValue(input, output, (index, from, to) => {
        const isUuid = hasUuidShape(input.bytes, from, to);
        const source = isUuid ? input.bytes : canonical;
        const start = isUuid ? from : 0;
        const end = isUuid ? to : canonical.length;
        const isUpperCase = isUuid && hasUpper(source, start, end);
        let at = output.reserve(end - start);
        let digit = 0;
        for (let i = start; i < end; i++) {
          if (!isHexDigit(source[i])) {
            if (isUuid || !compact) output.bytes[at++] = source[i];
            continue;
          }
          const byte = standInDigit(all, index, digit++, source[i]);
          output.bytes[at++] = isUpperCase ? upperCase[byte] : byte;
        }
        output.finish(at);
      });
    };
  },

  sql: {
    postgres(value, _options, { column, digest }) {
      const text = column.type.family === 'text' ? value : `${value}::text`;
      const compact = (column.type.maxLength ?? Infinity) < canonical.length;
      const [v, b, d] = [bound('v'), bound('b'), bound('d')];
      const isUuid = `(${v} ~ '^[-{}0-9A-Fa-f]{32,41}$' and length(regexp_replace(${v}, '[-{}]', '', 'g')) = ${DIGITS})`;
      const byte = byteOf(d, `${BEFORE} / 2`);
      const drawn = `(case ${BEFORE} % 2 when 0 then ${byte} >> 4 else ${byte} & 15 end)`;
      const own = `strpos('0123456789abcdef', lower(${BYTE})) - 1`;
      const variant = `case when ${own} < 8 then ${drawn} & 7 when ${own} < 12 then 8 | (${drawn} & 3) else 12 | ((${own}) & 2) | (${drawn} & 1) end`;
      const standIn = `case ${BEFORE} when ${VERSION} then ${BYTE} when ${VARIANT} then to_hex(${variant}) else to_hex(${drawn}) end`;
      const cased = `case when ${isUuid} and ${v} ~ '[A-Z]' then upper(${standIn}) else ${standIn} end`;
      const written = `case when ${isHexDigitSql(BYTE)} then ${cased} else ${BYTE} end`;
      const other = compact ? '00000000000040008000000000000000' : '00000000-0000-4000-8000-000000000000';
      const source = `case when ${isUuid} then ${b} else '${other}' end`;
      const named = { v: `${text} collate "C"`, b: bytesOf(text), d: digest(normalised.hexDigits(text)) };
      return unlessEmpty(text, onceARow(named, eachByte(source, isHexDigitSql(BYTE), written)));
    },
  },
});

function standInDigit(digests: Uint8Array, index: number, digit: number, original: number): number {
  if (digit === VERSION) return original;
  const byte = digests[index * DIGEST_LENGTH + (digit >> 1)];
  const drawn = digit & 1 ? byte & 15 : byte >> 4;
  return hexAlphabet[digit === VARIANT ? keepVariant(original, drawn) : drawn];
}

/** The variant's leading bits stay: 10 for RFC 9562, 0 for NCS, 110 and 111 for the others. */
function keepVariant(original: number, drawn: number): number {
  const value =
    hexAlphabet.indexOf(original | 0x20) < 0 ? original - 0x30 : hexAlphabet.indexOf(original | 0x20);
  if (value < 8) return drawn & 7;
  return value < 12 ? 8 | (drawn & 3) : 12 | (value & 2) | (drawn & 1);
}

/** 32 hexadecimal digits with hyphens or braces at most. */
function hasUuidShape(bytes: Uint8Array, from: number, to: number): boolean {
  let digits = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (isHexDigit(byte)) digits++;
    else if (byte !== 0x2d && byte !== 0x7b && byte !== 0x7d) return false;
  }
  return digits === DIGITS && to - from <= 41;
}

function hasUpper(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (isUpper(bytes[i])) return true;
  return false;
}
