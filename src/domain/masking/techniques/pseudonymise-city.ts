import { z } from 'zod';
import { eachValue } from '../each-value.js';
import { breaksUniqueness, firstMisfit, needsText } from '../misfits.js';
import { foldedWords } from '../normalisation/folded-words.js';
import { draw, NormalisedDigests } from '../pseudonym/normalised-digests.js';
import { standIns } from '../stand-in-lists.js';
import { caseStyleOf, writeStyled } from '../stand-in-words.js';
import { defineTechnique } from '../technique.js';
import { drawOf } from '../postgres/draws.js';
import * as normalised from '../postgres/normalised.js';
import { bound, onceARow, unlessEmpty } from '../postgres/once-a-row.js';
import { pickWord, sqlWords, styled } from '../postgres/words.js';

/** `Paris` -> `Linz`: a town of the list, the same for every spelling of one town; case style kept. */
export const pseudonymiseCity = defineTechnique({
  id: 'pseudonymise-city',
  summary: 'Replace a town by another',
  options: z.strictObject({}),
  properties: { deterministic: true, keepsFormat: true, neverOriginal: true },

  misfit: (column) => firstMisfit(needsText(column), breaksUniqueness(column, "'keyed-hash'")),

  prepare(_options, { domain, pseudonyms, words }) {
    const digests = new NormalisedDigests(pseudonyms, domain, foldedWords);
    const cities = standIns(words, 'cities');
    return (input, output) => {
      const all = digests.of(input);
      eachValue(input, output, (index, from, to) => {
        const city = cities.pick(draw(all, index, 0), input.bytes, from, to);
        const at = output.reserve(city.length);
        output.finish(writeStyled(output, at, city, caseStyleOf(input.bytes, from, to)));
      });
    };
  },

  sql: {
    postgres(value, _options, { words, digest }) {
      if (!words) return undefined;
      const city = pickWord(sqlWords(words, 'cities'), drawOf(bound('d'), 0), bound('v'));
      const named = { v: value, d: digest(normalised.foldedWords(value)) };
      return unlessEmpty(value, onceARow(named, styled(city, bound('v'))));
    },
  },
});
