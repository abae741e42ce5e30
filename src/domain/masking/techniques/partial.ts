import { z } from 'zod';
import { afterCharacters, countCharacters } from '../bytes/ascii.js';
import { breaksUniqueness, firstMisfit, needsText } from '../misfits.js';
import { coverByLength } from '../postgres/cover-by-length.js';
import { defineTechnique } from '../technique.js';
import { NULL_VALUE } from '../value-batch.js';

/**
 * Keeps the first and last characters and covers the rest: `4111…1111` -> `4111********1111`. A value
 * that would show half of itself or more is covered whole. With `coverLength` not even the length is told.
 *
 * Neither unique nor consistent across tables: for display, not for copies that are joined.
 * Source: PCI DSS 4.0.1 req. 3.4.1 (at most the BIN and the last four digits).
 */
export const partial = defineTechnique({
  id: 'partial',
  summary: 'Cover the middle of a text',
  options: z.strictObject({
    keepStart: z.number().int().min(0).max(1000).default(0).describe('characters left at the start'),
    keepEnd: z.number().int().min(0).max(1000).default(4).describe('characters left at the end'),
    cover: z
      .string()
      .regex(/^[\x20-\x7e]$/)
      .default('*')
      .describe('one ASCII character to cover with'),
    coverLength: z
      .number()
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe('covering characters of every stand-in; as many as are covered when absent'),
  }),
  properties: { deterministic: true, keepsLength: true, neverOriginal: true },

  misfit: (column) =>
    firstMisfit(needsText(column), breaksUniqueness(column, "'keyed-hash' or 'pseudonymise-identifier'")),

  prepare({ keepStart, keepEnd, cover, coverLength }) {
    const byte = cover.charCodeAt(0);
    return ({ bytes, starts, ends, count }, output) => {
      for (let i = 0; i < count; i++) {
        const from = starts[i];
        if (from === NULL_VALUE) {
          output.appendNull();
          continue;
        }
        const to = ends[i];
        const characters = countCharacters(bytes, from, to);
        const shows = 2 * (keepStart + keepEnd) <= characters;
        const covered = shows ? characters - keepStart - keepEnd : characters;
        const headEnd = shows ? afterCharacters(bytes, from, to, keepStart) : from;
        const tailStart = shows ? afterCharacters(bytes, headEnd, to, covered) : to;
        const covers = characters === 0 ? 0 : (coverLength ?? covered);
        let at = output.reserve(to - from + covers);
        output.bytes.set(bytes.subarray(from, headEnd), at);
        at += headEnd - from;
        output.bytes.fill(byte, at, at + covers);
        at += covers;
        output.bytes.set(bytes.subarray(tailStart, to), at);
        output.finish(at + to - tailStart);
      }
    };
  },

  sql: {
    sqlserver(value, { keepStart, keepEnd, cover, coverLength }, { text }) {
      const kept = keepStart + keepEnd;
      // LEN leaves out blanks at the end.
      const length = `(len(${value} + N'.') - 1)`;
      const covering = (characters: string) =>
        coverLength === undefined
          ? `replicate(${text(cover)}, ${characters})`
          : text(cover.repeat(coverLength));
      const shown = `left(${value}, ${keepStart}) + ${covering(`${length} - ${kept}`)} + right(${value}, ${keepEnd})`;
      return `case when ${value} is null then null when ${length} = 0 then N'' when ${kept} > 0 and ${length} >= ${2 * kept} then ${shown} else ${covering(length)} end`;
    },
    postgres(value, { keepStart, keepEnd, cover, coverLength }, { text }) {
      const kept = keepStart + keepEnd;
      const shownFrom = Math.max(1, 2 * kept);
      const covering = (characters: string) =>
        coverLength === undefined ? `repeat(${text(cover)}, ${characters})` : text(cover.repeat(coverLength));
      // A cast to varchar cuts as `left` does, and copies less.
      const around = (covered: string) =>
        [
          ...(keepStart > 0 ? [`${value}::varchar(${keepStart})`] : []),
          covered,
          ...(keepEnd > 0 ? [`right(${value}, ${keepEnd})`] : []),
        ].join(' || ');
      const whole = `case when ${value} = '' then '' when ${value} is not null then ${covering(`length(${value})`)} end`;
      const shown = around(covering(`length(${value}) - ${kept}`));
      // A character has four bytes at most: so many bytes are characters enough, and cost nothing to count.
      const longEnough = `octet_length(${value}) >= ${4 * shownFrom} or length(${value}) >= ${shownFrom}`;
      return {
        sql:
          kept === 0 ? whole : `case when length(${value}) >= ${shownFrom} then ${shown} else ${whole} end`,
        sameOnlyIf: `strpos(${value}, ${text(cover)}) > 0`,
        usual:
          coverLength === undefined
            ? around(coverByLength(value, { cover, kept, from: shownFrom }, text))
            : `case when ${longEnough} then ${shown} end`,
      };
    },
  },
});
