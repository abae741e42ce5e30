import { COMMA, HYPHEN, isAlphanumeric, isLetter, SPACE } from '../bytes/ascii.js';
import { decodeText } from '../normalisation/normaliser.js';
import { NULL_VALUE, ValueBatchWriter, type ValueBatch } from '../value-batch.js';
import {
  FAMILY,
  GIVEN,
  INITIAL,
  KEPT,
  pack,
  particles,
  suffixes,
  titles,
  type NamePart,
} from './name-parts.js';

/** Which names a column holds; `full` is read by order and comma: `Ana Lopez`, `Lopez, Ana`. */
export type NameOrder = 'full' | 'given' | 'family';

/** Knows family names; asked for the inner words of long names only. */
export type IsFamilyName = (word: string) => boolean;

const APOSTROPHE = 0x27;
/** Bytes of words: letters, digits, apostrophes, and all beyond ASCII. */
const wordBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || isAlphanumeric(byte) || byte === APOSTROPHE ? 1 : 0,
);
const separators = new Set(Array.from(' .,-/&()\u0022', (character) => character.charCodeAt(0)));
/** Every ASCII byte as names keep it: those that are no part of how names are written become a space. */
const cleanBytes = Uint8Array.from({ length: 128 }, (_, byte) =>
  wordBytes[byte] || separators.has(byte) ? byte : SPACE,
);

/**
 * Splits a batch of names into words and tells what each one is. Names are cleaned first: NFC, runs of
 * blanks and unusual characters made one space. Arrays grow to the largest batch and are used again.
 */
export class NameReader {
  /** Cleaned names, which the words refer to. */
  readonly names = new ValueBatchWriter();
  wordStarts = new Int32Array(2048);
  wordEnds = new Int32Array(2048);
  parts = new Uint8Array(2048);
  /** Index of the first word of each name, and at the end the number of words. */
  firstWords = new Int32Array(1025);
  words = 0;

  readonly #order: NameOrder;
  readonly #isFamilyName: IsFamilyName;

  constructor(order: NameOrder, isFamilyName: IsFamilyName) {
    this.#order = order;
    this.#isFamilyName = isFamilyName;
  }

  read(input: ValueBatch): void {
    this.names.clear();
    this.words = 0;
    if (this.firstWords.length <= input.count) this.firstWords = new Int32Array(input.count * 2 + 1);
    for (let i = 0; i < input.count; i++) {
      this.firstWords[i] = this.words;
      if (input.starts[i] === NULL_VALUE) this.names.appendNull();
      else this.#readName(input.bytes, input.starts[i], input.ends[i]);
    }
    this.firstWords[input.count] = this.words;
  }

  #readName(bytes: Uint8Array, from: number, to: number): void {
    this.#clean(bytes, from, to);
    const name = this.names.count - 1;
    const first = this.words;
    const comma = this.#split(this.names.bytes, this.names.starts[name], this.names.ends[name]);
    const count = this.words - first;
    if (count === 0) return;
    if (this.#order === 'given') this.#mark(first, this.words, GIVEN);
    else if (this.#order === 'family') this.#mark(first, this.words, FAMILY);
    else if (comma > first && comma < this.words) this.#markByComma(first, comma);
    else this.#markByOrder(first);
    this.#keepJoiningWords(first, comma);
    this.#markInitials(first);
  }

  /** Appends the name with its unusual characters made spaces. */
  #clean(bytes: Uint8Array, from: number, to: number): void {
    let at = this.names.reserve(to - from);
    const target = this.names.bytes;
    const start = at;
    for (let i = from; i < to; i++) {
      const byte = bytes[i];
      if (byte >= 0x80) {
        const text = decodeText(bytes, from, to).normalize('NFC');
        this.names.appendText(text.replace(/[^\p{L}\p{M}\p{N}'’.,/&()"-]+/gu, ' ').trim());
        return;
      }
      const kept = cleanBytes[byte];
      if (kept === SPACE && (at === start || target[at - 1] === SPACE)) continue;
      target[at++] = kept;
    }
    if (at > start && target[at - 1] === SPACE) at--;
    this.names.finish(at);
  }

  /** Finds the words; returns the index of the first word after a comma, or -1. */
  #split(bytes: Uint8Array, from: number, to: number): number {
    let comma = -1;
    for (let i = from; i < to;) {
      if (!wordBytes[bytes[i]]) {
        if (bytes[i] === COMMA && comma < 0) comma = this.words;
        i++;
        continue;
      }
      const start = i;
      while (i < to && wordBytes[bytes[i]]) i++;
      this.#addWord(start, i);
    }
    return comma;
  }

  #addWord(start: number, end: number): void {
    if (this.words === this.wordStarts.length) this.#growWords();
    this.wordStarts[this.words] = start;
    this.wordEnds[this.words] = end;
    this.words++;
  }

  #growWords(): void {
    const size = this.words * 2;
    const grow = (array: Int32Array) => {
      const grown = new Int32Array(size);
      grown.set(array);
      return grown;
    };
    this.wordStarts = grow(this.wordStarts);
    this.wordEnds = grow(this.wordEnds);
    const parts = new Uint8Array(size);
    parts.set(this.parts);
    this.parts = parts;
  }

  #mark(from: number, to: number, part: NamePart): void {
    this.parts.fill(part, from, to);
  }

  /** `Lopez, Ana`; but `Ana Lopez, Jr.` is in plain order. */
  #markByComma(first: number, comma: number): void {
    if (suffixes.has(this.#packed(comma)) && comma === this.words - 1) {
      this.#markByOrder(first, comma);
      this.parts[comma] = KEPT;
      return;
    }
    this.#mark(first, comma, FAMILY);
    this.#mark(comma, this.words, GIVEN);
  }

  /** The last word is the family name, with all that hyphens tie to it; a single word is a given name. */
  #markByOrder(first: number, end = this.words): void {
    this.#mark(first, end, GIVEN);
    let begin = first;
    while (begin < end - 1 && titles.has(this.#packed(begin))) begin++;
    let last = end - 1;
    while (last > begin + 1 && suffixes.has(this.#packed(last))) last--;
    if (last <= begin) return;
    let family = last;
    while (family > begin + 1 && this.#tiedToPrevious(family)) family--;
    this.#mark(family, last + 1, FAMILY);
    for (let word = begin + 1; word < family; word++) {
      if (this.#isFamilyName(this.#text(word))) this.parts[word] = FAMILY;
    }
  }

  /** Titles, suffixes and particles stay, unless nothing would be left to mask. */
  #keepJoiningWords(first: number, comma: number): void {
    const end = this.words;
    if (end - first < 2) return;
    let title = first;
    while (title < end - 1 && titles.has(this.#packed(title))) this.parts[title++] = KEPT;
    let last = end - 1;
    while (last > title && last > first && suffixes.has(this.#packed(last))) this.parts[last--] = KEPT;
    for (let word = title; word < last; word++) {
      // 'Van Morrison': in plain order the first word of a name is a given name.
      const mayBeGiven = word === title && this.#order !== 'family' && comma < 0;
      if (!mayBeGiven && particles.has(this.#packed(word))) this.parts[word] = KEPT;
    }
    for (let word = first; word < end; word++) if (this.parts[word] !== KEPT) return;
    this.#mark(first, end, GIVEN);
  }

  #markInitials(first: number): void {
    const { bytes } = this.names;
    for (let word = first; word < this.words; word++) {
      const start = this.wordStarts[word];
      if (this.parts[word] !== KEPT && this.wordEnds[word] === start + 1 && isLetter(bytes[start])) {
        this.parts[word] = INITIAL;
      }
    }
  }

  #tiedToPrevious(word: number): boolean {
    const start = this.wordStarts[word];
    return this.wordEnds[word - 1] === start - 1 && this.names.bytes[start - 1] === HYPHEN;
  }

  #packed(word: number): number {
    return pack(this.names.bytes, this.wordStarts[word], this.wordEnds[word]);
  }

  #text(word: number): string {
    return decodeText(this.names.bytes, this.wordStarts[word], this.wordEnds[word]).toLowerCase();
  }
}
