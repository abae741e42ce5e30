import { TsqlText } from './tsql-text.js';

/** Characters of a statement that the audit keeps. */
const LONGEST = 4_000;

/** See `normaliseQuery`: literals are `?`; comments are no tokens and go. */
export function normaliseTsql(sql: string): string {
  let tokens;
  try {
    ({ tokens } = new TsqlText(sql));
  } catch {
    return `(${sql.length} characters that cannot be read)`;
  }
  const words: string[] = [];
  let end = 0;
  for (const token of tokens) {
    if (words.length > 0 && token.start > end) words.push(' ');
    words.push(token.kind === 'string' || token.kind === 'number' ? '?' : token.text);
    end = token.end;
  }
  const text = words.join('');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
