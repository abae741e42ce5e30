import type { InformationType } from './information-type.js';
import type { ClassificationModel } from './model/model.js';
import { NameReader } from './names/read-name.js';
import { PhraseIndex } from './names/phrase-index.js';
import { splitName } from './names/split-name.js';
import {
  compileVocabulary,
  type LanguageVocabulary,
  type NameRoles,
  type Vocabulary,
} from './names/vocabulary.js';
import { contentDetectors, type ContentDetector } from './values/content-detectors.js';
import { compilePattern } from './values/compile-pattern.js';
import { foldText } from './names/fold-text.js';
import type { TextWords } from './values/personal-data-in-text.js';
import { compileValueRules, type ValueRule, type ValueTest } from './values/value-rules.js';

/** Everything that rule files say, as read from disk. */
export interface ClassificationRules {
  readonly informationTypes: readonly InformationType[];
  readonly languages: readonly LanguageVocabulary[];
  readonly roles: NameRoles;
  /** Words that values are searched for, folded. */
  readonly text: Pick<TextWords, 'streets' | 'titles' | 'organisations'>;
  /** A list of `rules/words/`, all locales together, folded; undefined when there is none of that name. */
  wordList(name: string): ReadonlySet<string> | undefined;
  /** A validator by name; undefined when there is none. */
  validator(name: string): ValueTest | undefined;
  readonly model: ClassificationModel;
}

/** Rules made ready for work; build it once and use it for any number of catalogs. */
export interface Classifier {
  readonly types: ReadonlyMap<string, InformationType>;
  readonly vocabulary: Vocabulary;
  readonly reader: NameReader;
  readonly phrases: PhraseIndex;
  readonly valueRules: readonly ValueRule[];
  /** Content detectors with the types that they speak for. */
  readonly contents: readonly { readonly detect: ContentDetector; readonly types: readonly string[] }[];
  /** Types of documents that hold personal data in parts: their evidence are the parts. */
  readonly documentTypes: readonly string[];
  /** The parts of types that are put together from others, by id; the one meant by a bare name first. */
  readonly partsOf: ReadonlyMap<string, readonly string[]>;
  readonly textWords: TextWords;
  readonly model: ClassificationModel;
}

/** The content that is judged part by part beside its detector. */
const documentContent = 'personal-document';
const none: ReadonlySet<string> = new Set();

/** Compiles rules, which have been validated when they were read. */
export function compileClassifier(rules: ClassificationRules): Classifier {
  const vocabulary = compileTypeVocabulary(rules);
  const reader = new NameReader(vocabulary);
  return {
    types: new Map(rules.informationTypes.map((type) => [type.id, type])),
    vocabulary,
    reader,
    phrases: new PhraseIndex(rules.informationTypes, vocabulary, reader),
    valueRules: compileValueRules(rules.informationTypes, (type) => compileValues(type, rules)),
    contents: contentsOf(rules.informationTypes),
    documentTypes: rules.informationTypes
      .filter(({ values }) => values?.content === documentContent)
      .map(({ id }) => id),
    partsOf: partsOf(rules.informationTypes),
    textWords: {
      givenNames: rules.wordList('given-names') ?? none,
      familyNames: rules.wordList('family-names') ?? none,
      places: new Set([...(rules.wordList('cities') ?? none), ...(rules.wordList('regions') ?? none)]),
      ...rules.text,
    },
    model: rules.model,
  };
}

/** The vocabulary, and the words of types' names that it does not explain: they too stand in compounds. */
function compileTypeVocabulary({ informationTypes, languages, roles }: ClassificationRules): Vocabulary {
  const bare = compileVocabulary(languages, roles);
  const reader = new NameReader(bare);
  // `creditcard` is two words that the vocabulary knows.
  const isNew = (word: string) =>
    reader.readPhrase(word, 'en')[0].words.some((read) => !bare.isWord(read.word));
  const english = [...new Set(informationTypes.flatMap(englishWords))].filter(isNew);
  const explained = new NameReader(compileVocabulary(languages, roles, { english, foreign: [] }));
  const foreign = informationTypes.flatMap(({ names }) =>
    Object.entries(names ?? {}).flatMap(([language, phrases]) => {
      if (language === 'en' || language === 'against') return [];
      const words = new Set((phrases ?? []).flatMap((phrase) => splitName(phrase).map(({ text }) => text)));
      return [...words]
        .filter(
          (word) =>
            word.length > 2 &&
            explained.readPhrase(word, language)[0].words.some((read) => read.word === word),
        )
        .map((word) => ({ language, word }));
    }),
  );
  return compileVocabulary(languages, roles, { english, foreign });
}

function englishWords({ names }: InformationType): readonly string[] {
  return (names?.en ?? [])
    .flatMap((phrase) => foldText(phrase).split(/[^a-z]+/))
    .filter((word) => word.length > 1);
}

function compileValues(
  { values }: InformationType,
  rules: ClassificationRules,
): Omit<ValueRule, 'type' | 'share'> | undefined {
  if (!values) return undefined;
  const pattern = values.pattern === undefined ? undefined : compilePattern(values.pattern);
  const validator = values.validator === undefined ? undefined : rules.validator(values.validator);
  const list = values.words === undefined ? undefined : rules.wordList(values.words);
  const extent = { shortest: pattern?.shortest ?? 1, longest: pattern?.longest ?? Infinity };
  if (!pattern && !validator && !list) return undefined;
  // All that the file gives must hold; the cheapest is asked first.
  const test: ValueTest = (value) =>
    (!pattern || pattern.test(value)) &&
    (!list || list.has(foldText(value))) &&
    (!validator || validator(value));
  return { test, kind: validator ? 'validator' : list ? 'words' : 'pattern', ...extent };
}

function partsOf(types: readonly InformationType[]): ReadonlyMap<string, readonly string[]> {
  return new Map(types.flatMap(({ id, parts }) => (parts ? [[id, parts]] : [])));
}

function contentsOf(types: readonly InformationType[]): Classifier['contents'] {
  const byName = new Map<string, string[]>();
  for (const { id, values } of types) {
    if (!values?.content) continue;
    byName.set(values.content, [...(byName.get(values.content) ?? []), id]);
  }
  const detectors: Readonly<Record<string, ContentDetector | undefined>> = contentDetectors;
  return [...byName].flatMap(([name, ids]) => {
    const detect = detectors[name];
    return detect ? [{ detect, types: ids }] : [];
  });
}
