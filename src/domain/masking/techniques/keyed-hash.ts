import { z } from 'zod';
import { hexAlphabet } from '../bytes/hex.js';
import { DIGEST_LENGTH } from '../pseudonym/pseudonym-function.js';
import { NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { exact } from '../normalisation/exact.js';
import { firstMisfit, needsFamily, tooShort } from '../misfits.js';
import { hexOf } from '../postgres/draws.js';
import { defineTechnique } from '../technique.js';
import { NULL_VALUE } from '../value-batch.js';

/**
 * The keyed digest itself, in hexadecimal: unreadable, and unique. 16 digits (64 bits) keep a million
 * values apart but for a chance of one in 37 million.
 *
 * The value counts byte for byte: spellings that differ in case get different digests.
 */
export const keyedHash = defineTechnique({
  id: 'keyed-hash',
  summary: 'Replace a text by its keyed digest in hexadecimal',
  options: z.strictObject({
    length: z.number().int().min(1).max(64).default(32).describe('hexadecimal digits'),
  }),
  properties: { deterministic: true, keepsUniqueness: true, neverOriginal: true },

  misfit: (column, { length }) =>
    firstMisfit(
      needsFamily(column, ['text', 'binary'], "use 'pseudonymise-identifier', 'number-noise' or 'null'"),
      column.type.family === 'text' ? tooShort(column, length) : undefined,
      column.unique && length < 16
        ? {
            problem: `column '${column.name}' is unique, and ${length} hexadecimal digits do not keep values apart`,
            hint: 'set length to 16 or more',
          }
        : undefined,
    ),

  prepare({ length }, { column, domain, pseudonyms }) {
    const digests = new NormalisedDigests(pseudonyms, domain, exact);
    const isBinary = column.type.family === 'binary';
    return (input, output) => {
      const all = digests.of(input);
      for (let i = 0; i < input.count; i++) {
        if (input.starts[i] === NULL_VALUE) {
          output.appendNull();
          continue;
        }
        const empty = input.starts[i] === input.ends[i];
        let at = output.reserve(length + 3);
        const { bytes } = output;
        // The text form of PostgreSQL's bytea; whole bytes only.
        if (isBinary) {
          bytes[at++] = 0x5c;
          bytes[at++] = 0x78;
        }
        const digits = empty ? 0 : isBinary ? length + (length & 1) : length;
        for (let digit = 0; digit < digits; digit++) {
          const byte = all[i * DIGEST_LENGTH + (digit >> 1)];
          bytes[at++] = hexAlphabet[digit & 1 ? byte & 15 : byte >> 4];
        }
        output.finish(at);
      }
    };
  },

  sql: {
    sqlserver(value, { length }, { column, digest }) {
      if (column.type.family !== 'text') return undefined;
      return `case when ${value} = N'' then N'' else left(lower(convert(varchar(64), ${digest(value)}, 2)), ${length}) end`;
    },
    postgres(value, { length }, { column, digest }) {
      if (column.type.family === 'binary') {
        const digits = length + (length & 1);
        return `substr(${digest(`'\\x' || encode(${value}, 'hex')`)}, 1, ${digits / 2})`;
      }
      const sql = `case when octet_length(${value}) = 0 then '' else ${hexOf(digest(value), 0, length)} end`;
      // A digest of so many digits is not its own value.
      return length >= 16 ? { sql, sameOnlyIf: 'never' } : sql;
    },
  },
});
