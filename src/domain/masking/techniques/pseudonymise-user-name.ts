import { z } from 'zod';
import { AT_SIGN } from '../bytes/ascii.js';
import { hexAlphabet } from '../bytes/hex.js';
import { eachValue } from '../each-value.js';
import { firstMisfit, needsText, tooShort } from '../misfits.js';
import { caseFolded } from '../normalisation/case-folded.js';
import { draw, NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { DIGEST_LENGTH } from '../pseudonym/pseudonym-function.js';
import { standIns } from '../stand-in-lists.js';
import { writeStyled } from '../stand-in-words.js';
import { defineTechnique } from '../technique.js';
import { NULL_VALUE, ValueBatchWriter } from '../value-batch.js';
import { drawOf, hexOf } from '../postgres/draws.js';
import { bytesOf } from '../postgres/each-byte.js';
import { emailForm } from '../postgres/email-form.js';
import { caseFolded as caseFoldedSql } from '../postgres/normalised.js';
import { bound, onceARow, unlessEmpty } from '../postgres/once-a-row.js';
import { sqlWords, wordAt } from '../postgres/words.js';

const LONGEST_NAME = 8;
/** 48 bits beside a name. */
const TAIL_DIGITS = 12;
/** 60 bits after a letter, where the column is too short for a name. */
const COMPACT_DIGITS = 15;

/**
 * `ana_lopez` -> `mira4f09c31ab2d7`. Case and outer blanks do not matter. Name and digits hold some 60
 * bits, so that a unique column stays unique. A user name that is an e-mail address gets the stand-in
 * that columns of e-mail addresses give it.
 */
export const pseudonymiseUserName = defineTechnique({
  id: 'pseudonymise-user-name',
  summary: 'Replace a user name by another',
  options: z.strictObject({
    emailDomain: z
      .string()
      .regex(/^[\x21-\x7e]{1,64}$/)
      .default('email-address')
      .describe('pseudonym domain of user names that are e-mail addresses'),
  }),
  properties: { deterministic: true, keepsFormat: true, keepsUniqueness: true, neverOriginal: true },

  misfit: (column) =>
    firstMisfit(needsText(column), tooShort(column, column.unique ? COMPACT_DIGITS + 1 : 4)),

  prepare({ emailDomain }, { column, domain, pseudonyms, words, inner }) {
    const digests = new NormalisedDigests(pseudonyms, domain, caseFolded);
    const names = standIns(words, 'short_given_names');
    const maskEmail = inner('pseudonymise-email', {}, emailDomain, column.type);
    const maxLength = column.type.maxLength ?? Infinity;
    const addresses = new ValueBatchWriter();
    const masked = new ValueBatchWriter();

    return (input, output, companions) => {
      addresses.clear();
      masked.clear();
      for (let i = 0; i < input.count; i++) {
        if (input.starts[i] !== NULL_VALUE && isAddress(input.bytes, input.starts[i], input.ends[i])) {
          addresses.append(input.bytes, input.starts[i], input.ends[i]);
        }
      }
      if (addresses.count > 0) maskEmail(addresses, masked, companions);
      let address = 0;
      const all = digests.of(input);
      eachValue(input, output, (index, from, to) => {
        if (isAddress(input.bytes, from, to)) {
          const at = address++;
          output.append(masked.bytes, masked.starts[at], masked.ends[at]);
          return;
        }
        const name = names.at(draw(all, index, 0));
        const fits = name.length + TAIL_DIGITS <= maxLength;
        const word = fits ? name : name.subarray(0, 1);
        const digits = fits ? TAIL_DIGITS : Math.max(1, Math.min(COMPACT_DIGITS, maxLength - 1));
        let at = writeStyled(output, output.reserve(LONGEST_NAME + COMPACT_DIGITS), word, 'lower');
        for (let digit = 0; digit < digits; digit++) {
          const byte = all[index * DIGEST_LENGTH + 4 + (digit >> 1)];
          output.bytes[at++] = hexAlphabet[digit & 1 ? byte & 15 : byte >> 4];
        }
        output.finish(at);
      });
    };
  },

  sql: {
    postgres(value, { emailDomain }, context) {
      const { words, digest, column } = context;
      if (!words) return undefined;
      const maxLength = column.type.maxLength ?? Infinity;
      const d = bound('d');
      const name = `lower(${wordAt(sqlWords(words, 'short_given_names'), drawOf(d, 0))})`;
      const long = `${name} || ${hexOf(d, 4, TAIL_DIGITS)}`;
      const short = `left(${name}, 1) || ${hexOf(d, 4, Math.max(1, Math.min(COMPACT_DIGITS, maxLength - 1)))}`;
      const fits = `length(${name}) + ${TAIL_DIGITS} <= ${maxLength}`;
      const alwaysFits = LONGEST_NAME + TAIL_DIGITS <= maxLength;
      const written = alwaysFits ? long : `case when ${fits} then ${long} else ${short} end`;
      const own = onceARow({ d: digest(caseFoldedSql(value)) }, written);
      const address = emailForm(
        value,
        { keepDomain: false },
        { ...context, digest: (text) => digest(text, emailDomain) },
      )!;
      return `case when ${bytesOf(value)} ~ '^.+@.{3}' then ${address} else ${unlessEmpty(value, own)} end`;
    },
  },
});

function isAddress(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from + 1; i < to - 3; i++) if (bytes[i] === AT_SIGN) return true;
  return false;
}
