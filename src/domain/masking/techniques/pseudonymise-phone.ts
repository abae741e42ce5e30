import { z } from 'zod';
import {
  countCharacters,
  DIGIT_0,
  isControl,
  isDigit,
  isLetter,
  isLower,
  LOWER_A,
  SPACE,
  UPPER_A,
} from '../bytes/ascii.js';
import { callingCodeLength } from '../bytes/calling-codes.js';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsFamily } from '../misfits.js';
import { digitsOnly } from '../normalisation/digits-only.js';
import { NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { DIGEST_LENGTH } from '../pseudonym/pseudonym-function.js';
import { defineTechnique } from '../technique.js';
import type { ValueBatchWriter } from '../value-batch.js';
import { phoneForm, phoneLabels } from '../postgres/phone-form.js';

const PLUS = 0x2b;

/**
 * `+49 (30) 901820-12` -> `+49 (52) 407718-93`: calling code, trunk prefix, length and punctuation
 * stay; every other digit is drawn. How the number is punctuated does not change the draw.
 *
 * The first drawn digit is 2–9, as subscribers' numbers in most plans. The stand-in may be somebody's
 * number: do not dial from a copy. Different numbers of nine drawn digits meet with a chance of one
 * in a billion a pair, so for unique columns take `pseudonymise-identifier`.
 */
export const pseudonymisePhone = defineTechnique({
  id: 'pseudonymise-phone',
  summary: 'Replace a telephone number by another in the same format',
  options: z.strictObject({
    keepStart: z
      .number()
      .int()
      .min(0)
      .max(12)
      .default(0)
      .describe('national digits that stay, such as 3 for a North American area code'),
  }),
  properties: { deterministic: true, keepsFormat: true, keepsLength: true, neverOriginal: true },

  misfit: (column) =>
    firstMisfit(
      needsFamily(column, ['text', 'integer', 'decimal'], "use 'null'"),
      breaksUniqueness(column, "'pseudonymise-identifier'"),
    ),

  prepare({ keepStart }, { domain, pseudonyms }) {
    const digests = new NormalisedDigests(pseudonyms, domain, digitsOnly);

    return (input, output) => {
      const all = digests.of(input);
      const { bytes } = input;
      eachValue(input, output, (index, from, to) => {
        const digits = countDigits(bytes, from, to);
        if (digits === 0 && !hasLetter(bytes, from, to)) {
          appendDigits(output, all, index, Math.min(15, countCharacters(bytes, from, to)));
          return;
        }
        const kept = keptDigits(bytes, from, to, digits, keepStart);
        const digest = index * DIGEST_LENGTH;
        const at = output.reserve(to - from);
        const target = output.bytes;
        let seen = 0;
        let drawn = 0;
        let differs = false;
        for (let i = from; i < to; i++) {
          let byte = bytes[i];
          if (isDigit(byte)) {
            if (seen++ >= kept) {
              byte = drawnDigit(all[digest + (drawn % DIGEST_LENGTH)] + (drawn >> 5), drawn === 0);
              // The last chance to differ is the last digit.
              if (seen === digits && !differs && byte === bytes[i]) byte = byte === 0x39 ? 0x32 : byte + 1;
              differs ||= byte !== bytes[i];
              drawn++;
            }
          } else if (isLetter(byte)) {
            if (!isLabel(bytes, i, from, to)) {
              byte =
                (isLower(byte) ? LOWER_A : UPPER_A) + ((all[digest + ((i - from) % DIGEST_LENGTH)] + 1) % 26);
            }
          } else if (byte >= 0x80 || isControl(byte)) byte = SPACE;
          target[at + i - from] = byte;
        }
        output.finish(at + to - from);
      });
    };
  },

  // A number's first digit could take it beyond its type, and an error would tell: texts only.
  sql: { postgres: (value, options, context) => phoneForm(value, options, context) },
});

/** What stands for a value without a letter or digit of ASCII. */
function appendDigits(output: ValueBatchWriter, digests: Uint8Array, index: number, count: number): void {
  const at = output.reserve(count);
  for (let i = 0; i < count; i++)
    output.bytes[at + i] = drawnDigit(digests[index * DIGEST_LENGTH + i], i === 0);
  output.finish(at + count);
}

function hasLetter(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (isLetter(bytes[i])) return true;
  return false;
}

function countDigits(bytes: Uint8Array, from: number, to: number): number {
  let digits = 0;
  for (let i = from; i < to; i++) if (isDigit(bytes[i])) digits++;
  return digits;
}

/** Leading digits that stay: `+CC` or `00CC`, or the trunk prefix `0`; never so many that nothing is masked. */
function keptDigits(bytes: Uint8Array, from: number, to: number, digits: number, keepStart: number): number {
  const first = nthDigit(bytes, from, to, 0);
  const isPlus = bytes[from] === PLUS || (bytes[from] === 0x28 && bytes[from + 1] === PLUS);
  let kept = 0;
  if (isPlus) kept = callingCodeLength(first, nthDigit(bytes, from, to, 1));
  else if (first === DIGIT_0 && nthDigit(bytes, from, to, 1) === DIGIT_0) {
    kept = 2 + callingCodeLength(nthDigit(bytes, from, to, 2), nthDigit(bytes, from, to, 3));
  } else if (first === DIGIT_0) kept = 1;
  // '+49 (0)30': the trunk prefix inside an international number.
  if (isPlus && nthDigit(bytes, from, to, kept) === DIGIT_0) kept++;
  kept += keepStart;
  return digits - kept >= 4 ? kept : 0;
}

function nthDigit(bytes: Uint8Array, from: number, to: number, n: number): number {
  let left = n;
  for (let i = from; i < to; i++) if (isDigit(bytes[i]) && left-- === 0) return bytes[i];
  return DIGIT_0;
}

/** By the byte drawn, and more for each time round the digest. */
const firstDigits = Uint8Array.from({ length: 512 }, (_, drawn) => DIGIT_0 + 2 + (drawn % 8));
const otherDigits = Uint8Array.from({ length: 512 }, (_, drawn) => DIGIT_0 + (drawn % 10));

function drawnDigit(drawn: number, isFirst: boolean): number {
  if (drawn < otherDigits.length) return isFirst ? firstDigits[drawn] : otherDigits[drawn];
  return DIGIT_0 + (drawn % 10);
}

const labels: ReadonlySet<string> = new Set(phoneLabels);

/** True inside words that say what the digits are: `ext. 12`. */
function isLabel(bytes: Uint8Array, at: number, from: number, to: number): boolean {
  let start = at;
  let end = at + 1;
  while (start > from && isLetter(bytes[start - 1])) start--;
  while (end < to && isLetter(bytes[end])) end++;
  if (end - start > 4) return false;
  return labels.has(String.fromCharCode(...bytes.subarray(start, end)).toLowerCase());
}
