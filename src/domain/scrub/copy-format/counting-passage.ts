import { HEADER_LENGTH, TRAILER, wrongFieldCount } from './binary-rows.js';
import { MalformedCopyError, type CopyFormat, type MaskedColumnCounts } from './copy-format.js';
import type { RowMasker } from './row-masker.js';

const LINE_FEED = 0x0a;

/** Lets the data of a table without masks pass as it comes, and counts its rows; keeps no row. */
export class CountingPassage implements RowMasker {
  readonly counts: readonly MaskedColumnCounts[] = [];
  readonly #counter: TextRowCounter | BinaryRowCounter;

  constructor(format: CopyFormat, columns: number) {
    this.#counter = format === 'text' ? new TextRowCounter() : new BinaryRowCounter(columns);
  }

  get rows(): number {
    return this.#counter.rows;
  }

  push(chunk: Buffer): Buffer | undefined {
    this.#counter.count(chunk);
    return chunk.length > 0 ? chunk : undefined;
  }

  end(): undefined {
    this.#counter.end();
  }
}

class TextRowCounter {
  rows = 0;
  #cut = false;

  count(chunk: Buffer): void {
    if (chunk.length === 0) return;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) this.rows++;
    this.#cut = chunk[chunk.length - 1] !== LINE_FEED;
  }

  /** @throws MalformedCopyError when the data ended within a row */
  end(): void {
    if (this.#cut) throw new MalformedCopyError('it ends within a row');
  }
}

/** Counts rows however the chunks cut them, keeping no more than a few bytes. */
class BinaryRowCounter {
  rows = 0;
  readonly #columns: number;
  /** Bytes of a number that the last chunk cut off. */
  #number = 0;
  #numberBytes = 0;
  /** Bytes of a value or of the header's extension still to come. */
  #skip = 0;
  #headerLeft = HEADER_LENGTH - 4;
  #expects: 'extension-length' | 'field-count' | 'field-length' | 'nothing' = 'extension-length';
  #fieldsLeft = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  count(chunk: Buffer): void {
    let at = 0;
    const skipHeader = Math.min(this.#headerLeft, chunk.length);
    this.#headerLeft -= skipHeader;
    at += skipHeader;
    const { length } = chunk;
    while (at < length && this.#expects !== 'nothing') {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, length - at);
        this.#skip -= skipped;
        at += skipped;
        continue;
      }
      const size = this.#expects === 'field-count' ? 2 : 4;
      while (at < length && this.#numberBytes < size) {
        this.#number = (this.#number << 8) | chunk[at++];
        this.#numberBytes++;
      }
      if (this.#numberBytes === size) this.#take();
    }
  }

  /** @throws MalformedCopyError when the data ended before its trailer */
  end(): void {
    if (this.#expects !== 'nothing') throw new MalformedCopyError('it ends before its trailer');
  }

  #take(): void {
    const number = this.#number;
    this.#number = 0;
    this.#numberBytes = 0;
    if (this.#expects === 'field-count') this.#takeFieldCount(number);
    else {
      this.#skip = Math.max(0, number);
      if (this.#expects === 'field-length') this.#fieldsLeft--;
      else this.#expects = 'field-count';
      if (this.#fieldsLeft === 0) this.#expects = 'field-count';
    }
  }

  #takeFieldCount(count: number): void {
    if (count === TRAILER) {
      this.#expects = 'nothing';
      return;
    }
    if (count !== this.#columns) throw wrongFieldCount();
    this.rows++;
    this.#fieldsLeft = count;
    this.#expects = count === 0 ? 'field-count' : 'field-length';
  }
}
