import { z } from 'zod';
import type { ColumnType } from '../../catalog/column-type.js';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsFamily } from '../misfits.js';
import { exact } from '../normalisation/exact.js';
import { decodeText } from '../normalisation/normaliser.js';
import {
  isSpecialNumber,
  parseNumeral,
  printNumeral,
  readPlain,
  writePlain,
  type PlainNumeral,
} from '../numerals.js';
import { draw, NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { defineTechnique } from '../technique.js';
import type { ValueBatchWriter } from '../value-batch.js';
import { largestByType, numberNoiseForm } from '../postgres/number-noise-form.js';

const DRAWS = 2 ** 32;

/**
 * Moves a number by up to a share of itself: `1250.00` -> `1193.40` with `share: 0.1`. Sign, zero and
 * decimal places stay; the last place moves by one at least, so only zero (and NaN, Infinity) keep
 * their value. A result that would have more digits than the number moves the other way, so that it
 * fits wherever the number did. Equal numbers get equal stand-ins.
 */
export const numberNoise = defineTechnique({
  id: 'number-noise',
  summary: 'Move a number by a share of itself',
  options: z.strictObject({
    share: z.number().gt(0).lt(1).default(0.1).describe('largest change, as a share of the number (0–1)'),
  }),
  properties: { deterministic: true, keepsFormat: true },

  misfit: (column) =>
    firstMisfit(
      needsFamily(column, ['integer', 'decimal', 'float', 'text'], "use 'date-shift' for dates, or 'null'"),
      breaksUniqueness(column, "'pseudonymise-identifier'"),
    ),

  prepare({ share }, { column, domain, pseudonyms }) {
    const digests = new NormalisedDigests(pseudonyms, domain, exact);
    const plain: PlainNumeral = { unscaled: 0, digits: 0, scale: 0, isNegative: false };

    return (input, output) => {
      const all = digests.of(input);
      const { bytes } = input;
      eachValue(input, output, (index, from, to) => {
        const drawn = draw(all, index, 0);
        if (!readPlain(bytes, from, to, plain)) {
          appendLong(output, decodeText(bytes, from, to), share, drawn);
          return;
        }
        const { unscaled, scale, isNegative } = plain;
        const change = Math.max(1, Math.floor((unscaled * share * (drawn >>> 1)) / (DRAWS / 2)));
        const at = output.reserve(20);
        output.finish(
          writePlain(
            output.bytes,
            at,
            moved(unscaled, change, drawn & 1, largest(unscaled, column.type)),
            scale,
            isNegative,
          ),
        );
      });
    };
  },

  sql: { postgres: (value, options, context) => numberNoiseForm(value, options, context) },
});

/** Up where the draw says so and `most` allows, else down; what would be zero goes up. */
function moved(unscaled: number, change: number, up: number, most: number): number {
  if (unscaled === 0) return 0;
  if (unscaled - change <= 0) return unscaled + change;
  return up === 1 && unscaled + change <= most ? unscaled + change : unscaled - change;
}

/** The largest number of as many digits, or what the type holds where that is less. */
function largest(unscaled: number, type: ColumnType): number {
  const digits = unscaled === 0 ? 1 : Math.floor(Math.log10(unscaled) + 1e-12) + 1;
  return Math.min(
    10 ** digits - 1,
    type.family === 'integer' ? (largestByType[type.name] ?? Infinity) : Infinity,
  );
}

/** Numbers of over fifteen digits, with exponents, or none at all. */
function appendLong(output: ValueBatchWriter, text: string, share: number, drawn: number): void {
  if (isSpecialNumber(text)) {
    output.appendText(text);
    return;
  }
  const numeral = parseNumeral(text);
  if (!numeral) {
    output.appendText('0');
    return;
  }
  const parts = BigInt(Math.floor(share * drawn));
  const change = (numeral.unscaled * parts) / BigInt(DRAWS) || 1n;
  const less = numeral.unscaled > change ? numeral.unscaled - change : numeral.unscaled;
  output.appendText(
    printNumeral({ ...numeral, unscaled: less === numeral.unscaled && less > 0n ? less + 1n : less }),
  );
}
