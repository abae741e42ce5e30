import { Refusal } from '../refusal.js';

export interface TsqlToken {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'variable' | 'symbol';
}

export interface TsqlEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A T-SQL text with its tokens; offsets in UTF-16 units, as JavaScript counts. */
export class TsqlText {
  readonly tokens: readonly TsqlToken[];
  /**
   * What the parser is shown: as long as the text, with what it does not know and what changes no
   * relation blanked out (`WITH ROLLUP`, `GROUPING`, a closing `OPTION (…)`).
   */
  readonly parsable: string;
  readonly #lineStarts: readonly number[];

  /** @throws Refusal where a string, comment or bracket does not end, or ends in a way that readers disagree on */
  constructor(readonly sql: string) {
    this.tokens = tokenise(sql);
    this.parsable = blankKnownGaps(sql, this.tokens);
    this.#lineStarts = [0, ...[...sql.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  /** Where the parser says a node begins or ends: line and column from 1, in characters. */
  offsetOf({ line, column }: { readonly line: number; readonly column: number }): number {
    const start = this.#lineStarts[line - 1];
    return (
      start +
      Array.from(this.sql.slice(start))
        .slice(0, column - 1)
        .join('').length
    );
  }

  /** Index of the parenthesis that closes the one at `open`. */
  closing(open: number): number | undefined {
    return closingIn(this.tokens, open);
  }

  withEdits(edits: readonly TsqlEdit[]): string {
    let at = 0;
    let result = '';
    for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start)) {
      if (start < at) throw new Refusal('unproven', 'two changes of the query overlap, and it is not sent');
      result += this.sql.slice(at, start) + text;
      at = end;
    }
    return result + this.sql.slice(at);
  }
}

const patterns: readonly (readonly [TsqlToken['kind'] | 'blank', RegExp])[] = [
  ['blank', /[\s\u00a0\ufeff]+|--[^\n]*/y],
  ['string', /[Nn]?'(?:[^']|'')*'/y],
  ['quoted', /\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*"/y],
  ['variable', /@@?[\p{L}_#@$][\p{L}\p{N}_@#$]*/uy],
  ['word', /[\p{L}_#][\p{L}\p{N}_@#$]*/uy],
  ['number', /0x[0-9a-f]*|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?/iy],
  ['symbol', /<=|>=|<>|!=|!<|!>|::|\+=|-=|[-+*/%&|^~=<>(),.;:?]/y],
];

function tokenise(sql: string): readonly TsqlToken[] {
  const tokens: TsqlToken[] = [];
  let at = 0;
  while (at < sql.length) {
    if (sql.startsWith('/*', at)) {
      at = endOfComment(sql, at);
      continue;
    }
    const match = matchAt(sql, at);
    if (!match)
      throw new Refusal('syntax', 'a string, a name or a comment does not end, or a sign is not known');
    const [kind, end] = match;
    if (kind === 'blank') refuseUnclearEnd(sql.slice(at, end));
    else tokens.push({ start: at, end, text: sql.slice(at, end), kind });
    at = end;
  }
  return tokens;
}

/**
 * What ends a line ends its comment: to the server a carriage return alone does, to parsers a line feed.
 * Source: https://learn.microsoft.com/sql/t-sql/language-elements/comment-transact-sql
 */
function refuseUnclearEnd(blank: string): void {
  if (/--[^\n]*?(?:\r(?!\n)|[\0\v\f\u0085\u2028\u2029])/.test(blank))
    throw new Refusal('syntax', 'a comment holds a sign that may end it', {
      hint: 'end the lines of comments with a line feed',
    });
}

function matchAt(sql: string, at: number): readonly [TsqlToken['kind'] | 'blank', number] | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    if (pattern.test(sql)) return [kind, pattern.lastIndex];
  }
  return undefined;
}

/** Comments nest. */
function endOfComment(sql: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sql.length - 1; at++) {
    const pair = sql.slice(at, at + 2);
    if (pair === '/*') depth++;
    else if (pair === '*/' && --depth === 0) return at + 2;
    if (pair === '/*' || pair === '*/') at++;
  }
  throw new Refusal('syntax', 'a comment does not end');
}

/** The name that a word or a quoted token stands for. */
export function nameOf({ kind, text }: TsqlToken): string {
  if (kind !== 'quoted') return text;
  return text[0] === '[' ? text.slice(1, -1).replaceAll(']]', ']') : text.slice(1, -1).replaceAll('""', '"');
}

/** The other way round: a name as T-SQL reads it, whatever it holds. */
export function bracket(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}

export function quoteText(text: string): string {
  return `N'${text.replaceAll("'", "''")}'`;
}

function blankKnownGaps(sql: string, tokens: readonly TsqlToken[]): string {
  const is = (i: number, word: string) => tokens[i]?.kind === 'word' && tokens[i].text.toLowerCase() === word;
  const gaps: TsqlEdit[] = [];
  const blank = (first: number, last: number, text = '') =>
    gaps.push({ start: tokens[first].start, end: tokens[last].end, text });
  for (let i = 0; i < tokens.length; i++) {
    if (is(i, 'with') && (is(i + 1, 'rollup') || is(i + 1, 'cube'))) blank(i, i + 1);
    if (is(i, 'grouping') && is(i + 1, 'sets')) {
      blank(i, i);
      const close = closingIn(tokens, i + 2) ?? 0;
      // The set of no column.
      for (let j = i + 3; j < close - 1; j++)
        if (tokens[j].text === '(' && tokens[j + 1].text === ')') blank(j, j + 1, '0');
    }
    if (is(i, 'option') && tokens[i + 1]?.text === '(') {
      const close = tokens.findIndex(({ text }, j) => j > i && text === ')');
      const inner = tokens.slice(i + 2, close);
      const last = close === tokens.length - 1 || tokens[close + 1]?.text === ';';
      if (
        close > 0 &&
        last &&
        inner.every(
          ({ kind, text }) =>
            (kind === 'word' && hints.has(text.toLowerCase())) || kind === 'number' || text === ',',
        )
      )
        blank(i, close);
    }
  }
  return gaps.reduce(
    (result, { start, end, text }) =>
      result.slice(0, start) + text.padEnd(end - start, ' ') + result.slice(end),
    sql,
  );
}

function closingIn(tokens: readonly TsqlToken[], open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i].text === '(') depth++;
    else if (tokens[i].text === ')' && --depth === 0) return i;
  }
  return undefined;
}

/** Query hints that choose plans, and nothing else. */
const hints = new Set([
  'maxrecursion',
  'recompile',
  'maxdop',
  'hash',
  'merge',
  'loop',
  'join',
  'group',
  'order',
  'concat',
  'union',
  'fast',
  'force',
  'keep',
  'plan',
  'keepfixed',
  'robust',
  'optimize',
  'for',
  'unknown',
  'expand',
  'views',
]);
