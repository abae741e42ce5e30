import { z } from 'zod';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsFamily } from '../misfits.js';
import { decodeText } from '../normalisation/normaliser.js';
import { defineTechnique } from '../technique.js';
import { bound, onceARow, unlessEmpty } from '../postgres/once-a-row.js';

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

  sql: {
    postgres(value, { width, top }, { column: { type } }) {
      const isText = type.family === 'text';
      const text = isText ? value : `${value}::text`;
      const digits = String.raw`substring(${text} from '^[ \t\n\v\f\r]*([0-9]{1,3})([.][0-9]{0,20})?[ \t\n\v\f\r]*$')`;
      const [a, start] = [bound('a'), bound('s')];
      const band = `case when ${a} >= ${top} then ${top} else ${a} - ${a} % ${width} end`;
      const age = `case when octet_length(${text}) <= 32 then ${digits}::int end`;
      const range = `case when ${start} is null then 'unknown' when ${start} >= ${top} then '${top}+' else ${start} || '-' || (least(${start} + ${width}, ${top}) - 1) end`;
      const written = isText ? range : `coalesce(${start}, 0)`;
      const banded = onceARow({ a: age }, onceARow({ s: band }, written));
      return isText ? unlessEmpty(value, banded) : `case when ${value} is not null then ${banded} end`;
    },
  },
});
