import { shortEndings, RunSplitter } from './run-splitter.js';
import { splitName, type NamePart } from './split-name.js';
import type { FormMeaning, Vocabulary } from './vocabulary.js';

/** One word of a name as understood, in English where a meaning is known. */
export interface ReadWord {
  readonly word: string;
  /** Index of the name's part that it was read from. */
  readonly part: number;
  readonly digits: boolean;
  /** The language that it was understood in; undefined for a word that nobody knows. */
  readonly language?: string;
  /** Letters that it was written with, where it stands alone: `br` may be a branch, or Brazil. */
  readonly letters?: number;
  /** True where the schema’s names are in other languages. */
  readonly abroad?: boolean;
  /** True for a word that was completed: `tratt` may be the beginning of `trattamento`. */
  readonly guessed?: boolean;
}

/** One way to understand a whole name. */
export interface NameReading {
  readonly words: readonly ReadWord[];
  /** Likelihood beside the best reading (1 for the best). */
  readonly likelihood: number;
  /** Where the word stands that the others qualify; undefined where the languages do not tell. */
  readonly head?: 'first' | 'last';
}

/** Shares (0–1) of the languages that a schema's names are written in. */
export type LanguageShares = ReadonlyMap<string, number>;

/** A word that a name may shorten because it stands in the table's name. */
export interface NearWord {
  readonly text: string;
  readonly word: string;
}

/** What a reading may draw on. */
interface Scope {
  readonly languages?: LanguageShares;
  readonly near?: readonly NearWord[];
  /** The one language beside English. */
  readonly only?: string;
}

interface Step {
  readonly words: readonly string[];
  readonly cost: number;
  readonly digits?: boolean;
  /** One for each word. */
  readonly languages?: readonly (string | undefined)[];
  readonly letters?: number;
  readonly abroad?: boolean;
  readonly guessed?: boolean;
}

interface Path {
  readonly words: readonly ReadWord[];
  readonly cost: number;
}

const widestSpan = 4;
/** Below that of any other short form. */
const nearCost = -0.4;
const beam = 16;
const mostReadings = 8;
/** A known form of as many letters stands out of a word whose beginning nobody knows: `adjnotes`. */
const shortestAfterUnknown = 5;
/** Languages whose compounds begin with the word that the others qualify: `numero de cuenta`, `numer konta`. */
const headFirst = new Set([
  'es',
  'pt',
  'fr',
  'it',
  'ro',
  'pl',
  'cs',
  'hr',
  'ru-Latn',
  'el-Latn',
  'ar-Latn',
  'he-Latn',
  'id',
  'vi',
  'th',
]);

/**
 * Understands names: splits them, splits run-together words by the vocabulary, expands what was
 * shortened and brings every language back to English. Keeps what it has read.
 */
export class NameReader {
  readonly #vocabulary: Vocabulary;
  readonly #splitter: RunSplitter;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#splitter = new RunSplitter(vocabulary);
  }

  /**
   * The likeliest readings, best first; one without words for a name that holds no letters or digits.
   * `near` words are likely what their beginnings stand for: `inc` in a table of incidents is no income.
   */
  read(name: string, languages?: LanguageShares, near: readonly NearWord[] = []): readonly NameReading[] {
    return this.#read(name, { languages, near });
  }

  /** The words of a table's name with the English of each, for the names of its columns to shorten. */
  nearWords(name: string, { words }: NameReading): readonly NearWord[] {
    const parts = splitName(name);
    return words.flatMap(({ word, part, digits }) =>
      digits || parts[part].unspaced ? [] : [{ text: parts[part].text, word }],
    );
  }

  /**
   * Readings of words that somebody wrote in a known language: meanings of that language and of English
   * alone, and nothing is taken to be shortened.
   */
  readPhrase(text: string, language: string): readonly NameReading[] {
    return this.#read(text, { languages: new Map([[language, 1]]), only: language });
  }

  #read(name: string, scope: Scope): readonly NameReading[] {
    const parts = splitName(name);
    const best: Path[][] = Array.from({ length: parts.length + 1 }, () => []);
    best[0].push({ words: [], cost: 0 });
    for (let from = 0; from < parts.length; from++) {
      if (best[from].length > 1) best[from].sort((a, b) => a.cost - b.cost).splice(beam);
      for (let to = from + 1; to <= Math.min(parts.length, from + widestSpan); to++) {
        for (const step of this.#steps(parts, from, to, scope)) extend(best[from], best[to], step, from);
      }
    }
    return likelihoods(best[parts.length], scope.languages);
  }

  /** In which languages each word of a name makes sense; the more languages, the less each counts. */
  countLanguages(name: string, counts: Map<string, number>): void {
    for (const part of splitName(name)) {
      if (part.digits || (part.text.length < 3 && !part.unspaced)) continue;
      const whole = this.#vocabulary.isWord(part.text) || this.#vocabulary.meanings(part.text).length > 0;
      for (const run of whole ? [[part.text]] : this.#splitter.split(part).slice(0, 1)) {
        for (const text of run) {
          const found = new Set(this.#vocabulary.meanings(text).map(({ language }) => language));
          if (this.#vocabulary.isWord(text)) found.add('en');
          for (const language of found)
            counts.set(language, (counts.get(language) ?? 0) + 1 / found.size ** 2);
        }
      }
    }
  }

  #steps(parts: readonly NamePart[], from: number, to: number, scope: Scope): Step[] {
    const part = parts[from];
    const text =
      to - from === 1
        ? part.text
        : parts
            .slice(from, to)
            .map((p) => p.text)
            .join('');
    if (to - from > 1) {
      if (parts.slice(from, to).every((p) => p.digits)) return [];
      return this.#known(text, scope).map((step) => ({ ...step, cost: step.cost * 0.9 }));
    }
    if (part.digits) return [{ words: [text], cost: 0, digits: true }];
    const steps = [...this.#known(text, scope), ...this.#shortened(text, scope)];
    if (!steps.length || steps.every(({ cost }) => cost > 1.2)) {
      for (const run of this.#splitter.split(part)) steps.push(...this.#readRun(run, scope));
    }
    if (!steps.length && scope.only === undefined) {
      for (const word of this.#vocabulary.expansions(text))
        steps.push({ words: [word], cost: 1.4, languages: ['en'], guessed: true });
      for (const { words, language } of this.#vocabulary.beginnings(text)) {
        const cost = 1.1 + foreign(language, scope.languages);
        steps.push({ words, cost, languages: words.map(() => language), guessed: true });
      }
      if (!steps.length) steps.push(...this.#afterUnknown(part, scope));
    }
    steps.push({ words: [text], cost: steps.length ? 1.9 : 1.6 });
    return steps;
  }

  #known(text: string, scope: Scope): Step[] {
    const { languages, only } = scope;
    const vocabulary = this.#vocabulary;
    const steps: Step[] = [];
    const own =
      only !== undefined &&
      only !== 'en' &&
      vocabulary.meanings(text).some(({ language }) => language === only);
    // `by` in a Danish phrase is a town.
    if (vocabulary.isWord(text) && !own)
      steps.push({
        words: [text],
        cost: text.length < 3 ? 0.5 : 0.2 + foreign('en', languages) * 0.5,
        languages: ['en'],
      });
    const meanings = vocabulary.meanings(text);
    const abroad = isAbroad(meanings, languages);
    for (const { words, language, short } of meanings) {
      if (only !== undefined && language !== only && (language !== 'en' || short)) continue;
      const length = text.length <= 1 ? 1.5 : text.length === 2 ? 0.7 : text.length === 3 ? 0.45 : 0.25;
      steps.push({
        words,
        cost: length + (short ? 0.1 : 0) + foreign(language, languages) * (text.length < 4 ? 1.7 : 1.1),
        languages: words.map(() => language),
        letters: text.length,
        abroad,
      });
    }
    if (!steps.length) {
      const singular = singularOf(
        text,
        (word) => vocabulary.isWord(word) || vocabulary.meanings(word).length > 0,
      );
      if (singular) return this.#known(singular, scope);
    }
    return steps;
  }

  /** What a word of the table's name is cut off to. */
  #shortened(text: string, { near = [], languages }: Scope): Step[] {
    if (text.length < 3 || this.#vocabulary.isWord(text)) return [];
    return near
      .filter((other) => other.text.length > text.length + 1 && other.text.startsWith(text))
      .map(({ word }) => ({
        words: [word],
        cost: nearCost,
        languages: [languages === undefined ? undefined : 'en'],
      }));
  }

  #readRun(run: readonly string[], scope: Scope): Step[] {
    // Short pieces are found in any run of letters: `prev` and `nir` in `prevenir`.
    const doubtful = run.filter((piece) => piece.length < 4 && !shortEndings.has(piece)).length;
    let paths: Step[] = [{ words: [], cost: 0.3 + doubtful * 0.2, guessed: doubtful > 0 }];
    for (const text of run) {
      const next: Step[] = [];
      for (const step of this.#known(text, scope).slice(0, 3)) {
        for (const path of paths)
          next.push({
            words: [...path.words, ...step.words],
            cost: path.cost + step.cost,
            guessed: path.guessed,
            languages: [...(path.languages ?? []), ...(step.languages ?? step.words.map(() => undefined))],
          });
      }
      paths = next.sort((a, b) => a.cost - b.cost).slice(0, 4);
    }
    return paths;
  }

  /** What a run of letters ends with, where only its beginning is unknown: `phone` of `brwrphone`. */
  #afterUnknown({ text, unspaced }: NamePart, scope: Scope): Step[] {
    if (unspaced) return [];
    for (let from = 2; from <= Math.min(5, text.length - shortestAfterUnknown); from++) {
      const [known] = this.#known(text.slice(from), scope);
      if (known === undefined) continue;
      return [
        {
          words: [text.slice(0, from), ...known.words],
          cost: known.cost + 1.2,
          languages: [undefined, ...(known.languages ?? [])],
        },
      ];
    }
    return [];
  }
}

/** How far a language is from those of the schema: 0 at home, 1 where it never occurs. */
function foreign(language: string, languages?: LanguageShares): number {
  if (!languages) return 0;
  const share = languages.get(language) ?? 0;
  // English is at home everywhere: names mix it in.
  const home = language === 'en' ? Math.max(share, 0.3) : share;
  return Math.max(0, 1 - home * 3);
}

/** Below this share a language is not one that the schema speaks. */
const leastSpoken = 0.03;
/** From this share of English on a schema is taken to be in English, with strangers in it. */
const mostlyEnglish = 0.8;

/** True for a word that makes sense in languages alone which the schema does not speak. */
function isAbroad(meanings: readonly FormMeaning[], languages?: LanguageShares): boolean {
  if ((languages?.get('en') ?? 0) < mostlyEnglish) return false;
  const spoken = new Set(meanings.map(({ language }) => language));
  if (spoken.has('en')) return false;
  let share = 0;
  for (const language of spoken) share += languages!.get(language) ?? 0;
  return share < leastSpoken;
}

function extend(paths: readonly Path[], target: Path[], step: Step, part: number): void {
  const added = step.words.map((word, at) => ({
    word,
    part,
    digits: step.digits ?? false,
    language: step.languages?.[at],
    letters: step.letters,
    abroad: step.abroad,
    guessed: step.guessed,
  }));
  for (const path of paths) target.push({ words: [...path.words, ...added], cost: path.cost + step.cost });
}

function likelihoods(paths: Path[], languages?: LanguageShares): readonly NameReading[] {
  if (!paths.length) return [{ words: [], likelihood: 1 }];
  paths.sort((a, b) => a.cost - b.cost);
  const seen = new Set<string>();
  const readings: NameReading[] = [];
  for (const { words, cost } of paths) {
    const key = words.map(({ word }) => word).join(' ');
    if (seen.has(key)) continue;
    seen.add(key);
    readings.push({ words, likelihood: Math.exp(paths[0].cost - cost), head: headOf(words, languages) });
    if (readings.length === mostReadings) break;
  }
  return readings;
}

/** Other languages in a name tell its order; names in English alone have theirs where English is at home. */
function headOf(words: readonly ReadWord[], languages?: LanguageShares): NameReading['head'] {
  const foreigners = words.flatMap(({ language }) =>
    language === undefined || language === 'en' ? [] : [headFirst.has(language)],
  );
  if (foreigners.length)
    return foreigners.every((first) => first === foreigners[0])
      ? foreigners[0]
        ? 'first'
        : 'last'
      : undefined;
  const share = [...(languages ?? [])].reduce(
    (sum, [language, part]) => sum + (headFirst.has(language) ? part : 0),
    0,
  );
  return share > 0.35 ? undefined : 'last';
}

function singularOf(text: string, known: (word: string) => boolean): string | undefined {
  if (text.length < 4 || !text.endsWith('s')) return undefined;
  const candidates = [text.slice(0, -1)];
  if (text.endsWith('es')) candidates.push(text.slice(0, -2));
  if (text.endsWith('ies')) candidates.push(`${text.slice(0, -3)}y`);
  return candidates.find((word) => word.length > 2 && known(word));
}
