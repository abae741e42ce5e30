import { z } from 'zod';
import {
  dateOf,
  daysOf,
  isInfinity,
  isPlainDay,
  isStorable,
  isTimeOfDay,
  readDate,
  readPlainDay,
  writeDate,
  writePlainDay,
} from '../dates.js';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsFamily, tooShort } from '../misfits.js';
import { PerPersonDigests } from '../per-person-digests.js';
import { draw } from '../pseudonym/normalised-digests.js';
import { defineTechnique } from '../technique.js';
import { dateShiftForm } from '../postgres/date-shift-form.js';

const BEFORE_CHRIST = new TextEncoder().encode(' BC');

/**
 * Moves a date by up to ±N days, never by none. With `per`, all dates of one person move by the same
 * number of days, so the time between them stays true; without it, equal dates move alike.
 *
 * Time of day and zone stay. `infinity` stays. A shift that would leave the calendar goes the other
 * way. What is no ISO date becomes a day around 1970.
 */
export const dateShift = defineTechnique({
  id: 'date-shift',
  summary: 'Move a date by some days, the same for all dates of a person',
  options: z.strictObject({
    days: z.number().int().min(1).max(36_500).default(180).describe('largest shift, in days either way'),
    per: z
      .string()
      .min(1)
      .optional()
      .describe("column of the same row that names the person, such as 'customer_id'"),
    group: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/)
      .default('person')
      .describe('what the key column names: columns of one group share their shifts'),
  }),
  properties: { deterministic: true, keepsFormat: true },

  misfit: (column, { per }) =>
    firstMisfit(
      needsFamily(column, ['date', 'timestamp', 'text'], "use 'null' or 'number-noise'"),
      column.type.family === 'text' ? tooShort(column, 10) : undefined,
      per === column.name
        ? {
            problem: `column '${column.name}' cannot name the person of its own dates`,
            hint: "give 'per' another column",
          }
        : undefined,
      breaksUniqueness(column, "'null' or 'fixed', or drop the unique key from the copy"),
    ),

  reads: ({ per }) => (per === undefined ? [] : [per]),

  prepare({ days: most, per, group }, context) {
    const digests = new PerPersonDigests(per, `date-shift/${group}`, context);

    return (input, output, companions) => {
      const all = digests.of(input, companions);
      const { bytes } = input;
      eachValue(input, output, (index, from, to) => {
        if (isInfinity(bytes, from, to)) {
          output.append(bytes, from, to);
          return;
        }
        const drawn = draw(all, index, 0) % (2 * most);
        const shift = drawn < most ? drawn - most : drawn - most + 1;
        const plain = readPlainDay(bytes, from, to);
        if (plain !== undefined && isPlainDay(plain + shift)) {
          const at = output.reserve(10);
          output.finish(writePlainDay(output.bytes, at, plain + shift));
          return;
        }
        const date = readDate(bytes, from, to);
        const timeEnd = date?.isBefore ? to - 3 : to;
        const start = output.reserve(to - from + 12);
        if (!date || !isTimeOfDay(bytes, date.end, timeEnd)) {
          output.finish(writeDate(output.bytes, start, dateOf(shift)));
          return;
        }
        const day = daysOf(date.year, date.month, date.day);
        const shifted = dateOf(isStorable(day + shift) ? day + shift : day - shift);
        let at = writeDate(output.bytes, start, shifted, date.end - from === 8);
        for (let i = date.end; i < timeEnd; i++) output.bytes[at++] = bytes[i];
        if (shifted.year < 1) for (const byte of BEFORE_CHRIST) output.bytes[at++] = byte;
        output.finish(at);
      });
    };
  },

  sql: { postgres: (value, options, context) => dateShiftForm(value, options, context) },
});
