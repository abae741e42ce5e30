import type { Analysis, RelationUse } from './analysis.js';
import { quoteIdentifier } from './known-relation.js';
import type { TreeNode } from './parser.js';
import type { Edit, QueryText } from './query-text.js';
import type { Statement } from './statements/statement-rule.js';
import { nodesOf } from './tree/walk.js';

/**
 * Edits that may make a refused statement pass, each true to what was asked. They need not be right for
 * every spelling: the mended text is rewritten in its turn, and shown only when it passes.
 */
type Mend = readonly Edit[] | undefined;

/** `EXPLAIN (…) SELECT …` -> `SELECT …`. */
export function withoutExplain(node: TreeNode, statement: Statement): Mend {
  const { first, behind } = explainTokens(node, statement);
  const { tokens } = statement.text;
  return tokens[behind] && [{ start: tokens[first].start, end: tokens[behind].start, text: '' }];
}

/** `EXPLAIN ANALYZE INSERT …` -> `EXPLAIN INSERT …`. */
export function plainExplain(node: TreeNode, statement: Statement): Mend {
  const { first, behind } = explainTokens(node, statement);
  const { tokens } = statement.text;
  return tokens[behind] && [{ start: tokens[first].end, end: tokens[behind].start, text: ' ' }];
}

/** Indexes of EXPLAIN and of the first token of the statement that it explains. */
function explainTokens(
  node: TreeNode,
  { text, start }: Statement,
): { readonly first: number; readonly behind: number } {
  const { tokens } = text;
  const first = firstToken(text, start);
  let behind = first + 1;
  const hasList = nodesOf(node, 'options').length > 0 && tokens[behind]?.text === '(';
  if (hasList) while (behind < tokens.length && tokens[behind++].text !== ')');
  else while (/^(analy[sz]e|verbose)$/i.test(tokens[behind]?.text ?? '')) behind++;
  return { first, behind };
}

/** `COPY … TO PROGRAM 'gzip'` -> `COPY … TO STDOUT`. */
export function toStdout({ text, start }: Statement): Mend {
  const { tokens } = text;
  for (let i = firstToken(text, start); i >= 0 && i < tokens.length - 1; i++) {
    if (!isWord(tokens[i], 'to')) continue;
    const target = isWord(tokens[i + 1], 'program') ? i + 2 : i + 1;
    if (!tokens[target]?.text.endsWith("'")) continue;
    return [{ start: tokens[i + 1].start, end: tokens[target].end, text: 'STDOUT' }];
  }
  return undefined;
}

/**
 * `CREATE UNLOGGED TABLE a.b`, `CREATE MATERIALIZED VIEW a.b`, `INTO a.b` -> `… TEMPORARY TABLE b`; a
 * temporary table stands in no other schema.
 */
export function asTemporary(relation: TreeNode, { text }: Statement): Mend {
  const { tokens } = text;
  const name = text.tokenAt((relation.location as number | undefined) ?? -1);
  if (name < 1) return undefined;
  const last = tokens[relation.schemaname === undefined ? name : name + 2];
  let word = name - 1;
  while (['if', 'not', 'exists'].some((skipped) => isWord(tokens[word], skipped))) word--;
  const isInto = isWord(tokens[word], 'into');
  // Of `UNLOGGED TABLE` and `MATERIALIZED VIEW` both go.
  const from = ['unlogged', 'materialized'].some((kind) => isWord(tokens[word - 1], kind)) ? word - 1 : word;
  const kind = { start: tokens[from].start, end: tokens[word].end };
  const schema = { start: tokens[name].start, end: last.start, text: '' };
  return [{ ...kind, text: isInto ? 'INTO TEMPORARY' : 'TEMPORARY TABLE' }, schema];
}

/** `SET search_path = shop, pg_catalog` -> `SET search_path = shop`, which means pg_catalog first. */
export function withoutCatalogInPath({ text, start }: Statement): Mend {
  const { tokens } = text;
  const at = tokens.findIndex(
    (token, i) =>
      token.start >= start && /^["']?pg_catalog["']?$/i.test(token.text) && tokens[i - 1]?.text === ',',
  );
  return at < 0 ? undefined : [{ start: tokens[at - 1].start, end: tokens[at].end, text: '' }];
}

/** `RETURNING *` of a write -> `RETURNING` with the columns that are not masked. */
export function unmaskedReturning(
  target: RelationUse,
  { columns, relations }: Analysis,
  text: QueryText,
): Mend {
  const { relation, query } = target;
  const isAlone = relations.every((use) => use === target || use.query !== query);
  const shown = relation.columns.filter((column) => !relation.masks.has(column)).map(quoteIdentifier);
  if (shown.length === 0) return undefined;
  const edits = columns
    .filter((column) => column.star && column.query === query && (isAlone || column.names.length > 0))
    .flatMap(({ node }): Edit[] => {
      const start = (node.location as number | undefined) ?? 0;
      const star = text.tokens.findIndex((token) => token.start >= start && token.text === '*');
      if (star < 0) return [];
      const qualifier = text.slice(start, text.tokens[star].start);
      return [{ start, end: text.tokens[star].end, text: shown.map((name) => qualifier + name).join(', ') }];
    });
  return edits.length === 0 ? undefined : edits;
}

/** `U&"\0063" UESCAPE '!'` -> the name itself, quoted. */
export function withoutEscapes(node: TreeNode, text: QueryText): Mend {
  const first = text.tokenAt((node.location as number | undefined) ?? 0);
  const escape = text.tokens.findIndex((token, i) => i > first && isWord(token, 'uescape'));
  const end = text.tokens[escape + 1]?.end;
  if (first < 0 || escape < 0 || end === undefined) return undefined;
  const parts = [node.schemaname, node.relname].filter((part) => typeof part === 'string');
  return [{ start: text.tokens[first].start, end, text: parts.map(quoteIdentifier).join('.') }];
}

function firstToken(text: QueryText, start: number): number {
  return text.tokens.findIndex((token) => token.start >= start);
}

function isWord(token: { readonly text: string } | undefined, word: string): boolean {
  return token?.text.toLowerCase() === word;
}
