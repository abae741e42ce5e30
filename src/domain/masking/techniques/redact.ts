import { z } from 'zod';
import { countCharacters } from '../bytes/ascii.js';
import { breaksUniqueness, firstMisfit, needsText } from '../misfits.js';
import { coverByLength } from '../postgres/cover-by-length.js';
import { defineTechnique } from '../technique.js';
import { NULL_VALUE } from '../value-batch.js';

/**
 * Covers the whole text: `Ana` -> `***`. With `length`, every value has the same length, so that not
 * even that is told.
 */
export const redact = defineTechnique({
  id: 'redact',
  summary: 'Cover the whole text',
  options: z.strictObject({
    cover: z
      .string()
      .length(1)
      .regex(/^[\x20-\x7e]$/)
      .default('*')
      .describe('one ASCII character to cover with'),
    length: z
      .number()
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe('characters of every stand-in; as many as the value has when absent'),
  }),
  properties: { deterministic: true, keepsLength: true, neverOriginal: true },

  misfit: (column) =>
    firstMisfit(needsText(column), breaksUniqueness(column, "'keyed-hash' or 'pseudonymise-identifier'")),

  prepare({ cover, length }) {
    const byte = cover.charCodeAt(0);
    return ({ bytes, starts, ends, count }, output) => {
      for (let i = 0; i < count; i++) {
        if (starts[i] === NULL_VALUE) {
          output.appendNull();
          continue;
        }
        const characters = countCharacters(bytes, starts[i], ends[i]);
        const covered = characters === 0 ? 0 : (length ?? characters);
        const at = output.reserve(covered);
        output.bytes.fill(byte, at, at + covered);
        output.finish(at + covered);
      }
    };
  },

  sql: {
    sqlserver: (value, { cover, length }, { text }) =>
      length === undefined
        ? `replicate(${text(cover)}, len(${value} + N'.') - 1)`
        : `case when ${value} = N'' then N'' when ${value} is not null then ${text(cover.repeat(length))} end`,
    postgres: (value, { cover, length }, { text }) => ({
      ...(length === undefined
        ? {
            sql: `repeat(${text(cover)}, length(${value}))`,
            usual: coverByLength(value, { cover, kept: 0, from: 1 }, text),
          }
        : {
            sql: `case when ${value} = '' then '' when ${value} is not null then ${text(cover.repeat(length))} end`,
          }),
      sameOnlyIf: `strpos(${value}, ${text(cover)}) > 0`,
    }),
  },
});
