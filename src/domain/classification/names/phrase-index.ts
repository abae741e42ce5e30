import type { InformationType } from '../information-type.js';
import { foldText } from './fold-text.js';
import type { NameReader, NameReading, ReadWord } from './read-name.js';
import type { Vocabulary, WordRole } from './vocabulary.js';

/** Words that a type is named with, in the order-free form that names are looked up by. */
interface Phrase {
  readonly type: string;
  readonly size: number;
  readonly generic: boolean;
  /** As the rule file writes it, for explanations. */
  readonly text: string;
  /** The word that the others qualify, where the language tells: English puts it last. */
  readonly head?: string;
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
  /** The name's own words that the phrase covers. */
  readonly words: readonly string[];
  /** Words of the phrase that come from the table's (or the enclosing path's) name. */
  readonly fromContext: number;
  /** Likelihood (0–1) of the reading that the match rests on. */
  readonly likelihood: number;
  /** Share (0–1) of the name's words that the phrase covers, those that say nothing against it left out. */
  readonly coverage: number;
  /** Roles of words beside the match, by how many there are. */
  readonly beside: ReadonlyMap<WordRole, number>;
  /** Role of the word that the others qualify, where that is neither of the phrase nor neutral. */
  readonly headBeside?: WordRole;
  /** True when a word of the match was guessed from its first letters or its consonants. */
  readonly guessed: boolean;
  /** True when a word of the match says whose it is (`customer name`). */
  readonly ownedBy: boolean;
  /** True for a person and a key (`customer id`): more often a row's key than a printed number. */
  readonly personKey: boolean;
  /** A word beside the match that the type itself declares to speak against it. */
  readonly against?: string;
}

const longestPhrase = 5;
/** A word of such a role says something about a thing and is none. */
const besideRoles: readonly WordRole[] = ['time', 'flag', 'count', 'measure', 'kind', 'key'];

/** The names of all information types, ready to be found in column names. */
export class PhraseIndex {
  readonly #phrases: ReadonlyMap<string, readonly Phrase[]>;
  readonly #against = new Map<string, ReadonlySet<string>>();
  readonly #vocabulary: Vocabulary;

  constructor(types: readonly InformationType[], vocabulary: Vocabulary, reader: NameReader) {
    this.#vocabulary = vocabulary;
    const claims = new Map<string, Claim[]>();
    for (const type of types) {
      const { against, ...byLanguage } = type.names ?? {};
      this.#against.set(
        type.id,
        new Set(against?.flatMap((text) => bestWords(reader.readPhrase(text, 'en')))),
      );
      const readAs = (text: string, language: string) =>
        reader.readPhrase(text, language).filter(({ likelihood }) => likelihood >= leastCertain);
      const english = new Set<string>();
      for (const text of byLanguage.en ?? []) {
        for (const reading of readAs(text, 'en'))
          english.add(this.#claim(claims, type.id, text, reading, 'en'));
      }
      for (const [language, texts] of Object.entries(byLanguage)) {
        if (language === 'en') continue;
        for (const text of texts ?? []) {
          const readings = readAs(text, language);
          // Of a word with several meanings (`estado`: state, status) the type means those that its English names say.
          const meant = readings.filter(({ words }) => english.has(keyOf(this.#informative(words))));
          const kept = meant.length
            ? meant
            : readings.filter((reading) => !this.#isTooGeneral(reading, text));
          for (const reading of kept) this.#claim(claims, type.id, text, reading, language);
        }
      }
    }
    this.#phrases = settle(claims);
  }

  /** The best match of every type that the name speaks for; `context` is the table's name. */
  match(readings: readonly NameReading[], context?: NameReading): ReadonlyMap<string, NameMatch> {
    const found = new Map<string, NameMatch>();
    for (const reading of readings) {
      const words = this.#informative(reading.words);
      // One letter and a number (`f07`, `l2`) is a position, whatever words the letter may begin.
      if (words.every(({ word, letters }) => (letters ?? word.length) < 2)) continue;
      this.#matchSpans(words, words, reading, found);
      const essential = words.filter(({ word }) => !this.#isOwner(word));
      if (essential.length && essential.length < words.length)
        this.#matchSpans(essential, words, reading, found);
      if (context) this.#matchWithContext(words, reading, this.#informative(context.words), found);
    }
    return found;
  }

  /**
   * A translation that lost what is particular: `clave` means a password, but its `code` may be any;
   * `stan konta` is a balance, but an account's status is not.
   */
  #isTooGeneral({ words }: NameReading, text: string): boolean {
    const informative = this.#informative(words);
    if (!informative.length || informative[0].word === foldText(text)) return false;
    const roleOf = (word: string) => besideRoles.some((role) => this.#vocabulary.rolesOf(word).has(role));
    const general = informative.every(({ word }) => this.#vocabulary.isGeneric(word) || roleOf(word));
    return general && (informative.length === 1 || informative.some(({ word }) => roleOf(word)));
  }

  /** Enters a reading of a phrase, and returns the key that it is found by. */
  #claim(
    claims: Map<string, Claim[]>,
    type: string,
    text: string,
    reading: NameReading,
    language: string,
  ): string {
    const informative = this.#informative(reading.words);
    const key = keyOf(informative);
    // Single letters (`d o b`) are met as one word; apart they would match anything.
    if (text.replace(/[^\p{L}]/gu, '').length < 2 || /^\p{L}\W\p{L}$/u.test(text)) return key;
    if (!informative.some(({ word }) => word.length > 1) || informative.length > longestPhrase) return key;
    const generic = informative.length === 1 && this.#vocabulary.isGeneric(informative[0].word);
    const support = (language === 'en' ? englishSupport : 1) * reading.likelihood;
    const head = language === 'en' ? informative.at(-1)!.word : undefined;
    const claim = { type, size: informative.length, generic, text, head, support };
    const known = claims.get(key);
    const own = known?.find((other) => other.type === type);
    if (!known) claims.set(key, [claim]);
    else if (!own) known.push(claim);
    else own.support += support;
    return key;
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
            const rest = context.filter((word) => !borrowed.includes(word));
            if (rest.some(({ word }) => this.#vocabulary.rolesOf(word).has('thing'))) continue;
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
    // A bare `name` means what the table is about, whatever phrase the two make together.
    if (fromContext > 0 && span.length === 1 && span[0].word === 'name') return;
    if (fromContext > 0 && (match.coverage < 1 || !span.some(({ word }) => word === phrase.head))) return;
    const known = found.get(phrase.type);
    if (!known || worth(match) > worth(known)) found.set(phrase.type, match);
  }

  #isPersonKey(span: readonly ReadWord[]): boolean {
    const keys = span.filter(({ word }) => this.#vocabulary.rolesOf(word).has('key'));
    return (
      keys.length === 1 && span.every((word) => word === keys[0] || this.#vocabulary.namesPeople(word.word))
    );
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
    let headBeside: WordRole | undefined;
    let telling = 0;
    for (const word of all) {
      if (span.includes(word)) {
        telling++;
        if (reading.head !== 'first') headBeside = undefined;
        continue;
      }
      const role = roleBeside(word.word, this.#vocabulary);
      beside.set(role, (beside.get(role) ?? 0) + 1);
      if (this.#against.get(phrase.type)?.has(word.word)) against = word.word;
      // What a digest is of may stand in the table's name alone: `card_checks.expiry_date_hash`.
      if (role === 'neutral' || (role === 'hash' && fromContext > 0)) continue;
      if (reading.head === 'last' || (reading.head === 'first' && !telling)) headBeside = role;
      telling++;
      counted++;
    }
    return {
      type: phrase.type,
      phrase: phrase.text,
      size: phrase.size,
      generic: phrase.generic,
      words: span.map(({ word }) => word),
      fromContext,
      // A word of a language that the schema does not speak is more likely another word: `portal` in English.
      likelihood: reading.likelihood * phrase.likelihood * (span.some(({ abroad }) => abroad) ? 0.5 : 1),
      coverage: span.length / counted,
      beside,
      headBeside,
      guessed: span.some(({ guessed }) => guessed),
      ownedBy: span.some(({ word }) => this.#isOwner(word)),
      personKey: this.#isPersonKey(span),
      against,
    };
  }
}

/** A type's wish for a key; `support` counts the phrases, in all languages, that come down to it. */
interface Claim {
  readonly type: string;
  readonly size: number;
  readonly generic: boolean;
  readonly text: string;
  readonly head?: string;
  support: number;
}

/** An English phrase is meant as it stands; one of another language came through a translation. */
const englishSupport = 3;
const leastLikelihood = 0.1;
/** A claim that a rule file makes in English itself is meant. */
const leastEnglish = 0.35;
/** Readings of a phrase that are less likely than this, beside its best, are left aside. */
const leastCertain = 0.45;

/** A key that many phrases of one type share is hardly the name of another that one phrase brought in. */
function settle(claims: ReadonlyMap<string, readonly Claim[]>): ReadonlyMap<string, readonly Phrase[]> {
  const settled = new Map<string, readonly Phrase[]>();
  for (const [key, all] of claims) {
    const most = Math.max(...all.map(({ support }) => support));
    const phrases = all.map(({ type, size, generic, text, head, support }) => ({
      type,
      size,
      generic,
      text,
      head,
      likelihood: Math.max(head === undefined ? leastLikelihood : leastEnglish, support / most),
    }));
    settled.set(key, phrases);
  }
  return settled;
}

function keyOf(words: readonly ReadWord[]): string {
  if (words.length === 1) return words[0].word;
  return words
    .map(({ word }) => word)
    .sort()
    .join(' ');
}

/** The role that weighs most against a match, of those that a word can have. */
function roleBeside(word: string, vocabulary: Vocabulary): WordRole {
  const roles = vocabulary.rolesOf(word);
  for (const role of [
    'hash',
    'flag',
    'time',
    'key',
    'count',
    'measure',
    'kind',
    'by',
    'neutral',
    'thing',
  ] as const) {
    if (roles.has(role)) return role;
  }
  // Whose it is (`crew name`) says nothing against a match.
  const neutral = word.length < 2 || roles.has('placeholder') || vocabulary.namesPeople(word);
  return neutral ? 'neutral' : 'unknown';
}

function worth({ likelihood, size, coverage, generic, fromContext, against }: NameMatch): number {
  return likelihood + coverage + size * 0.25 - (generic ? 0.4 : 0) - fromContext * 0.3 - (against ? 0.5 : 0);
}

function bestWords(readings: readonly NameReading[]): readonly string[] {
  return readings[0]?.words.map(({ word }) => word) ?? [];
}
