import { z } from 'zod';
import { eachValue } from '../each-value.js';
import { findingKinds, findSensitive, type FindingKind } from '../free-text/find-sensitive.js';
import { knownNames, nameParts, partOfColumn, PeopleOfRows, wordPattern } from '../free-text/person-words.js';
import { InnerValues } from '../inner-values.js';
import { firstMisfit, needsText } from '../misfits.js';
import { defineTechnique, type MaskingContext } from '../technique.js';
import { NULL_VALUE, textOf } from '../value-batch.js';

/** How each kind is masked, and in which pseudonym domain its columns are by default. */
const masks: Readonly<Record<FindingKind, { technique: string; options: object; domain: string }>> = {
  url: { technique: 'pseudonymise-url', options: {}, domain: 'url-with-pii' },
  email: { technique: 'pseudonymise-email', options: {}, domain: 'email-address' },
  iban: { technique: 'pseudonymise-identifier', options: { scheme: 'iban' }, domain: 'iban' },
  'payment-card': {
    technique: 'pseudonymise-identifier',
    options: { scheme: 'payment-card' },
    domain: 'payment-card-number',
  },
  'us-ssn': { technique: 'pseudonymise-identifier', options: { scheme: 'us-ssn' }, domain: 'us-ssn' },
  'ip-address': { technique: 'pseudonymise-ip', options: {}, domain: 'ip-address' },
  phone: { technique: 'pseudonymise-phone', options: {}, domain: 'phone-number' },
};

const columnName = z.string().min(1);

/**
 * Replaces what it finds in a text, and leaves the rest: `Ana (ana@x.org) called from +49 30 901820`
 * -> `Mira (danka.holm.4f…@example.com) called from +49 52 407718`.
 *
 * Found are web and e-mail addresses, IBANs and payment cards with right check digits, US Social
 * Security numbers, IP addresses, telephone numbers, names that stand in columns of the same row
 * (`people`), and capitalised words of the lists of names. Each gets the stand-in that a column of its
 * kind gives it. What is not found stays: a text that must not leak at all takes `redact` or `null`.
 */
export const freeText = defineTechnique({
  id: 'free-text',
  summary: 'Replace names, addresses and numbers inside a text',
  options: z.strictObject({
    people: z
      .array(z.union([columnName, z.strictObject({ column: columnName, part: z.enum(nameParts) })]))
      .max(16)
      .default([])
      .describe('columns of the same row that hold names; full, given or family is told by their own name'),
    listedNames: z.boolean().default(true).describe('replace capitalised words that are known names'),
    domains: z
      .partialRecord(z.enum(findingKinds), z.string().max(64))
      .default({})
      .describe('pseudonym domains of kinds, where their columns have others than by default'),
  }),
  properties: { deterministic: true },

  misfit: (column) => firstMisfit(needsText(column)),

  reads: ({ people }) => people.map((entry) => (typeof entry === 'string' ? entry : entry.column)),

  prepare({ people, listedNames, domains }, context) {
    const columns = people.map((entry) =>
      typeof entry === 'string' ? { column: entry, part: partOfColumn(entry) } : entry,
    );
    const peopleOfRows = new PeopleOfRows(columns, context);
    const values = innerValues(context, domains);
    const names = knownNames(context.words);

    return (input, output, companions) => {
      for (const inner of values.values()) inner.clear();
      const people = peopleOfRows.read(input.count, companions);
      const texts = Array.from({ length: input.count }, (_, row) => readText(textOf(input, row), row));
      for (const inner of values.values()) inner.mask(companions);
      eachValue(input, output, (index, from, to) => {
        const replacements = texts[index];
        if (replacements.length === 0) output.append(input.bytes, from, to);
        else output.appendText(replaced(textOf(input, index) ?? '', replacements));
      });

      function readText(text: string | null, row: number): readonly Replacement[] {
        if (text === null || input.starts[row] === NULL_VALUE) return [];
        const found = findSensitive(text).map(({ kind, from, to }) => expect(kind, text, from, to, row));
        const words = nameWords(text, people[row]).map(({ part, from, to, standIn }) =>
          standIn === undefined
            ? expect(part, text, from, to, row)
            : { from, to, values: undefined, number: 0, standIn: inCaseOf(text.slice(from, to), standIn) },
        );
        return merged(found, words);
      }
    };

    function expect(kind: InnerKind, text: string, from: number, to: number, row: number): Replacement {
      const inner = values.get(kind)!;
      inner.values.appendText(text.slice(from, to));
      return { from, to, values: inner, number: inner.expect(row), standIn: '' };
    }

    /** Words of the row's people, and capitalised words of the lists. */
    function nameWords(text: string, people: ReadonlyMap<string, string>): readonly NameWord[] {
      if (!listedNames && people.size === 0) return [];
      const words: NameWord[] = [];
      let previous: NameWord | undefined;
      for (const match of text.matchAll(wordPattern)) {
        const [word] = match;
        const folded = word.normalize('NFC').toLowerCase();
        const place = { from: match.index, to: match.index + word.length };
        const standIn = people.get(folded) ?? people.get(folded.replace(/['’]s$/, ''));
        const found: NameWord | undefined =
          standIn !== undefined
            ? { ...place, part: 'given', standIn }
            : listedNames && isCapitalised(word)
              ? listedName(folded, place, previous)
              : undefined;
        if (found) words.push(found);
        previous = found;
      }
      return words;
    }

    function listedName(
      word: string,
      place: { from: number; to: number },
      previous: NameWord | undefined,
    ): NameWord | undefined {
      const isFamily = names.isFamily(word);
      const followsGiven = previous?.part === 'given' && place.from - previous.to === 1;
      if (isFamily && (followsGiven || !names.isGiven(word))) return { ...place, part: 'family' };
      return names.isGiven(word) ? { ...place, part: 'given' } : undefined;
    }
  },
});

type InnerKind = FindingKind | 'given' | 'family';

interface NameWord {
  readonly from: number;
  readonly to: number;
  readonly part: 'given' | 'family';
  /** Known already for the row's own people. */
  readonly standIn?: string;
}

interface Replacement {
  readonly from: number;
  readonly to: number;
  /** Where the stand-in will be found; `standIn` has it where there is none. */
  readonly values: InnerValues | undefined;
  readonly number: number;
  readonly standIn: string;
}

function innerValues(
  context: MaskingContext,
  domains: Readonly<Partial<Record<FindingKind, string>>>,
): ReadonlyMap<InnerKind, InnerValues> {
  const values = new Map<InnerKind, InnerValues>();
  for (const kind of findingKinds) {
    const { technique, options, domain } = masks[kind];
    values.set(kind, new InnerValues(context.inner(technique, options, domains[kind] ?? domain)));
  }
  for (const part of ['given', 'family'] as const) {
    values.set(part, new InnerValues(context.inner('pseudonymise-person-name', { part }, 'person-name')));
  }
  return values;
}

/** Both in order of place; a name inside something found is covered by it. */
function merged(found: readonly Replacement[], words: readonly Replacement[]): readonly Replacement[] {
  const all: Replacement[] = [];
  let word = 0;
  for (const finding of found) {
    while (word < words.length && words[word].to <= finding.from) all.push(words[word++]);
    while (word < words.length && words[word].from < finding.to) word++;
    all.push(finding);
  }
  return [...all, ...words.slice(word)];
}

function replaced(text: string, replacements: readonly Replacement[]): string {
  let result = '';
  let copied = 0;
  for (const { from, to, values, number, standIn } of replacements) {
    result += text.slice(copied, from) + (values ? (textOf(values.masked, number) ?? '') : standIn);
    copied = to;
  }
  return result + text.slice(copied);
}

function isCapitalised(word: string): boolean {
  return word.length > 1 && /^\p{Lu}/u.test(word);
}

/** The stand-in written as the word is: UPPER, lower, or as it comes. */
function inCaseOf(word: string, standIn: string): string {
  const possessive = /['’]s$/.exec(word)?.[0] ?? '';
  const bare = word.slice(0, word.length - possessive.length);
  if (bare === bare.toUpperCase() && bare !== bare.toLowerCase()) return standIn.toUpperCase() + possessive;
  if (bare === bare.toLowerCase() && bare !== bare.toUpperCase()) return standIn.toLowerCase() + possessive;
  return standIn.charAt(0).toUpperCase() + standIn.slice(1).toLowerCase() + possessive;
}
