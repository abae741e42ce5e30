import { z } from 'zod';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsFamily } from '../misfits.js';
import { decodeText } from '../normalisation/normaliser.js';
import { defineTechnique } from '../technique.js';

/**
 * Puts an age into a band: `37` -> `35` in a column of numbers, `35-39` in one of texts; `93` -> `90`
 * or `90+`. What is no age becomes `0`, or `unknown`.
 * Source: 45 CFR 164.514(b)(2)(i)(C): ages over 89 form one group.
 */
export const generaliseAge = defineTechnique({
  id: 'generalise-age',
  summary: 'Put an age into a band of years',
  options: z.strictObject({
    width: z.number().int().min(2).max(50).default(5).describe('years of a band'),
    top: z.number().int().min(1).max(150).default(90).describe('from this age on there is one group'),
  }),
  properties: { deterministic: true },

  misfit: (column) =>
    firstMisfit(
      needsFamily(
        column,
        ['integer', 'decimal', 'float', 'text'],
        "use 'generalise-date' for dates of birth",
      ),
      breaksUniqueness(column, "'null'"),
    ),

  prepare({ width, top }, { column }) {
    const isText = column.type.family === 'text';
    return (input, output) => {
      eachValue(input, output, (_index, from, to) => {
        const match = /^\s*(\d{1,3})(?:\.\d{0,20})?\s*$/.exec(
          decodeText(input.bytes, from, Math.min(to, from + 32)),
        );
        if (!match || to - from > 32) {
          output.appendText(isText ? 'unknown' : '0');
          return;
        }
        const age = Math.min(Number(match[1]), top);
        const start = age >= top ? top : age - (age % width);
        const last = Math.min(start + width, top) - 1;
        output.appendText(!isText ? String(start) : start >= top ? `${top}+` : `${start}-${last}`);
      });
    };
  },
});
