import { scanSync } from 'libpg-query';

/** Characters of a statement that the audit keeps. */
const LONGEST = 4_000;

/** Numbers and quoted constants of every kind; `$1` is none, and neither is a quoted name. */
const literal = /^(?:\.?\d|'|[ebxn]'|u&'|\$(?!\d))/i;
const comments = new Set(['SQL_COMMENT', 'C_COMMENT']);

/**
 * A statement as the audit may keep it: literals are `?`, comments are gone, white space is one space.
 * What PostgreSQL's own scanner does not understand is not kept at all.
 */
export function normaliseStatement(sql: string): string {
  let tokens;
  try {
    ({ tokens } = scanSync(sql));
  } catch {
    return `(${sql.length} characters that cannot be read)`;
  }
  const bytes = Buffer.from(sql);
  const words: string[] = [];
  let end = 0;
  for (const token of tokens) {
    if (comments.has(token.tokenName)) continue;
    if (words.length > 0 && token.start > end) words.push(' ');
    words.push(literal.test(token.text) ? '?' : bytes.toString('utf8', token.start, token.end));
    end = token.end;
  }
  const text = words.join('').trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
