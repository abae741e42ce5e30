/** Bytes of one chunk of rows on their way out. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Rows as the text format of PostgreSQL's COPY, which is how rows travel through a scrub whatever the
 * engine: UTF-8, tabs between fields, a line feed behind each row, `\N` for NULL.
 */
export class CopyTextWriter<Value> {
  readonly #textOf: (value: Value, field: number) => string | null;
  #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #other = Buffer.allocUnsafe(CHUNK_BYTES);
  #length = 0;

  /** @param textOf a value's text, as PostgreSQL would print it; null for NULL */
  constructor(textOf: (value: Value, field: number) => string | null) {
    this.#textOf = textOf;
  }

  /** Adds a row; gives a chunk when one is full, which is written over when the next but one is begun. */
  push(fields: readonly Value[]): Buffer | undefined {
    let text = '';
    for (let i = 0; i < fields.length; i++) {
      if (i > 0) text += '\t';
      const field = this.#textOf(fields[i], i);
      text += field === null ? '\\N' : escapeField(field);
    }
    text += '\n';
    const most = text.length > CHUNK_BYTES ? Buffer.byteLength(text) : text.length * 3;
    let full: Buffer | undefined;
    if (this.#length + most > this.#chunk.length) {
      full = this.end();
      // What is given away now is read before the next row comes; this row goes to the other one.
      this.#swap(most);
    }
    this.#length += this.#chunk.write(text, this.#length, 'utf8');
    return full;
  }

  /** What is left, if anything. */
  end(): Buffer | undefined {
    const full = this.#length === 0 ? undefined : this.#chunk.subarray(0, this.#length);
    this.#length = 0;
    return full;
  }

  #swap(bytes: number): void {
    const other = this.#other.length < bytes ? Buffer.allocUnsafe(bytes) : this.#other;
    this.#other = this.#chunk;
    this.#chunk = other;
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
