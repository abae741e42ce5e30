import { unescapeInto } from '../../domain/scrub/copy-format/text-escapes.js';

/** Bytes of one chunk of rows on their way out. */
const CHUNK_BYTES = 256 * 1024;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;

/**
 * Rows as the text format of PostgreSQL's COPY, which is how rows travel through a scrub whatever the
 * engine: UTF-8, tabs between fields, a line feed behind each row, `\N` for NULL.
 */
export class CopyTextWriter {
  #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #length = 0;

  /** Adds a row; gives a chunk when one is full. */
  push(fields: readonly (string | null)[]): Buffer | undefined {
    let text = '';
    for (let i = 0; i < fields.length; i++) {
      if (i > 0) text += '\t';
      const field = fields[i];
      text += field === null ? '\\N' : escapeField(field);
    }
    text += '\n';
    const most = text.length * 3;
    let full: Buffer | undefined;
    if (this.#length + most > this.#chunk.length) {
      full = this.#take();
      if (most > this.#chunk.length) this.#chunk = Buffer.allocUnsafe(most);
    }
    this.#length += this.#chunk.write(text, this.#length, 'utf8');
    return full;
  }

  /** What is left, if anything. */
  end(): Buffer | undefined {
    return this.#take();
  }

  /** The chunk goes to its reader, who may still hold it when the next rows come: a new one begins. */
  #take(): Buffer | undefined {
    if (this.#length === 0) return undefined;
    const full = this.#chunk.subarray(0, this.#length);
    this.#chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    this.#length = 0;
    return full;
  }
}

const special = /[\b\t\n\v\f\r\\]/;
const specials = /[\b\t\n\v\f\r\\]/g;
const letters: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
};

function escapeField(field: string): string {
  return special.test(field) ? field.replace(specials, (character) => letters[character]) : field;
}

/** Reads rows back from chunks that may end anywhere; a row's fields are unescaped text. */
export class CopyTextReader {
  readonly #columns: number;
  #rest: Buffer = Buffer.alloc(0);
  #scratch = Buffer.alloc(4096);

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** The complete rows of what has come so far; the buffer may be used again once they are read. */
  *push(chunk: Buffer): Generator<readonly (string | null)[]> {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      yield this.#row(bytes, from, end);
      from = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
  }

  /** True when nothing is left of a row that was cut off. */
  get isComplete(): boolean {
    return this.#rest.length === 0;
  }

  #row(bytes: Buffer, from: number, to: number): readonly (string | null)[] {
    if (this.#columns === 0) return [];
    const fields: (string | null)[] = [];
    let start = from;
    let escaped = false;
    for (let at = from; at <= to; at++) {
      const byte = at === to ? TAB : bytes[at];
      if (byte === BACKSLASH) escaped = true;
      if (byte !== TAB) continue;
      fields.push(escaped ? this.#unescaped(bytes, start, at) : bytes.toString('utf8', start, at));
      start = at + 1;
      escaped = false;
    }
    return fields;
  }

  #unescaped(bytes: Buffer, from: number, to: number): string | null {
    if (to - from === 2 && bytes[from] === BACKSLASH && bytes[from + 1] === 0x4e) return null;
    if (this.#scratch.length < to - from) this.#scratch = Buffer.alloc(2 * (to - from));
    const end = unescapeInto(this.#scratch, 0, bytes, from, to);
    return this.#scratch.toString('utf8', 0, end);
  }
}
