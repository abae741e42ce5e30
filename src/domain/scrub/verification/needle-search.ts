import { FINGERPRINT_KEY_BYTES, type Fingerprint } from './fingerprint.js';
import { memoryUpTo } from '../../webassembly-kernel.js';
import { type NeedleSearchKernel, needleSearchKernel } from './needle-search-kernel.js';

/** Twice what a needle has in a text at most, and the gap behind it: what a search must see ahead. */
const REACH = 2 * 480 + 8;
const FEWEST_DIGITS = 7;
const NEWLINE = 0x0a;

/** Finds that the kernel reports at once; each is three words. */
const FINDS = 4096;
const WORDS_A_FIND = 3;
/** Bytes of the longest needle's form. */
const LONGEST = 4096;

const SMALLEST_BITS = 20;
/** 32 MiB. */
const LARGEST_BITS = 28;
/** One in thirty of other texts passes, and is looked up. */
const BITS_A_FINGERPRINT = 8;

/**
 * Needles by fingerprints of their words or digits: in any case of letters, numbers with or without the
 * separators of their digits, whole words only. The texts themselves are not kept. A Bloom filter tells what
 * was surely never added; what it lets through is looked up exactly afterwards, so that its size costs time
 * and never truth.
 */
export class NeedleIndex {
  readonly #kernel: NeedleSearchKernel = needleSearchKernel();
  readonly #added: (fingerprint: Fingerprint, number: number) => void;
  readonly #needle: number;
  readonly #finds: number;
  /** Where a text to search begins. */
  readonly #text: number;
  #bytes: Buffer;

  /**
   * @param expected fingerprints that will be added, about; the filter takes 32 MiB at most
   * @param added told the fingerprints of needles, with the number that was given for each
   */
  constructor(expected: number, key: Uint8Array, added: (fingerprint: Fingerprint, number: number) => void) {
    const wanted = Math.ceil(Math.log2(Math.max(1, expected) * BITS_A_FINGERPRINT));
    const bits = Math.min(LARGEST_BITS, Math.max(SMALLEST_BITS, wanted));
    this.#added = added;
    this.#needle = this.#kernel.heap();
    this.#finds = this.#needle + LONGEST;
    const filter = this.#finds + FINDS * WORDS_A_FIND * 4;
    this.#text = filter + 2 ** (bits - 3);
    this.#bytes = this.#reserve(this.#text);
    const view = new DataView(key.buffer, key.byteOffset, FINGERPRINT_KEY_BYTES);
    const [a, b, c, d] = [0, 4, 8, 12].map((at) => view.getInt32(at));
    this.#kernel.setUp(a, b, c, d, filter, 2 ** bits - 1);
  }

  /**
   * Makes a needle known, by its fingerprint, or several for a text that is written in several ways.
   * @param text 6 to 200 characters, beginning and ending in a letter or digit, without control characters
   */
  add(text: string, number: number): void {
    if (this.#takeAscii(text)) {
      if (isNumber(text)) this.#kernel.addDigits(this.#needle);
      else this.#kernel.addWords(this.#needle);
      this.#tell(number);
      return;
    }
    // Letters beyond ASCII are not folded byte by byte.
    for (const form of new Set([text, text.toLowerCase(), text.toUpperCase()])) {
      const length = this.#bytes.write(form, this.#needle, LONGEST - 1);
      this.#bytes[this.#needle + length] = NEWLINE;
      this.#kernel.addWords(this.#needle);
      this.#tell(number);
    }
  }

  /**
   * Looks at the words that begin from the third byte of `head` and `tail` on, one behind the other, and at
   * none in the last `reach` bytes.
   * @param first column of the third byte
   * @returns the column of the byte behind the last that was looked at
   */
  search(
    head: Uint8Array,
    tail: Uint8Array,
    reach: number,
    first: number,
    found: (fingerprint: Fingerprint, column: number) => void,
  ): number {
    const length = head.length + tail.length;
    const kernel = this.#kernel;
    const bytes = (this.#bytes = this.#reserve(this.#text + length + 1));
    bytes.set(head, this.#text);
    bytes.set(tail, this.#text + head.length);
    bytes[this.#text + length] = NEWLINE;
    const end = this.#text + Math.max(2, length - reach);
    const finds = new Int32Array(bytes.buffer, this.#finds, FINDS * WORDS_A_FIND);
    let column = first;
    for (let at = this.#text + 2; at < end;) {
      at = kernel.search(at, end, column, this.#finds, FINDS);
      column = kernel.endedIn();
      const words = kernel.found() * WORDS_A_FIND;
      for (let i = 0; i < words; i += WORDS_A_FIND)
        found({ high: finds[i], low: finds[i + 1] }, finds[i + 2]);
    }
    return column;
  }

  #tell(number: number): void {
    this.#added({ high: this.#kernel.high(), low: this.#kernel.low() }, number);
  }

  /** False when there is more in it than ASCII. */
  #takeAscii(text: string): boolean {
    const [bytes, from] = [this.#bytes, this.#needle];
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return false;
      bytes[from + i] = code;
    }
    bytes[from + text.length] = NEWLINE;
    return true;
  }

  /** The memory, once it reaches `end` and the bytes that are read at once behind it. */
  #reserve(end: number): Buffer {
    return memoryUpTo(this.#kernel, end + 64, this.#bytes);
  }
}

/** Looks through COPY data in text format as it comes by. */
export class CopySearch {
  readonly #index: NeedleIndex;
  readonly #found: (fingerprint: Fingerprint, column: number) => void;
  #rest: Buffer = Buffer.of(NEWLINE, NEWLINE);
  #column = 0;

  /** @param found told of what may be a needle, with the position of its column */
  constructor(index: NeedleIndex, found: (fingerprint: Fingerprint, column: number) => void) {
    this.#index = index;
    this.#found = found;
  }

  push(chunk: Uint8Array): void {
    this.#column = this.#index.search(this.#rest, chunk, REACH, this.#column, this.#found);
    // What begins within reach of the end waits for what follows, with the two bytes before it.
    const kept = Math.min(this.#rest.length + chunk.length, REACH + 2);
    const missing = kept - chunk.length;
    this.#rest =
      missing > 0
        ? Buffer.concat([this.#rest.subarray(this.#rest.length - missing), chunk])
        : Buffer.from(chunk.subarray(chunk.length - kept));
  }

  end(): void {
    this.#index.search(this.#rest, new Uint8Array(0), 0, this.#column, this.#found);
    this.#rest = Buffer.of(NEWLINE, NEWLINE);
    this.#column = 0;
  }
}

/** True for digits with separators between them, and nothing else. */
function isNumber(text: string): boolean {
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character >= '0' && character <= '9') digits++;
    else if (!' -./()'.includes(character)) return false;
  }
  // 10.1.23.7 and 10.12.3.7 are two addresses.
  return digits >= FEWEST_DIGITS && !networkAddress.test(text);
}

const networkAddress = /^\d{1,3}(\.\d{1,3}){3}$/;
