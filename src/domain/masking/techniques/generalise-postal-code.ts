import { z } from 'zod';
import { DIGIT_0, isAlphanumeric, isControl, isDigit, isLower, SPACE } from '../bytes/ascii.js';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsFamily } from '../misfits.js';
import { decodeText } from '../normalisation/normaliser.js';
import { defineTechnique } from '../technique.js';
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
import { bound, onceARow, unlessEmpty } from '../postgres/once-a-row.js';

/** Three-digit ZIP areas of 20,000 people or fewer by the census of 2000 (HHS guidance of 2012-11-26). */
const smallAreas = new Set('036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893'.split(' '));

/**
 * Keeps the region of a postal code: `02139` -> `02100`, `SW1A 1AA` -> `SW1X 0XX`. The other digits
 * become 0, letters X; two characters go at least.
 * Source: 45 CFR 164.514(b)(2)(i)(B); `hipaa` also makes sparsely settled areas `000`.
 */
export const generalisePostalCode = defineTechnique({
  id: 'generalise-postal-code',
  summary: 'Keep only the region of a postal code',
  options: z.strictObject({
    keep: z.number().int().min(0).max(6).default(3).describe('letters and digits at the start that stay'),
    hipaa: z.boolean().default(false).describe('make three-digit US areas of 20,000 people or fewer 000'),
  }),
  properties: { deterministic: true, keepsFormat: true, keepsLength: true },

  misfit: (column) =>
    firstMisfit(
      needsFamily(column, ['text', 'integer'], "use 'null'"),
      breaksUniqueness(column, "'pseudonymise-identifier'"),
    ),

  prepare({ keep, hipaa }) {
    return (input, output) => {
      const { bytes } = input;
      eachValue(input, output, (_index, from, to) => {
        let count = 0;
        for (let i = from; i < to; i++) if (isAlphanumeric(bytes[i])) count++;
        const isSmall = hipaa && smallAreas.has(decodeText(bytes, from, Math.min(to, from + 3)));
        const kept = isSmall ? 0 : Math.min(keep, Math.max(0, count - 2));
        const at = output.reserve(to - from);
        let seen = 0;
        for (let i = from; i < to; i++) {
          let byte = bytes[i];
          if (isAlphanumeric(byte)) {
            if (seen++ >= kept) byte = isDigit(byte) ? DIGIT_0 : isLower(byte) ? 0x78 : 0x58;
          } else if (byte >= 0x80) byte = 0x58;
          else if (isControl(byte)) byte = SPACE;
          output.bytes[at + i - from] = byte;
        }
        output.finish(at + to - from);
      });
    };
  },

  sql: {
    postgres(value, { keep, hipaa }, { column }) {
      const text = column.type.family === 'text' ? value : `${value}::text`;
      const [v, b] = [bound('v'), bound('b')];
      const count = `length(regexp_replace(${v}, '[^0-9A-Za-z]', '', 'g'))`;
      const few = `least(${keep}, greatest(0, ${count} - 2))`;
      const small = [...smallAreas].map((area) => `'${area}'`).join(', ');
      const kept = hipaa ? `case when left(${b}, 3) in (${small}) then 0 else ${few} end` : few;
      const written = `case when ${isAlphanumericSql(BYTE)} then case when ${BEFORE} < ${kept} then ${BYTE} when ${isDigitSql(BYTE)} then '0' when ${isLowerSql(BYTE)} then 'x' else 'X' end when ${isBeyondAscii(BYTE)} then 'X' when ${isControlSql(BYTE)} then ' ' else ${BYTE} end`;
      const named = { v: `${text} collate "C"`, b: bytesOf(text) };
      return unlessEmpty(text, onceARow(named, eachByte(b, isAlphanumericSql(BYTE), written)));
    },
  },
});
