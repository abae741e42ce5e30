import { z } from 'zod';
import { isBlank, SPACE } from '../bytes/ascii.js';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsText } from '../misfits.js';
import { foldedWords } from '../normalisation/folded-words.js';
import { decodeText } from '../normalisation/normaliser.js';
import { draw, NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { standIns } from '../stand-in-lists.js';
import { caseStyleOf, writeStyled } from '../stand-in-words.js';
import { defineTechnique } from '../technique.js';
import { drawOf } from '../postgres/draws.js';
import * as normalised from '../postgres/normalised.js';
import { bound, onceARow, unlessEmpty } from '../postgres/once-a-row.js';
import { sqlWords, styled, wordAt } from '../postgres/words.js';

/** Legal forms, without points: they tell the kind of organisation, not which. */
const legalForms = new Set([
  ...[
    'inc',
    'llc',
    'llp',
    'lp',
    'ltd',
    'limited',
    'plc',
    'corp',
    'co',
    'company',
    'corporation',
    'gmbh',
    'ag',
  ],
  ...[
    'kg',
    'ohg',
    'ug',
    'ev',
    'se',
    'sa',
    'sas',
    'sarl',
    'sl',
    'slu',
    'srl',
    'spa',
    'bv',
    'nv',
    'ab',
    'as',
    'aps',
  ],
  ...['oy', 'oyj', 'doo', 'sro', 'kft', 'zrt', 'lda', 'ltda', 'pty', 'pvt', 'foundation', 'trust', 'group'],
]);
const LONGEST = 16;

/** `Acme Trading GmbH` -> `Holm Systems GmbH`: two words of the lists; the legal form stays. */
export const pseudonymiseOrganisation = defineTechnique({
  id: 'pseudonymise-organisation',
  summary: 'Replace the name of an organisation by another',
  options: z.strictObject({}),
  properties: { deterministic: true, keepsFormat: true, neverOriginal: true },

  misfit: (column) => firstMisfit(needsText(column), breaksUniqueness(column, "'keyed-hash'")),

  prepare(_options, { domain, pseudonyms, words }) {
    const digests = new NormalisedDigests(pseudonyms, domain, foldedWords);
    const names = standIns(words, 'organisation_names');
    const nouns = standIns(words, 'organisation_words');

    return (input, output) => {
      const all = digests.of(input);
      const { bytes } = input;
      eachValue(input, output, (index, from, to) => {
        const form = legalFormStart(bytes, from, to);
        const style = caseStyleOf(bytes, from, form);
        const start = output.reserve(2 * LONGEST + 2 + to - form);
        let at = writeStyled(output, start, names.at(draw(all, index, 0)), style);
        output.bytes[at++] = SPACE;
        const noun = at;
        at = writeStyled(output, at, nouns.at(draw(all, index, 1)), style);
        if (style === 'as-listed') output.bytes[noun] &= 0xdf;
        if (form < to) output.bytes[at++] = SPACE;
        for (let i = form; i < to; i++) output.bytes[at++] = bytes[i];
        output.finish(at);
      });
    };
  },

  sql: {
    postgres(value, _options, { words, digest }) {
      if (!words) return undefined;
      const [v, d, form] = [bound('v'), bound('d'), bound('f')];
      const name = wordAt(sqlWords(words, 'organisation_names'), drawOf(d, 0));
      const noun = wordAt(sqlWords(words, 'organisation_words'), drawOf(d, 1));
      const sample = `left(${v}, length(${v}) - coalesce(length(${form}), 0))`;
      const asListed = `upper(left(${noun}, 1)) || substr(${noun}, 2)`;
      // Styled nouns are upper or lower throughout; only as listed does the first letter become a capital.
      const written = `${styled(name, sample)} || ' ' || ${styled(`(${asListed})`, sample)} || coalesce(' ' || ${form}, '')`;
      return unlessEmpty(
        value,
        onceARow(
          {
            v: value,
            d: digest(normalised.foldedWords(value)),
            f: legalFormOf(value),
          },
          written,
        ),
      );
    },
  },
});

/** Where a known legal form begins that ends the name, or `to`; never the whole name. */
function legalFormStart(bytes: Uint8Array, from: number, to: number): number {
  let start = to;
  while (start > from && !isBlank(bytes[start - 1]) && to - start < 12) start--;
  if (start === from || !isBlank(bytes[start - 1])) return to;
  const word = decodeText(bytes, start, to).toLowerCase().replace(/[.,]/g, '');
  return legalForms.has(word) ? start : to;
}

/** See `legalFormStart`, as an expression: the legal form that ends the name, or NULL. */
function legalFormOf(value: string): string {
  const last = `substring(${value} collate "C" from '[ \\t\\n\\v\\f\\r]([^ \\t\\n\\v\\f\\r]{1,12})$')`;
  const plain = `translate(lower(${last}), '.,', '')`;
  const known = [...legalForms].map((form) => `'${form}'`).join(', ');
  return `case when ${plain} in (${known}) then ${last} end`;
}
