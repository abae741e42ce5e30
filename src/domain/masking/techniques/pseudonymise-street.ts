import { z } from 'zod';
import { COMMA, DIGIT_0, isBlank, isDigit, isLetter, SPACE } from '../bytes/ascii.js';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsText } from '../misfits.js';
import { foldedWords } from '../normalisation/folded-words.js';
import { draw, NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { DIGEST_LENGTH } from '../pseudonym/pseudonym-function.js';
import { streetForm } from '../postgres/street-form.js';
import { standIns } from '../stand-in-lists.js';
import { caseStyleOf, writeStyled, type CaseStyle } from '../stand-in-words.js';
import { defineTechnique } from '../technique.js';
import type { ValueBatchWriter } from '../value-batch.js';

const LINE_FEED = 0x0a;
const LONGEST = 24;
/** Draws of a digest that choose words; its last sixteen bytes choose digits. */
const WORD_DRAWS = 4;
/** An address of more parts than this is no address. */
const MOST_PARTS = 8;

/**
 * `12 Main St, Springfield, IL 62704` -> `71 Mill Close, Linz, Udine 40918`; `Hauptstr. 5` -> `Ash Grove 8`.
 *
 * The part before the first comma or line is a street, the others are towns; a number stays where it
 * stood, before or after the words, with as many digits. Everything else is left out.
 */
export const pseudonymiseStreet = defineTechnique({
  id: 'pseudonymise-street',
  summary: 'Replace a street and house number, or an address of several parts, by another',
  options: z.strictObject({}),
  properties: { deterministic: true, keepsFormat: true, neverOriginal: true },

  misfit: (column) => firstMisfit(needsText(column), breaksUniqueness(column, "'keyed-hash'")),

  prepare(_options, { domain, pseudonyms, words }) {
    const digests = new NormalisedDigests(pseudonyms, domain, foldedWords);
    const streets = standIns(words, 'street_names');
    const cities = standIns(words, 'address_cities');

    function writePart(
      output: ValueBatchWriter,
      at: number,
      part: AddressPart,
      digests: Uint8Array,
      index: number,
      which: number,
      style: CaseStyle,
    ): number {
      if (part.before > 0) at = writeDigits(output, at, digests, index, which * 2, part.before);
      if (part.wordsTo > part.wordsFrom) {
        if (part.before > 0) output.bytes[at++] = SPACE;
        const list = which === 0 ? streets : cities;
        const drawn = draw(digests, index, which % WORD_DRAWS) + Math.floor(which / WORD_DRAWS);
        const word = list.pick(drawn, part.bytes, part.wordsFrom, part.wordsTo);
        at = writeStyled(output, at, word, style);
      }
      if (part.after === 0) return at;
      if (part.before > 0 || part.wordsTo > part.wordsFrom) output.bytes[at++] = SPACE;
      return writeDigits(output, at, digests, index, which * 2 + 1, part.after);
    }

    return (input, output) => {
      const all = digests.of(input);
      const { bytes } = input;
      eachValue(input, output, (index, from, to) => {
        const start = output.reserve(MOST_PARTS * (LONGEST + 2 * MOST_DIGITS + 4));
        let at = start;
        const style = caseStyleOf(bytes, from, to);
        let begin = from;
        let written = 0;
        for (let i = from; i <= to && written < MOST_PARTS; i++) {
          const isEnd = i === to;
          if (!isEnd && bytes[i] !== COMMA && bytes[i] !== LINE_FEED) continue;
          const part = readPart(bytes, begin, i);
          if (part && written > 0) {
            output.bytes[at++] = bytes[begin - 1] === LINE_FEED ? LINE_FEED : COMMA;
            if (bytes[begin - 1] !== LINE_FEED) output.bytes[at++] = SPACE;
          }
          if (part) at = writePart(output, at, part, all, index, written++, style);
          begin = i + 1;
        }
        if (written > 0) output.finish(at);
        else output.append(streets.at(draw(all, index, 0)));
      });
    };
  },

  sql: { postgres: (value, _options, context) => streetForm(value, context) },
});

const MOST_DIGITS = 8;

/** A number before, words between, a number after; counts of digits are 0 where there is none. */
interface AddressPart {
  readonly bytes: Uint8Array;
  readonly before: number;
  readonly after: number;
  readonly wordsFrom: number;
  readonly wordsTo: number;
}

/** Undefined for a part without a letter or digit. */
function readPart(bytes: Uint8Array, from: number, to: number): AddressPart | undefined {
  while (from < to && isBlank(bytes[from])) from++;
  while (to > from && isBlank(bytes[to - 1])) to--;
  let first = from;
  while (first < to && isDigit(bytes[first])) first++;
  const before = Math.min(first - from, MOST_DIGITS);
  // '12b' is a number to people.
  if (before > 0 && first + 1 < to && isLetter(bytes[first]) && isBlank(bytes[first + 1])) first++;
  let last = to;
  if (last > first + 1 && isLetter(bytes[last - 1]) && isDigit(bytes[last - 2])) last--;
  const digitsEnd = last;
  while (last > first && isDigit(bytes[last - 1])) last--;
  const after = Math.min(digitsEnd - last, MOST_DIGITS);
  const wordsTo = after > 0 ? last : to;
  const hasWords = hasWord(bytes, first, wordsTo);
  if (before === 0 && after === 0 && !hasWords) return undefined;
  return { bytes, before, after, wordsFrom: first, wordsTo: hasWords ? wordsTo : first };
}

function hasWord(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (isLetter(bytes[i]) || bytes[i] >= 0x80) return true;
  return false;
}

/** Digits from the second half of the digest; the first is not 0. */
function writeDigits(
  output: ValueBatchWriter,
  at: number,
  digests: Uint8Array,
  index: number,
  seed: number,
  count: number,
): number {
  for (let i = 0; i < count; i++) {
    const drawn = digests[index * DIGEST_LENGTH + 16 + ((seed * 5 + i) & 15)] + seed;
    output.bytes[at++] = i === 0 ? DIGIT_0 + 1 + (drawn % 9) : DIGIT_0 + (drawn % 10);
  }
  return at;
}
