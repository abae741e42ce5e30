import { z } from 'zod';
import {
  DIGIT_0,
  isAlphanumeric,
  isControl,
  isDigit,
  isLower,
  LOWER_A,
  SPACE,
  UPPER_A,
} from '../bytes/ascii.js';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsFamily } from '../misfits.js';
import { alphanumerics } from '../normalisation/alphanumerics.js';
import { NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { DIGEST_LENGTH } from '../pseudonym/pseudonym-function.js';
import { defineTechnique } from '../technique.js';
import { byteOf } from '../postgres/draws.js';
import {
  BEFORE,
  BYTE,
  bytesOf,
  eachByte,
  isAlphanumeric as isAlphanumericSql,
  isBeyondAscii,
  isControl as isControlSql,
  isDigit as isDigitSql,
  isLower as isLowerSql,
} from '../postgres/each-byte.js';
import * as normalised from '../postgres/normalised.js';
import { bound, onceARow, unlessEmpty } from '../postgres/once-a-row.js';

/**
 * `SW1A 1AA` -> `QK7D 4RT`: digits become digits, letters letters, blanks and hyphens stay. With
 * `keepStart`, the region stays readable; at least half of the code is replaced all the same. A first
 * digit that is not 0 stays so, since numbers would lose it.
 */
export const pseudonymisePostalCode = defineTechnique({
  id: 'pseudonymise-postal-code',
  summary: 'Replace a postal code by another in the same format',
  options: z.strictObject({
    keepStart: z
      .number()
      .int()
      .min(0)
      .max(6)
      .default(0)
      .describe('letters and digits at the start that stay'),
  }),
  properties: { deterministic: true, keepsFormat: true, keepsLength: true, neverOriginal: true },

  misfit: (column) =>
    firstMisfit(
      needsFamily(column, ['text', 'integer'], "use 'null'"),
      breaksUniqueness(column, "'pseudonymise-identifier'"),
    ),

  prepare({ keepStart }, { domain, pseudonyms }) {
    const digests = new NormalisedDigests(pseudonyms, domain, alphanumerics);
    return (input, output) => {
      const all = digests.of(input);
      const { bytes } = input;
      eachValue(input, output, (index, from, to) => {
        const kept = Math.min(keepStart, countAlphanumerics(bytes, from, to) >> 1);
        const at = output.reserve(to - from);
        let seen = 0;
        for (let i = from; i < to; i++) {
          const drawn = all[index * DIGEST_LENGTH + (seen % DIGEST_LENGTH)];
          let byte = bytes[i];
          if (isAlphanumeric(byte)) {
            if (seen >= kept) byte = standIn(byte, drawn, seen === 0);
            seen++;
          } else if (byte >= 0x80) byte = UPPER_A + (drawn % 26);
          else if (isControl(byte)) byte = SPACE;
          output.bytes[at + i - from] = byte;
        }
        output.finish(at + to - from);
      });
    };
  },

  sql: {
    postgres(value, { keepStart }, { column, digest }) {
      // A number's first digit could take it beyond its type, and an error would tell.
      if (column.type.family !== 'text') return undefined;
      const [v, b, d] = [bound('v'), bound('b'), bound('d')];
      const kept = `least(${keepStart}, length(regexp_replace(${v}, '[^0-9A-Za-z]', '', 'g')) / 2)`;
      const drawn = byteOf(d, `${BEFORE} % 32`);
      const among = (first: string, size: number) => `chr(${first} + ${drawn} % ${size})`;
      const digit = `case when ${BEFORE} = 0 and ${BYTE} <> '0' then ${among('49', 9)} else ${among('48', 10)} end`;
      const written = `case when ${isAlphanumericSql(BYTE)} then case when ${BEFORE} < ${kept} then ${BYTE} when ${isDigitSql(BYTE)} then ${digit} when ${isLowerSql(BYTE)} then ${among('97', 26)} else ${among('65', 26)} end when ${isBeyondAscii(BYTE)} then ${among('65', 26)} when ${isControlSql(BYTE)} then ' ' else ${BYTE} end`;
      const named = {
        v: `${value} collate "C"`,
        b: bytesOf(value),
        d: digest(normalised.alphanumerics(value)),
      };
      return unlessEmpty(value, onceARow(named, eachByte(b, isAlphanumericSql(BYTE), written)));
    },
  },
});

function standIn(byte: number, drawn: number, isFirst: boolean): number {
  if (isDigit(byte)) return isFirst && byte !== DIGIT_0 ? DIGIT_0 + 1 + (drawn % 9) : DIGIT_0 + (drawn % 10);
  return (isLower(byte) ? LOWER_A : UPPER_A) + (drawn % 26);
}

function countAlphanumerics(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (isAlphanumeric(bytes[i])) count++;
  return count;
}
