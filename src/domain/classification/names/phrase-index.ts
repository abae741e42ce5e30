import type { InformationType } from '../information-type.js';
import type { NameReader, NameReading, ReadWord } from './read-name.js';
import type { Vocabulary, WordRole } from './vocabulary.js';

/** Words that a type is named with, in the order-free form that names are looked up by. */
interface Phrase {
  readonly type: string;
  readonly size: number;
  readonly generic: boolean;
  /** As the rule file writes it, for explanations. */
  readonly text: string;
  readonly likelihood: number;
}

/** How far the words of a name speak for one type. */
export interface NameMatch {
  readonly type: string;
  readonly phrase: string;
  /** Words of the phrase that the name holds. */
  readonly size: number;
  /** True for a phrase of one word that means a type only in company. */
  readonly generic: boolean;
  /** Words of the phrase that come from the table's (or the enclosing path's) name. */
  readonly fromContext: number;
  /** Likelihood (0–1) of the reading that the match rests on. */
  readonly likelihood: number;
  /** Share (0–1) of the name's words that the phrase covers, those that say nothing against it left out. */
  readonly coverage: number;
  /** Roles of words beside the match, by how many there are. */
  readonly beside: ReadonlyMap<WordRole, number>;
  /** True when the last word of the name is not of the phrase and not neutral. */
  readonly headBeside: boolean;
  /** A word beside the match that the type itself declares to speak against it. */
  readonly against?: string;
}

const longestPhrase = 5;

/** The names of all information types, ready to be found in column names. */
export class PhraseIndex {
  readonly #phrases = new Map<string, Phrase[]>();
  readonly #against = new Map<string, ReadonlySet<string>>();
  readonly #vocabulary: Vocabulary;

  constructor(types: readonly InformationType[], vocabulary: Vocabulary, reader: NameReader) {
    this.#vocabulary = vocabulary;
    for (const type of types) {
      const { against, ...byLanguage } = type.names ?? {};
      this.#against.set(type.id, new Set(against?.flatMap((text) => bestWords(reader.read(text)))));
      for (const [language, texts] of Object.entries(byLanguage)) {
        for (const text of texts ?? []) this.#add(type.id, text, reader.read(text, new Map([[language, 1]])));
      }
    }
  }

  /** The best match of every type that the name speaks for; `context` is the table's name. */
  match(readings: readonly NameReading[], context?: NameReading): ReadonlyMap<string, NameMatch> {
    const found = new Map<string, NameMatch>();
    for (const reading of readings) {
      const words = this.#informative(reading.words);
      this.#matchSpans(words, words, reading, found);
      const essential = words.filter(({ word }) => !this.#isOwner(word));
      if (essential.length && essential.length < words.length)
        this.#matchSpans(essential, words, reading, found);
      if (context) this.#matchWithContext(words, reading, this.#informative(context.words), found);
    }
    return found;
  }

  #add(type: string, text: string, readings: readonly NameReading[]): void {
    for (const { words, likelihood } of readings) {
      if (likelihood < 0.45) continue;
      const informative = this.#informative(words);
      if (!informative.length || informative.length > longestPhrase) continue;
      const key = keyOf(informative);
      const generic = informative.length === 1 && this.#vocabulary.isGeneric(informative[0].word);
      const phrase = { type, size: informative.length, generic, text, likelihood };
      const known = this.#phrases.get(key);
      if (!known) this.#phrases.set(key, [phrase]);
      else if (!known.some((other) => other.type === type)) known.push(phrase);
    }
  }

  #informative(words: readonly ReadWord[]): readonly ReadWord[] {
    return words.filter(({ word, digits }) => !digits && !this.#vocabulary.rolesOf(word).has('stop'));
  }

  /** Words that say whose it is: they may stand in the middle of a phrase. */
  #isOwner(word: string): boolean {
    return this.#vocabulary.namesPeople(word) && this.#vocabulary.rolesOf(word).has('neutral');
  }

  #matchSpans(
    words: readonly ReadWord[],
    all: readonly ReadWord[],
    reading: NameReading,
    found: Map<string, NameMatch>,
  ): void {
    for (let from = 0; from < words.length; from++) {
      for (let to = from + 1; to <= Math.min(words.length, from + longestPhrase); to++) {
        const span = words.slice(from, to);
        for (const phrase of this.#phrases.get(keyOf(span)) ?? [])
          this.#keep(phrase, span, all, reading, 0, found);
      }
    }
  }

  #matchWithContext(
    words: readonly ReadWord[],
    reading: NameReading,
    context: readonly ReadWord[],
    found: Map<string, NameMatch>,
  ): void {
    for (let from = 0; from < words.length; from++) {
      for (let to = from + 1; to <= Math.min(words.length, from + 2); to++) {
        const span = words.slice(from, to);
        for (let first = 0; first < context.length; first++) {
          for (let end = first + 1; end <= Math.min(context.length, first + 3); end++) {
            const borrowed = context.slice(first, end);
            if (borrowed.some(({ word }) => span.some((own) => own.word === word))) continue;
            const phrases = this.#phrases.get(keyOf([...borrowed, ...span]));
            for (const phrase of phrases ?? [])
              this.#keep(phrase, span, words, reading, borrowed.length, found);
          }
        }
      }
    }
  }

  #keep(
    phrase: Phrase,
    span: readonly ReadWord[],
    all: readonly ReadWord[],
    reading: NameReading,
    fromContext: number,
    found: Map<string, NameMatch>,
  ): void {
    const match = this.#judge(phrase, span, all, reading, fromContext);
    // What a table's name lends must be all that the column's name lacks: `patients.room_no` is no patient number.
    if (fromContext > 0 && match.coverage < 1) return;
    const known = found.get(phrase.type);
    if (!known || worth(match) > worth(known)) found.set(phrase.type, match);
  }

  #judge(
    phrase: Phrase,
    span: readonly ReadWord[],
    all: readonly ReadWord[],
    reading: NameReading,
    fromContext: number,
  ): NameMatch {
    const beside = new Map<WordRole, number>();
    let counted = span.length;
    let against: string | undefined;
    let headBeside = false;
    for (const word of all) {
      if (span.includes(word)) {
        headBeside = false;
        continue;
      }
      const role = roleBeside(this.#vocabulary.rolesOf(word.word), word.word);
      beside.set(role, (beside.get(role) ?? 0) + 1);
      if (this.#against.get(phrase.type)?.has(word.word)) against = word.word;
      if (role === 'neutral') continue;
      headBeside = true;
      counted++;
    }
    return {
      type: phrase.type,
      phrase: phrase.text,
      size: phrase.size,
      generic: phrase.generic,
      fromContext,
      likelihood: reading.likelihood * phrase.likelihood,
      coverage: span.length / counted,
      beside,
      headBeside,
      against,
    };
  }
}

function keyOf(words: readonly ReadWord[]): string {
  if (words.length === 1) return words[0].word;
  return words
    .map(({ word }) => word)
    .sort()
    .join(' ');
}

/** The role that weighs most against a match, of those that a word can have. */
function roleBeside(roles: ReadonlySet<WordRole>, word: string): WordRole {
  for (const role of ['hash', 'flag', 'time', 'key', 'count', 'kind', 'by', 'neutral', 'thing'] as const) {
    if (roles.has(role)) return role;
  }
  return word.length < 2 || roles.has('placeholder') ? 'neutral' : 'unknown';
}

function worth({ likelihood, size, coverage, generic, fromContext, against }: NameMatch): number {
  return likelihood + coverage + size * 0.25 - (generic ? 0.4 : 0) - fromContext * 0.3 - (against ? 0.5 : 0);
}

function bestWords(readings: readonly NameReading[]): readonly string[] {
  return readings[0]?.words.map(({ word }) => word) ?? [];
}
