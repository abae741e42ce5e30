import { z } from 'zod';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsFamily } from '../misfits.js';
import { decodeText } from '../normalisation/normaliser.js';
import { isSpecialNumber, parseNumeral, type Numeral } from '../numerals.js';
import { defineTechnique } from '../technique.js';

/**
 * Puts a number into its bucket: `1234.56` -> `1200` with `size: 100`; in a text column as a range,
 * `1200-1299`. Buckets begin at multiples of the size, downwards for negative numbers too. Needs no key:
 * a generalisation, whose safety lies in how many values share a bucket.
 */
export const numberBucket = defineTechnique({
  id: 'number-bucket',
  summary: 'Round a number down to its bucket',
  options: z.strictObject({
    size: z
      .number()
      .int()
      .min(2)
      .max(1_000_000_000)
      .default(10)
      .describe('width of a bucket, a whole number'),
    as: z
      .enum(['start', 'range'])
      .default('start')
      .describe('the first number of the bucket, or first and last'),
  }),
  properties: { deterministic: true },

  misfit: (column, { as }) =>
    firstMisfit(
      needsFamily(column, ['integer', 'decimal', 'float', 'text'], "use 'generalise-date' for dates"),
      as === 'range' ? needsFamily(column, ['text'], "use 'as: start' for columns of numbers") : undefined,
      breaksUniqueness(column, "'pseudonymise-identifier'"),
    ),

  prepare({ size, as }) {
    const width = BigInt(size);
    return (input, output) => {
      eachValue(input, output, (_index, from, to) => {
        const text = decodeText(input.bytes, from, to);
        if (isSpecialNumber(text)) {
          output.appendText(text);
          return;
        }
        const numeral = withoutExponent(parseNumeral(text));
        if (!numeral) {
          output.appendText('0');
          return;
        }
        const unit = 10n ** BigInt(numeral.scale);
        const whole = floorOf(numeral, unit);
        const start = floorDivide(whole, width) * width;
        output.appendText(as === 'range' ? `${start}-${start + width - 1n}` : String(start));
      });
    };
  },

  sql: {
    sqlserver(value, { size, as }, { column: { type } }) {
      if (type.family !== 'integer' || as === 'range') return undefined;
      const wide = `cast(${value} as decimal(38, 0))`;
      const start = `(${wide} - ((${wide} % ${size}) + ${size}) % ${size})`;
      const least = smallestOfSqlServer[type.name.toLowerCase()] ?? '0';
      return `case when ${start} < ${least} then ${least} else ${start} end`;
    },
    postgres(value, { size, as }, { column: { type } }) {
      if (type.family === 'text' || as === 'range' || type.name === 'money') return undefined;
      const exact = type.family === 'float' ? `${value}::text::numeric` : `${value}::numeric`;
      // Not with floor(x / size): a quotient of numerics is rounded, a remainder is exact.
      const start = `floor(${exact} - mod(mod(${exact}, ${size}) + ${size}, ${size}))`;
      // GREATEST passes over NULL, which has to stay.
      if (type.family === 'integer')
        return `case when ${value} is not null then greatest(${start}, ${smallest[type.name] ?? '0'}) end`;
      return `case when ${value}::text in ('NaN', 'Infinity', '-Infinity') then ${value} else ${start} end`;
    },
  },
});

/** A bucket may begin before the first number of its type; an error there would tell such values apart. */
const smallest: Readonly<Record<string, string>> = {
  smallint: '-32768',
  integer: '-2147483648',
  bigint: '-9223372036854775808',
};

const smallestOfSqlServer: Readonly<Record<string, string>> = {
  tinyint: '0',
  smallint: '-32768',
  int: '-2147483648',
  bigint: '-9223372036854775808',
};

function floorOf({ isNegative, unscaled }: Numeral, unit: bigint): bigint {
  return floorDivide(isNegative ? -unscaled : unscaled, unit);
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** `1.5e3` as `1500`; undefined where that takes hundreds of digits. */
function withoutExponent(numeral: Numeral | undefined): Numeral | undefined {
  if (!numeral || numeral.exponent === '') return numeral;
  const shift = Number(numeral.exponent.slice(1)) - numeral.scale;
  if (Math.abs(shift) > 400) return undefined;
  if (shift >= 0)
    return { ...numeral, unscaled: numeral.unscaled * 10n ** BigInt(shift), scale: 0, exponent: '' };
  return { ...numeral, scale: -shift, exponent: '' };
}
