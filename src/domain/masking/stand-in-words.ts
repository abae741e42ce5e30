import {
  equalIgnoringCase,
  isAscii,
  isLetter,
  isLower,
  isUpper,
  lowerCase,
  upperCase,
} from './bytes/ascii.js';
import type { ValueBatchWriter } from './value-batch.js';
import type { WordList } from './word-lists.js';

export type CaseStyle = 'upper' | 'lower' | 'as-listed';

export interface WordChoice {
  /** Longest word in characters. */
  readonly longest?: number;
  /** Words of letters only: no space, hyphen or apostrophe. */
  readonly lettersOnly?: boolean;
}

const chosen = new WeakMap<WordList, Map<string, StandInWords>>();
const eligible = new WeakMap<WordList, readonly Uint8Array[]>();

/**
 * The words of a list that may become stand-ins: plain ASCII, so that every encoding can store them, a
 * byte is a character, and case changes byte by byte. In the order of the list, since the digest is an
 * index into it.
 */
export class StandInWords {
  readonly #words: readonly Uint8Array[];
  /** The words in lower case, one behind the other: nearer together than the words themselves. */
  readonly #lower: Uint8Array;
  /** Where each begins in `#lower`, and where the last one ends. */
  readonly #starts: Uint32Array;

  private constructor(words: readonly Uint8Array[]) {
    this.#words = words;
    this.#starts = new Uint32Array(words.length + 1);
    words.forEach((word, i) => (this.#starts[i + 1] = this.#starts[i] + word.length));
    this.#lower = new Uint8Array(this.#starts[words.length]);
    words.forEach((word, i) => this.#lower.set(word, this.#starts[i]));
    for (let i = 0; i < this.#lower.length; i++) this.#lower[i] = lowerCase[this.#lower[i]];
  }

  static of(list: WordList, choice: WordChoice = {}): StandInWords {
    const byChoice = chosen.get(list) ?? new Map<string, StandInWords>();
    chosen.set(list, byChoice);
    const id = JSON.stringify(choice);
    const words =
      byChoice.get(id) ?? new StandInWords(eligibleWords(list).filter((word) => isChosen(word, choice)));
    byChoice.set(id, words);
    return words;
  }

  get size(): number {
    return this.#words.length;
  }

  /** The word at `draw` modulo the number of words. */
  at(draw: number): Uint8Array {
    return this.#words[draw % this.#words.length];
  }

  /** Bytes of the word at `draw`. */
  lengthAt(draw: number): number {
    const index = draw % this.#words.length;
    return this.#starts[index + 1] - this.#starts[index];
  }

  /** Writes the word at `draw` in lower case (room reserved before); returns the end. */
  writeLower(draw: number, target: Uint8Array, at: number): number {
    const index = draw % this.#words.length;
    const lower = this.#lower;
    const to = this.#starts[index + 1];
    for (let i = this.#starts[index]; i < to; i++) target[at++] = lower[i];
    return at;
  }

  /** The word that `draw` chooses, or the next one when that is the original in whatever case. */
  pick(draw: number, original: Uint8Array, from: number, to: number): Uint8Array {
    const index = draw % this.#words.length;
    const word = this.#words[index];
    if (!equalIgnoringCase(word, 0, word.length, original, from, to)) return word;
    return this.#words[(index + 1) % this.#words.length];
  }
}

/** Words of ASCII, each once, whatever its case: the next word must be another one. */
function eligibleWords(list: WordList): readonly Uint8Array[] {
  const known = eligible.get(list);
  if (known) return known;
  const seen = new Set<string>();
  const words = list.words.filter((word) => {
    const { buffer, byteOffset, length } = word;
    if (length < 2 || !isAscii(word, 0, length)) return false;
    const before = seen.size;
    seen.add(Buffer.from(buffer, byteOffset, length).toString('latin1').toLowerCase());
    return seen.size > before;
  });
  eligible.set(list, words);
  return words;
}

/** Asks nothing that case could change, so that it does not matter which of two spellings was kept. */
function isChosen(word: Uint8Array, { longest = 24, lettersOnly = false }: WordChoice): boolean {
  if (word.length > longest) return false;
  if (lettersOnly) for (const byte of word) if (!isLetter(byte)) return false;
  return true;
}

/** How `bytes[from … to)` is written, judged by its ASCII letters; one letter alone says nothing. */
export function caseStyleOf(bytes: Uint8Array, from: number, to: number): CaseStyle {
  let upper = 0;
  let lower = 0;
  for (let i = from; i < to; i++) {
    if (isUpper(bytes[i])) upper++;
    else if (isLower(bytes[i])) lower++;
  }
  if (lower === 0 && upper > 1) return 'upper';
  return upper === 0 && lower > 0 ? 'lower' : 'as-listed';
}

/** Writes `word` in a case style at `at` of the writer's bytes (room reserved before); returns the end. */
export function writeStyled(
  output: ValueBatchWriter,
  at: number,
  word: Uint8Array,
  style: CaseStyle,
): number {
  const { bytes } = output;
  const length = word.length;
  if (style === 'as-listed') for (let i = 0; i < length; i++) bytes[at + i] = word[i];
  else if (style === 'upper') for (let i = 0; i < length; i++) bytes[at + i] = upperCase[word[i]];
  else for (let i = 0; i < length; i++) bytes[at + i] = lowerCase[word[i]];
  return at + length;
}
