/** Bytes of a needle that its place in the index is computed from. */
const PREFIX = 4;
const HASH_BITS = 18;
/** Digits of a number that its place in the index is. */
const LEADING_DIGITS = 7;

const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;

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

interface Pattern {
  readonly needle: number;
  readonly bytes: Uint8Array;
  readonly isAddress: boolean;
}

/**
 * Many texts, looked for at once: in any case of letters, numbers with or without the separators of
 * their digits, whole words only. Reads a byte once, whatever the number of texts.
 */
export class NeedleIndex {
  readonly #heads = new Int32Array(1 << HASH_BITS).fill(-1);
  readonly #next: number[] = [];
  readonly #patterns: Pattern[] = [];
  readonly #numbers = new Map<number, { needle: number; digits: Uint8Array }[]>();
  readonly #isLeading = new Uint8Array(10 ** LEADING_DIGITS / 8);
  /** Bytes beyond the start of a word that a decision may need. */
  readonly reach: number;

  /** @param texts at least six characters each, beginning and ending in a letter or digit */
  constructor(texts: readonly string[]) {
    let longest = 0;
    for (const [needle, text] of texts.entries()) {
      const digits = numberIn(text);
      if (digits) this.#addNumber(needle, digits);
      else for (const form of formsOf(text)) this.#addText(needle, form);
      longest = Math.max(longest, Buffer.byteLength(text) * 2);
    }
    this.reach = longest + 2;
  }

  #addNumber(needle: number, digits: Uint8Array): void {
    const leading = Number(Buffer.from(digits.subarray(0, LEADING_DIGITS)).toString());
    this.#isLeading[leading >> 3] |= 1 << (leading & 7);
    const others = this.#numbers.get(leading);
    if (others) others.push({ needle, digits });
    else this.#numbers.set(leading, [{ needle, digits }]);
  }

  #addText(needle: number, text: string): void {
    const bytes = Buffer.from(text).map((byte) => lower[byte]);
    const slot = slotOf(bytes, 0);
    this.#next.push(this.#heads[slot]);
    this.#heads[slot] = this.#patterns.length;
    this.#patterns.push({ needle, bytes, isAddress: text.includes('@') });
  }

  /** Reports the needles that begin at the word that begins at `at`. */
  matchAt(bytes: Uint8Array, at: number, found: (needle: number) => void): void {
    if (at + PREFIX <= bytes.length) {
      for (let i = this.#heads[slotOf(bytes, at)]; i >= 0; i = this.#next[i]) {
        const pattern = this.#patterns[i];
        if (isThere(pattern, bytes, at)) found(pattern.needle);
      }
    }
    if (isDigit[bytes[at]]) this.#matchNumber(bytes, at, found);
  }

  #matchNumber(bytes: Uint8Array, at: number, found: (needle: number) => void): void {
    let leading = 0;
    let position = at;
    for (let i = 0; i < LEADING_DIGITS; i++) {
      if (i > 0) position = afterSeparators(bytes, position);
      if (!isDigit[bytes[position]]) return;
      leading = leading * 10 + bytes[position++] - 0x30;
    }
    if ((this.#isLeading[leading >> 3] & (1 << (leading & 7))) === 0) return;
    for (const { needle, digits } of this.#numbers.get(leading)!) {
      if (isNumberThere(digits, bytes, position)) found(needle);
    }
  }
}

/** Looks through COPY data in text format as it comes by, and keeps what was found in which column. */
export class CopySearch {
  readonly #index: NeedleIndex;
  /** By column: the needles found in it. */
  readonly found: readonly Set<number>[];
  #rest: Uint8Array = Uint8Array.of(NEWLINE, NEWLINE);
  #column = 0;

  constructor(index: NeedleIndex, columns: number) {
    this.#index = index;
    this.found = Array.from({ length: columns }, () => new Set<number>());
  }

  push(chunk: Uint8Array): void {
    this.#search(Buffer.concat([this.#rest, chunk]), this.#index.reach);
  }

  end(): void {
    // A separator after the last word saves asking for the end everywhere.
    this.#search(Buffer.concat([this.#rest, Buffer.of(NEWLINE)]), 0);
  }

  /** Looks at every start but those within `reach` of the end, which wait for what follows. */
  #search(bytes: Uint8Array, reach: number): void {
    const end = Math.max(2, bytes.length - reach);
    let column = this.#column;
    const report = (needle: number) => this.found[column]?.add(needle);
    for (let at = 2; at < end; at++) {
      const byte = bytes[at];
      if (byte === TAB) column++;
      else if (byte === NEWLINE) column = 0;
      else if (isWord[byte] && (!isWord[bytes[at - 1]] || bytes[at - 2] === BACKSLASH)) {
        // The letter of an escape, as in \n, belongs to no word.
        this.#index.matchAt(bytes, at, report);
      }
    }
    this.#column = column;
    this.#rest = bytes.subarray(end - 2);
  }
}

function isThere({ bytes: wanted, isAddress }: Pattern, bytes: Uint8Array, at: number): boolean {
  const end = at + wanted.length;
  for (let i = 0; i < wanted.length; i++) if (lower[bytes[at + i]] !== wanted[i]) return false;
  return !isWord[bytes[end]] && !(isAddress && joinsAddress[bytes[at - 1]]);
}

function isNumberThere(digits: Uint8Array, bytes: Uint8Array, from: number): boolean {
  let position = from;
  for (let i = LEADING_DIGITS; i < digits.length; i++) {
    position = afterSeparators(bytes, position);
    if (bytes[position++] !== digits[i]) return false;
  }
  return !isWord[bytes[position]];
}

/** Past at most two separators, as in `(030) 901`. */
function afterSeparators(bytes: Uint8Array, at: number): number {
  if (!separatesDigits[bytes[at]]) return at;
  return separatesDigits[bytes[at + 1]] ? at + 2 : at + 1;
}

/** The digits of a text that is a number with separators; undefined for any other text. */
function numberIn(text: string): Uint8Array | undefined {
  const digits = text.replace(/[ \-./()]/g, '');
  return digits.length >= LEADING_DIGITS && /^\d+$/.test(digits) ? Buffer.from(digits) : undefined;
}

/** A text as it may be written: letters beyond ASCII are not folded byte by byte, and @ travels coded in URLs. */
function formsOf(text: string): Set<string> {
  const cases = /^[\0-\x7f]*$/.test(text) ? [text] : [text, text.toLowerCase(), text.toUpperCase()];
  return new Set(cases.flatMap((form) => (form.includes('@') ? [form, form.replace('@', '%40')] : [form])));
}

function slotOf(bytes: Uint8Array, at: number): number {
  const prefix =
    lower[bytes[at]] |
    (lower[bytes[at + 1]] << 8) |
    (lower[bytes[at + 2]] << 16) |
    (lower[bytes[at + 3]] << 24);
  return Math.imul(prefix, 0x9e3779b1) >>> (32 - HASH_BITS);
}

function flags(test: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (test(byte) ? 1 : 0));
}
