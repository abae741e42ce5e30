import { printRelationName } from '../../catalog/catalog.js';
import { Refusal } from '../refusal.js';
import type { RewriteContext } from '../rewrite-context.js';
import type { RewrittenStatement, Rewriting } from '../rewriting.js';
import { decideClear } from './clear-role.js';
import { applyEdits } from './mask-reads.js';
import { parseStatements, type RawStatement } from './parser.js';
import { PostgresProtection } from './postgres-protection.js';
import { QueryText } from './query-text.js';
import { copy } from './statements/copy.js';
import { cursor } from './statements/cursor.js';
import { explain } from './statements/explain.js';
import { prepare } from './statements/prepare.js';
import { query } from './statements/query.js';
import { session } from './statements/session.js';
import type { Passed, StatementRule } from './statements/statement-rule.js';
import { temporaryTable } from './statements/temporary-table.js';
import { transaction } from './statements/transaction.js';
import { ExpectedTree } from './tree/expected-tree.js';

/** Longest text that is looked at, in characters: more is data, not a query. */
const LONGEST = 1_000_000;

/** Kinds of statements that can be masked; a new one is a file and a line here. */
const rules: ReadonlyMap<string, StatementRule> = new Map(
  [query, copy, cursor, prepare, explain, session, transaction, temporaryTable].flatMap((rule) =>
    rule.kinds.map((kind) => [kind, rule] as const),
  ),
);

/** Longest text, in characters, that is mended, and the most mends that one needs. */
const LONGEST_MENDED = 20_000;
const MOST_MENDS = 8;

/** See `rewrite`. */
export function rewritePostgres(sql: string, context: RewriteContext): Rewriting {
  return rewriteMending(sql, context, MOST_MENDS);
}

function rewriteMending(sql: string, context: RewriteContext, mendsLeft: number): Rewriting {
  const text = new QueryText(sql);
  try {
    return rewriteText(text, context);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const refused = error.toRefused(
      error.location === undefined ? undefined : text.positionOf(error.location),
    );
    const instead = mended(text, error, context, mendsLeft);
    return instead === undefined ? refused : { ...refused, instead };
  }
}

/** A text that passes in place of the refused one: what it becomes is known, for it is rewritten here. */
function mended(
  text: QueryText,
  { mend }: Refusal,
  context: RewriteContext,
  mendsLeft: number,
): string | undefined {
  if (!mend || mendsLeft === 0 || text.length > LONGEST_MENDED) return undefined;
  const sql = text.withEdits(mend);
  const answer = rewriteMending(sql, context, mendsLeft - 1);
  return answer.outcome === 'rewritten' ? sql : answer.instead;
}

function rewriteText(text: QueryText, context: RewriteContext): Rewriting {
  if (text.sql.length > LONGEST) throw new Refusal('limit', `the query is longer than ${LONGEST} characters`);
  // The server ends a text at a NUL; the parser of a driver may not.
  if (text.sql.includes('\0')) throw new Refusal('syntax', 'the query holds a NUL');
  const parsed = parseStatements(text.sql);
  if ('outcome' in parsed) return parsed;
  const decided = parsed.map((statement) => decide(statement, text, context));
  refuseChangeOnTheWay(decided);
  const edits = decided.flatMap(({ reads }) => reads?.edits ?? []);
  const expected = decided.map(({ reads }) => reads?.expected ?? new ExpectedTree());
  const sql = applyEdits(text, parsed, edits, expected);
  return {
    outcome: 'rewritten',
    sql,
    statements: statementsOf(sql, text, parsed, decided),
    masked: decided.some(({ reads }) => (reads?.masked.length ?? 0) > 0),
    cacheable: true,
    changesSession: decided.some(({ changesSession }) => changesSession === true),
    resetsSettings: decided.some(({ resetsSettings }) => resetsSettings === true),
  };
}

function decide(
  { stmt: tree, stmt_location: start = 0 }: RawStatement,
  text: QueryText,
  { protection, names }: RewriteContext,
): Passed {
  if (!tree) return { command: 'empty' };
  if (!(protection instanceof PostgresProtection))
    throw new Refusal('statement', 'the role was prepared for another kind of database');
  const [kind] = Object.keys(tree);
  const node = tree[kind] as Readonly<Record<string, unknown>>;
  if (protection.view.access === 'clear') return decideClear(kind, node, tree);
  const rule = rules.get(kind);
  if (!rule) {
    throw new Refusal(
      'statement',
      `this kind of statement is not on the list of what can be masked: '${kind}'`,
      {
        hint: 'queries, writes, cursors, prepared statements, transactions and settings are let through',
      },
    );
  }
  const changesNames = rule === session || rule === transaction;
  if (!changesNames) refuseShadowedCatalog(names.searchPath);
  return rule.decide(kind, node, { tree, text, start, protection, names });
}

/** Behind another schema, `pg_catalog` would lend its names to whoever made that schema. */
function refuseShadowedCatalog(path: readonly string[]): void {
  const before = path
    .slice(0, Math.max(0, path.indexOf('pg_catalog')))
    .filter((schema) => !schema.startsWith('pg_temp'));
  if (before.length > 0 || !path.includes('pg_catalog'))
    throw new Refusal('setting', "'pg_catalog' has to stand first in the search path", {
      hint: 'SET search_path without pg_catalog: it is searched first then',
    });
}

/** A statement that changes what names mean would change it for those behind it, which are read already. */
function refuseChangeOnTheWay(decided: readonly Passed[]): void {
  const change = decided.findIndex(({ changesSession }) => changesSession === true);
  const later = change < 0 ? [] : decided.slice(change + 1);
  if (later.every(({ relations = [], command }) => relations.length === 0 && command !== 'execute')) return;
  throw new Refusal('several-statements', 'a statement changes what the names of the next ones mean', {
    hint: 'send them one by one',
  });
}

function statementsOf(
  sql: string,
  original: QueryText,
  parsed: readonly RawStatement[],
  decided: readonly Passed[],
): readonly RewrittenStatement[] {
  const again = sql === original.sql ? parsed : parseStatements(sql);
  if ('outcome' in again) return [];
  const text = new QueryText(sql);
  return decided.map(({ command, relations = [], reads }, i) => {
    const { stmt_location: start = 0, stmt_len: length } = again[i];
    const names = new Map(relations.map(({ relation }) => [printRelationName(relation), relation]));
    return {
      sql: text.slice(start, length === undefined ? text.length : start + length).trim(),
      command,
      touches: [...names.values()].map(({ schema, name }) => ({ schema, name })),
      maskedColumns: reads?.maskedColumns ?? [],
    };
  });
}
