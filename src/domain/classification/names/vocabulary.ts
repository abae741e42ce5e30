import { z } from 'zod';
import { foldText, spellings } from './fold-text.js';

/** Forms of a word, apart from each other by spaces; the words of a form of several by hyphens. */
export const formsSchema = z
  .union([z.string(), z.null(), z.number(), z.boolean()])
  .transform((text) => (text === null ? [] : String(text).split(/\s+/).filter(Boolean)));

/** File format of `rules/vocabulary/LANGUAGE.yaml`: English words, and what stands for them in column names. */
export const languageVocabularySchema = z.strictObject({
  /** BCP 47, as `de` or `ja-Latn`. */
  language: z.string().min(2),
  words: z.record(z.string().min(1), formsSchema),
});

/** File format of `rules/vocabulary/roles.yaml`. */
export const nameRolesSchema = z.strictObject({
  roles: z.record(
    z.enum([
      'key',
      'time',
      'flag',
      'count',
      'measure',
      'kind',
      'hash',
      'by',
      'thing',
      'neutral',
      'placeholder',
      'stop',
    ]),
    formsSchema,
  ),
  generic: formsSchema,
  people: formsSchema,
  things: formsSchema,
});

export type LanguageVocabulary = z.infer<typeof languageVocabularySchema>;
export type NameRoles = z.infer<typeof nameRolesSchema>;

/** What a word beside a match says about the column; `unknown` is a word that nobody declared. */
export type WordRole = keyof NameRoles['roles'] | 'digits' | 'unknown';

/** One way to understand a form: the English words that it stands for. */
export interface FormMeaning {
  readonly words: readonly string[];
  readonly language: string;
  /** True for a form that leaves letters out, such as `nm`. */
  readonly short: boolean;
}

/** Everything known of the words that columns are named with, in all languages. */
export interface Vocabulary {
  /** Meanings of a folded form written as one run of letters; empty when unknown. */
  meanings(form: string): readonly FormMeaning[];
  /** True for English words that meanings are told in. */
  isWord(word: string): boolean;
  /** English words whose consonants are the given letters, or that begin with them. */
  expansions(letters: string): readonly string[];
  /** Meanings of words of other languages that are cut off after the given letters: `sachbea`. */
  beginnings(letters: string): readonly FormMeaning[];
  rolesOf(word: string): ReadonlySet<WordRole>;
  isGeneric(word: string): boolean;
  namesPeople(word: string): boolean;
  namesThings(word: string): boolean;
  readonly longestForm: number;
}

const noMeanings: readonly FormMeaning[] = [];
const unknownRole: ReadonlySet<WordRole> = new Set(['unknown']);
const noRole: ReadonlySet<WordRole> = new Set();

/** Words that information types are named with and that no vocabulary file explains. */
export interface TypeWords {
  readonly english: Iterable<string>;
  /** Words of other languages, folded: they stand for themselves. */
  readonly foreign: Iterable<{ readonly language: string; readonly word: string }>;
}

/** Compiles vocabulary files, with words that are known from information types beside them. */
export function compileVocabulary(
  languages: readonly LanguageVocabulary[],
  roles: NameRoles,
  typeWords: TypeWords = { english: [], foreign: [] },
): Vocabulary {
  const meanings = new Map<string, FormMeaning[]>();
  const english = new Set<string>();
  const roleOf = new Map<string, Set<WordRole>>();
  const stops = new Set(roles.roles.stop.map(foldText));

  const learn = (form: string, meaning: FormMeaning) => {
    const known = meanings.get(form);
    if (!known) meanings.set(form, [meaning]);
    else if (!known.some((other) => same(other, meaning))) known.push(meaning);
  };

  for (const [role, words] of Object.entries(roles.roles)) {
    for (const word of words) {
      english.add(word);
      const known = roleOf.get(word);
      if (known) known.add(role as WordRole);
      else roleOf.set(word, new Set([role as WordRole]));
    }
  }
  for (const word of [...roles.generic, ...roles.people, ...roles.things, ...typeWords.english])
    english.add(word);
  for (const { language, words } of languages) {
    for (const [key, list] of Object.entries(words)) {
      const told = key.split(' ').map(foldText);
      for (const word of told) english.add(word);
      for (const form of list) {
        for (const spelling of spellings(form)) {
          const parts = spelling.split(/[-']/);
          const short = language === 'en' && parts.length === 1 && spelling.length < told.join('').length;
          learn(parts.join(''), { words: told, language, short });
          const kept = parts.filter((part) => !stops.has(part));
          if (kept.length < parts.length && kept.length)
            learn(kept.join(''), { words: told, language, short });
        }
      }
    }
  }
  // `nr` in a phrase is still short for `number`.
  const isKnown = (word: string) => english.has(word) || meanings.has(word);
  for (const word of typeWords.english) {
    if (!isKnown(word) && !(word.endsWith('s') && isKnown(word.slice(0, -1)))) english.add(word);
  }
  for (const { language, word } of typeWords.foreign) learn(word, { words: [word], language, short: false });
  const longestForm = Math.max(...[...meanings.keys(), ...english].map((form) => form.length));
  // Made when first asked for: while types are compiled, no word is completed.
  let bySkeleton: ReturnType<typeof indexSkeletons> | undefined;
  let byBeginning: ReturnType<typeof indexBeginnings> | undefined;
  const people = new Set(roles.people);
  const things = new Set(roles.things);
  const generic = new Set(roles.generic);

  return {
    meanings: (form) => meanings.get(form) ?? noMeanings,
    isWord: (word) => english.has(word),
    expansions: (letters) => (bySkeleton ??= indexSkeletons(english)).get(letters) ?? [],
    beginnings: (letters) => (byBeginning ??= indexBeginnings(meanings)).get(letters) ?? noMeanings,
    rolesOf: (word) => roleOf.get(word) ?? (english.has(word) ? noRole : unknownRole),
    isGeneric: (word) => generic.has(word),
    namesPeople: (word) => people.has(word),
    namesThings: (word) => things.has(word),
    longestForm,
  };
}

/** The first letter and the consonants after it, doubled ones once: `address` to `adrs`. */
export function consonantSkeleton(word: string): string {
  return (
    (word[0] ?? '') +
    word
      .slice(1)
      .replace(/[aeiou]/g, '')
      .replace(/(.)\1+/g, '$1')
      .replace(new RegExp(`^${word[0] ?? ''}+`), '')
  );
}

/** English words by their skeleton and by their beginnings of three letters and more. */
function indexSkeletons(english: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>();
  const add = (key: string, word: string) => {
    const known = index.get(key);
    if (!known) index.set(key, [word]);
    else if (!known.includes(word)) known.push(word);
  };
  for (const word of english) {
    if (word.length < 4 || !/^[a-z]+$/.test(word)) continue;
    const skeleton = consonantSkeleton(word);
    if (skeleton.length >= 3 && skeleton !== word) add(skeleton, word);
    for (let length = 3; length < Math.min(word.length, 8); length++) add(word.slice(0, length), word);
  }
  // A beginning that many words share says nothing.
  for (const [key, words] of index) if (words.length > 3) index.delete(key);
  return index;
}

const shortestBeginning = 5;

/** Forms of other languages by their beginnings of five letters and more, where those tell the meaning. */
function indexBeginnings(
  meanings: ReadonlyMap<string, readonly FormMeaning[]>,
): ReadonlyMap<string, readonly FormMeaning[]> {
  const index = new Map<string, FormMeaning[]>();
  let base = '';
  for (const [form, all] of [...meanings].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const foreign = all.filter(({ language }) => language !== 'en');
    if (!foreign.length || !/^[a-z]+$/.test(form)) continue;
    // `gesundh` is cut off from `gesundheit` rather than from one of the compounds that begin with it.
    if (base.length > shortestBeginning && form.startsWith(base)) continue;
    base = form;
    for (let length = shortestBeginning; length < Math.min(form.length, 11); length++) {
      const key = form.slice(0, length);
      const known = index.get(key) ?? [];
      for (const meaning of foreign) if (!known.some((other) => same(other, meaning))) known.push(meaning);
      index.set(key, known);
    }
  }
  for (const [key, list] of index) if (list.length > 3 || meanings.has(key)) index.delete(key);
  return index;
}

function same(a: FormMeaning, b: FormMeaning): boolean {
  return a.language === b.language && a.words.join(' ') === b.words.join(' ');
}
