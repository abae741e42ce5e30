import { z } from 'zod';
import { DIGIT_0 } from '../bytes/ascii.js';
import { isInfinity, isTimeOfDay, readDate, writeDate } from '../dates.js';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsFamily, tooShort } from '../misfits.js';
import { defineTechnique, type MaskedColumn } from '../technique.js';

const monthsOf = { month: 1, quarter: 3, year: 12 } as const;

const noDate = { year: 1970, month: 1, day: 1 };

/**
 * Cuts a date to its year, quarter or month: `1987-05-17` -> `1987-01-01`. The time of day becomes
 * midnight, the zone and the era stay; `infinity` stays. What is no ISO date becomes `1970-01-01`.
 * Source: 45 CFR 164.514(b)(2)(i)(C) allows the year of dates that concern a person.
 */
export const generaliseDate = defineTechnique({
  id: 'generalise-date',
  summary: 'Cut a date to its month, quarter or year',
  options: z.strictObject({
    to: z.enum(['month', 'quarter', 'year']).default('year').describe('what is left of the date'),
  }),
  properties: { deterministic: true, keepsFormat: true },

  misfit: (column) =>
    firstMisfit(
      needsFamily(column, ['date', 'timestamp', 'text'], "use 'number-bucket' for numbers"),
      column.type.family === 'text' ? tooShort(column, 10) : undefined,
      breaksUniqueness(column, "'null', or drop the unique key from the copy"),
    ),

  prepare: ({ to: unit }) => {
    const months = monthsOf[unit];
    return (input, output) => {
      const { bytes } = input;
      eachValue(input, output, (_index, from, to) => {
        if (isInfinity(bytes, from, to)) {
          output.append(bytes, from, to);
          return;
        }
        const date = readDate(bytes, from, to);
        const timeEnd = date?.isBefore ? to - 3 : to;
        let at = output.reserve(to - from + 12);
        if (!date || !isTimeOfDay(bytes, date.end, timeEnd)) {
          output.finish(writeDate(output.bytes, at, noDate));
          return;
        }
        const month = date.month - ((date.month - 1) % months);
        at = writeDate(output.bytes, at, { year: date.year, month, day: 1 }, date.end - from === 8);
        const zone = zoneStart(bytes, date.end, timeEnd);
        for (let i = date.end; i < timeEnd; i++) {
          const isTimeDigit = i < zone && bytes[i] >= DIGIT_0 && bytes[i] <= 0x39;
          output.bytes[at++] = isTimeDigit ? DIGIT_0 : bytes[i];
        }
        for (let i = timeEnd; i < to; i++) output.bytes[at++] = bytes[i];
        output.finish(at);
      });
    };
  },

  sql: {
    sqlserver: (value, { to: unit }, { column: { type } }) =>
      type.family === 'date' || (type.family === 'timestamp' && !/offset/i.test(type.name))
        ? `datefromparts(year(${value}), (month(${value}) - 1) / ${monthsOf[unit]} * ${monthsOf[unit]} + 1, 1)`
        : undefined,
    postgres: (value, { to: unit }, { column }) =>
      column.type.family === 'text' ? undefined : cutDate(value, monthsOf[unit], column),
  },
});

/** The first day of a period, by its length in months; what lies before the calendar begins is no date. */
function cutDate(value: string, months: number, { type }: MaskedColumn): string | undefined {
  const zoned = type.name.includes('with time zone');
  // As the kernel reads it: in UTC, whatever the session's zone.
  const local = zoned ? `(${value} at time zone 'UTC')` : value;
  const part = (name: string) => `extract(${name} from ${local})::int`;
  const day = `make_date(${part('year')}, (${part('month')} - 1) / ${months} * ${months} + 1, 1)`;
  const cut =
    type.family === 'date' ? day : zoned ? `(${day}::timestamp at time zone 'UTC')` : `${day}::timestamp`;
  const none =
    type.family === 'date'
      ? "date '1970-01-01'"
      : zoned
        ? "timestamptz '1970-01-01 00:00:00+00'"
        : "timestamp '1970-01-01'";
  return `case when not isfinite(${value}) then ${value} when ${part('year')} < -4711 then ${none} when ${value} is not null then ${cut} end`;
}

function zoneStart(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) if (bytes[i] === 0x2b || bytes[i] === 0x2d || bytes[i] === 0x5a) return i;
  return to;
}
