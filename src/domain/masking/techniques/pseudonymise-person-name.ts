import { z } from 'zod';
import { isUpper, LOWER_A, lowerCase, UPPER_A } from '../bytes/ascii.js';
import { breaksUniqueness, firstMisfit, needsText } from '../misfits.js';
import { caseFolded } from '../normalisation/case-folded.js';
import { familyNameDomain, givenNameDomain } from '../person-names/name-domains.js';
import { FAMILY, INITIAL, KEPT } from '../person-names/name-parts.js';
import { NameReader, type IsFamilyName } from '../person-names/read-names.js';
import { draw } from '../pseudonym/normalised-digests.js';
import { onlyFamilyNames } from '../person-names/only-family-names.js';
import { personNameForm } from '../postgres/person-name-form.js';
import { standIns } from '../stand-in-lists.js';
import { caseStyleOf, writeStyled } from '../stand-in-words.js';
import { defineTechnique } from '../technique.js';
import { NULL_VALUE, ValueBatchWriter, type ValueBatch } from '../value-batch.js';
import type { WordLists } from '../word-lists.js';

const LONGEST_WORD = 24;

/**
 * `LOPEZ, Ana M.` -> `HOLM, Mira K.`; `Dr. Jan van Dijk` -> `Dr. Otto van Silva`.
 *
 * A name is masked word by word: titles, particles, commas and hyphens stay, each given name and each
 * family name gets its own stand-in. So `Ana` in a column of given names and `Ana Lopez` in a column
 * of full names agree. The lists do not tell men's from women's names. Writing (UPPER, lower, Title)
 * is kept; stand-ins are ASCII. A word that would be its own stand-in takes the next in the list.
 */
export const pseudonymisePersonName = defineTechnique({
  id: 'pseudonymise-person-name',
  summary: "Replace a person's name by another, word by word",
  options: z.strictObject({
    part: z
      .enum(['full', 'given', 'family'])
      .default('full')
      .describe('which names the column holds; full names are read by order and comma'),
  }),
  properties: { deterministic: true, keepsFormat: true, neverOriginal: true },

  misfit: (column) =>
    firstMisfit(needsText(column), breaksUniqueness(column, "'pseudonymise-user-name' or 'keyed-hash'")),

  prepare({ part }, { domain, pseudonyms, words }) {
    const given = standIns(words, 'given_names');
    const family = standIns(words, 'family_names');
    const reader = new NameReader(part, familyNameTest(words));
    const givenDomain = givenNameDomain(domain);
    const familyDomain = familyNameDomain(domain);
    const givenWords = new ValueBatchWriter();
    const familyWords = new ValueBatchWriter();
    let draws = new Float64Array(2048);

    /** Draws for every word of the reader, each from the domain of its part. */
    function drawWords(): void {
      if (draws.length < reader.words) draws = new Float64Array(reader.words * 2);
      givenWords.clear();
      familyWords.clear();
      for (let word = 0; word < reader.words; word++) {
        if (reader.parts[word] === KEPT) continue;
        const into = reader.parts[word] === FAMILY ? familyWords : givenWords;
        caseFolded.append(reader.names.bytes, reader.wordStarts[word], reader.wordEnds[word], into);
      }
      drawPart(familyDomain, familyWords, true);
      drawPart(givenDomain, givenWords, false);
    }

    function drawPart(ofDomain: string, batch: ValueBatch, isFamily: boolean): void {
      if (batch.count === 0) return;
      const digests = pseudonyms.digests(ofDomain, batch);
      let next = 0;
      for (let word = 0; word < reader.words; word++) {
        const itsPart = reader.parts[word];
        if (itsPart !== KEPT && (itsPart === FAMILY) === isFamily) draws[word] = draw(digests, next++, 0);
      }
    }

    function writeWord(output: ValueBatchWriter, at: number, word: number): number {
      const { bytes } = reader.names;
      const start = reader.wordStarts[word];
      const end = reader.wordEnds[word];
      if (reader.parts[word] === INITIAL) {
        output.bytes[at] = otherLetter(bytes[start], draws[word]);
        return at + 1;
      }
      const list = reader.parts[word] === FAMILY ? family : given;
      return writeStyled(
        output,
        at,
        list.pick(draws[word], bytes, start, end),
        caseStyleOf(bytes, start, end),
      );
    }

    function writeName(output: ValueBatchWriter, index: number): void {
      const { names, firstWords, wordStarts, wordEnds, parts } = reader;
      const last = firstWords[index + 1];
      const length = names.ends[index] - names.starts[index];
      let at = output.reserve(length + (last - firstWords[index]) * LONGEST_WORD);
      let copied = names.starts[index];
      for (let word = firstWords[index]; word < last; word++) {
        if (parts[word] === KEPT) continue;
        while (copied < wordStarts[word]) output.bytes[at++] = names.bytes[copied++];
        at = writeWord(output, at, word);
        copied = wordEnds[word];
      }
      while (copied < names.ends[index]) output.bytes[at++] = names.bytes[copied++];
      output.finish(at);
    }

    return (input, output) => {
      reader.read(input);
      drawWords();
      for (let i = 0; i < input.count; i++) {
        if (input.starts[i] === NULL_VALUE) output.appendNull();
        else if (input.starts[i] === input.ends[i]) output.append(input.bytes, 0, 0);
        // Without a single word it was no name: something fixed stands for it.
        else if (reader.firstWords[i] === reader.firstWords[i + 1]) output.append(given.at(0));
        else writeName(output, i);
      }
    };
  },

  sql: { postgres: (value, { part }, context) => personNameForm(value, part, context) },
});

/** A letter of the same case that is not the given one. */
function otherLetter(letter: number, drawn: number): number {
  const base = isUpper(letter) ? UPPER_A : LOWER_A;
  return base + ((lowerCase[letter] - LOWER_A + 1 + (drawn % 25)) % 26);
}

/** Tells family names that are not given names too, by the word lists. */
function familyNameTest(words: WordLists): IsFamilyName {
  return (word) => onlyFamilyNames(words).has(word);
}
