import { scanSync } from 'libpg-query';

/** A token of the query; offsets in bytes. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A piece of the query to be replaced; offsets in bytes. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * A query as the parser counts it: in bytes of UTF-8. Everything that no edit touches stays as it was
 * written, comments, spelling and all.
 */
export class QueryText {
  readonly #bytes: Buffer;
  #tokens: readonly Token[] | undefined;
  #indexByStart: ReadonlyMap<number, number> | undefined;

  constructor(readonly sql: string) {
    this.#bytes = Buffer.from(sql, 'utf8');
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Tokens without comments. */
  get tokens(): readonly Token[] {
    this.#tokens ??= scanSync(this.sql)
      .tokens.filter(({ tokenName }) => tokenName !== 'C_COMMENT' && tokenName !== 'SQL_COMMENT')
      .map(({ start, end }) => ({ start, end, text: this.slice(start, end) }));
    return this.#tokens;
  }

  /** Index of the token that begins at a byte; -1 when none does. */
  tokenAt(start: number): number {
    this.#indexByStart ??= new Map(this.tokens.map((token, i) => [token.start, i]));
    return this.#indexByStart.get(start) ?? -1;
  }

  slice(start: number, end: number): string {
    return this.#bytes.toString('utf8', start, end);
  }

  /** A byte offset as PostgreSQL reports positions: in characters, from 1. */
  positionOf(byte: number): number {
    return Array.from(this.#bytes.toString('utf8', 0, byte)).length + 1;
  }

  /** @param edits in any order; none may overlap another */
  withEdits(edits: readonly Edit[]): string {
    const ordered = [...edits].sort((a, b) => a.start - b.start);
    let at = 0;
    let result = '';
    for (const { start, end, text } of ordered) {
      if (start < at) throw new Error('two edits of a query overlap');
      result += this.slice(at, start) + text;
      at = end;
    }
    return result + this.slice(at, this.length);
  }
}
