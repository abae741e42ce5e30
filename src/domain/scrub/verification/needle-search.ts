import { FingerprintHash, type Fingerprint, type FingerprintFilter, kinds } from './fingerprint.js';

/** Words of a needle that count; what begins with as many of them is the needle. */
const MOST_WORDS = 12;
/** Beginnings of so many words are known, so that a text is given up early. */
const KNOWN_BEGINNING = 3;
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 40;
/** Bytes between two words of one needle. */
const WIDEST_GAP = 8;
/** Bytes of a needle; twice as many in a text, with what stands between its words. */
const MOST_BYTES = 480;

const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const AT = 0x40;
const PERCENT = 0x25;

const lower = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte,
);
const isDigit = flags((byte) => byte >= 0x30 && byte <= 0x39);
/** Letters and digits; every byte of a letter beyond ASCII counts as one. */
const isWord = flags((byte) => /[A-Za-z0-9]/.test(String.fromCharCode(byte)) || byte >= 0x80);
/** What stands inside the first part of a mail address besides letters and digits. */
const joinsAddress = flags((byte) => '.-_+'.includes(String.fromCharCode(byte)));
/** What people write between the digits of one number. */
const separatesDigits = flags((byte) => ' -./()'.includes(String.fromCharCode(byte)));
/** Letters that stand for a control character behind a backslash. */
const escapes = flags((byte) => 'bfnrtv'.includes(String.fromCharCode(byte)));

/**
 * Needles by fingerprints of their words or digits: in any case of letters, numbers with or without the
 * separators of their digits, whole words only. The texts themselves are not kept.
 */
export class NeedleIndex {
  readonly #filter: FingerprintFilter;
  readonly #hash: FingerprintHash;
  readonly #added: (fingerprint: Fingerprint, number: number) => void;
  /** A needle's bytes, and a line's end behind them. */
  #bytes = new Uint8Array(1024);

  /** @param added told the fingerprints of needles, with the number that was given for each */
  constructor(
    filter: FingerprintFilter,
    key: Uint8Array,
    added: (fingerprint: Fingerprint, number: number) => void,
  ) {
    this.#filter = filter;
    this.#hash = new FingerprintHash(key);
    this.#added = added;
  }

  /**
   * Makes a needle known, by its fingerprint, or several for a text that is written in several ways.
   * @param text at least six characters, beginning and ending in a letter or digit, without control characters
   */
  add(text: string, number: number): void {
    if (this.#takeAscii(text)) {
      if (isNumber(text)) this.#addDigits(number);
      else this.#addWords(number);
      return;
    }
    // Letters beyond ASCII are not folded byte by byte.
    for (const form of new Set([text, text.toLowerCase(), text.toUpperCase()])) {
      this.#takeUtf8(form);
      this.#addWords(number);
    }
  }

  /** False when there is more in it than ASCII. */
  #takeAscii(text: string): boolean {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return false;
      bytes[i] = code;
    }
    bytes[text.length] = NEWLINE;
    return true;
  }

  #takeUtf8(text: string): void {
    this.#reserve(text.length * 3);
    const { written } = encoder.encodeInto(text, this.#bytes);
    this.#bytes[written] = NEWLINE;
  }

  #reserve(length: number): void {
    if (length >= this.#bytes.length) this.#bytes = new Uint8Array(length * 2);
  }

  #addDigits(number: number): void {
    const [hash, bytes] = [this.#hash, this.#bytes];
    hash.reset();
    for (let at = 0, digits = 0; bytes[at] !== NEWLINE && digits < MOST_DIGITS; at++) {
      if (!isDigit[bytes[at]]) continue;
      hash.add(bytes[at]);
      if (++digits === FEWEST_DIGITS) {
        hash.take(kinds.digitsBegin);
        this.#filter.add(hash);
      }
    }
    hash.take(kinds.digits);
    this.#filter.add(hash);
    this.#added(hash, number);
  }

  #addWords(number: number): void {
    const [hash, bytes] = [this.#hash, this.#bytes];
    hash.reset();
    for (let at = 0, words = 1; ; words++) {
      while (isWord[bytes[at]]) hash.add(lower[bytes[at++]]);
      const next = nextWord(bytes, at);
      if (next < 0 || words === MOST_WORDS || next >= MOST_BYTES) break;
      if (words <= KNOWN_BEGINNING) {
        hash.take(kinds.wordsBegin);
        this.#filter.add(hash);
      }
      addGap(hash, bytes, at, next);
      at = next;
    }
    hash.take(kinds.words);
    this.#filter.add(hash);
    this.#added(hash, number);
  }

  /** Reports the fingerprints of what begins at the word at `at` and may be a needle. */
  lookAt(bytes: Uint8Array, at: number, found: (fingerprint: Fingerprint) => void): void {
    this.#lookForWords(bytes, at, found);
    if (isDigit[bytes[at]]) this.#lookForDigits(bytes, at, found);
  }

  #lookForWords(bytes: Uint8Array, from: number, found: (fingerprint: Fingerprint) => void): void {
    const hash = this.#hash;
    const filter = this.#filter;
    const inAddress = joinsAddress[bytes[from - 1]] === 1;
    let isAddress = false;
    hash.reset();
    for (let at = from, words = 1; ; words++) {
      while (at < bytes.length && isWord[bytes[at]]) hash.add(lower[bytes[at++]]);
      hash.take(kinds.words);
      if (filter.has(hash) && !(isAddress && inAddress)) found(hash);
      if (words === MOST_WORDS) return;
      if (words <= KNOWN_BEGINNING) {
        hash.take(kinds.wordsBegin);
        if (!filter.has(hash)) return;
      }
      const next = nextWord(bytes, at);
      if (next < 0 || next - from > 2 * MOST_BYTES) return;
      isAddress = addGap(hash, bytes, at, next) || isAddress;
      at = next;
    }
  }

  #lookForDigits(bytes: Uint8Array, from: number, found: (fingerprint: Fingerprint) => void): void {
    const hash = this.#hash;
    const filter = this.#filter;
    hash.reset();
    for (let at = from, digits = 0; digits < MOST_DIGITS;) {
      while (isDigit[bytes[at]]) {
        hash.add(bytes[at++]);
        if (++digits === FEWEST_DIGITS) {
          hash.take(kinds.digitsBegin);
          if (!filter.has(hash)) return;
        }
      }
      if (isWord[bytes[at]]) return;
      if (digits >= FEWEST_DIGITS) {
        hash.take(kinds.digits);
        if (filter.has(hash)) found(hash);
      }
      // At most two separators, as in `(030) 901`.
      for (let gap = 0; gap < 2 && separatesDigits[bytes[at]]; gap++) at++;
      if (!isDigit[bytes[at]]) return;
    }
  }
}

/** Looks through COPY data in text format as it comes by. */
export class CopySearch {
  readonly #index: NeedleIndex;
  readonly #found: (fingerprint: Fingerprint, column: number) => void;
  #rest: Uint8Array = Uint8Array.of(NEWLINE, NEWLINE);
  #column = 0;

  /** @param found told of what may be a needle, with the position of its column */
  constructor(index: NeedleIndex, found: (fingerprint: Fingerprint, column: number) => void) {
    this.#index = index;
    this.#found = found;
  }

  push(chunk: Uint8Array): void {
    this.#search(Buffer.concat([this.#rest, chunk]), 2 * MOST_BYTES + WIDEST_GAP);
  }

  end(): void {
    // A separator after the last word saves asking for the end everywhere.
    this.#search(Buffer.concat([this.#rest, Buffer.of(NEWLINE)]), 0);
  }

  /** Looks at every start but those within `reach` of the end, which wait for what follows. */
  #search(bytes: Uint8Array, reach: number): void {
    const end = Math.max(2, bytes.length - reach);
    let column = this.#column;
    const report = (fingerprint: Fingerprint) => this.#found(fingerprint, column);
    for (let at = 2; at < end; at++) {
      const byte = bytes[at];
      if (byte === TAB) column++;
      else if (byte === NEWLINE) column = 0;
      else if (isWord[byte] && (!isWord[bytes[at - 1]] || bytes[at - 2] === BACKSLASH)) {
        // The letter of an escape, as in \n, belongs to no word.
        this.#index.lookAt(bytes, at, report);
      }
    }
    this.#column = column;
    this.#rest = bytes.subarray(end - 2);
  }
}

/** Where the next word of the same field begins, if it is near; else -1. */
function nextWord(bytes: Uint8Array, from: number): number {
  const furthest = Math.min(bytes.length, from + WIDEST_GAP);
  for (let at = from; at < furthest; at++) {
    const byte = bytes[at];
    if (byte === TAB || byte === NEWLINE) return -1;
    if (byte === PERCENT && bytes[at + 1] === 0x34 && bytes[at + 2] === 0x30) at += 2;
    else if (byte === BACKSLASH && escapes[bytes[at + 1]]) at++;
    else if (isWord[byte]) return at;
  }
  return -1;
}

/**
 * Adds what stands between two words: white space of any kind and length as one space, `@` also in the form
 * in which it travels in URLs. True when there is an `@`.
 */
function addGap(hash: FingerprintHash, bytes: Uint8Array, from: number, to: number): boolean {
  let hasAt = false;
  let isSpace = false;
  for (let at = from; at < to; at++) {
    let byte = bytes[at];
    if (byte === PERCENT && bytes[at + 1] === 0x34 && bytes[at + 2] === 0x30) {
      byte = AT;
      at += 2;
    } else if (byte === BACKSLASH) {
      if (escapes[bytes[at + 1]]) at++;
      byte = SPACE;
    }
    hasAt ||= byte === AT;
    if (byte !== SPACE || !isSpace) hash.add(byte);
    isSpace = byte === SPACE;
  }
  return hasAt;
}

/** True for digits with separators between them, and nothing else. */
function isNumber(text: string): boolean {
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isDigit[code]) digits++;
    else if (!separatesDigits[code]) return false;
  }
  // 10.1.23.7 and 10.12.3.7 are two addresses.
  return digits >= FEWEST_DIGITS && !networkAddress.test(text);
}

const networkAddress = /^\d{1,3}(\.\d{1,3}){3}$/;
const encoder = new TextEncoder();

function flags(test: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (test(byte) ? 1 : 0));
}
