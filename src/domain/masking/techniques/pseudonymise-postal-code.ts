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
