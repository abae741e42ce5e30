import { Refusal } from '../refusal.js';
import type { RewriteContext } from '../rewrite-context.js';
import type { Rewriting, StatementCommand } from '../rewriting.js';
import { kindOf, unfold } from './batch-statements.js';
import { unwrapExecuteSql } from './execute-sql.js';
import { mendedTexts } from './mends.js';
import { hasOneSpelling } from './one-spelling.js';
import { parseTsql, secondOpinion, type TsqlTree } from './parser.js';
import { readMaskedStatement, readStatement, type TableNode, type TsqlReading } from './read-statement.js';
import { checkSimpleStatement, simpleStatements } from './simple-statements.js';
import { bracket, nameOf, type TsqlEdit, TsqlText, type TsqlToken } from './tsql-text.js';
import { TsqlProtection, type TsqlRelation } from './tsql-protection.js';
import { resolveTable } from './resolve-table.js';
import { checkTsqlWrite } from './writes.js';
import { tablesRead } from './written-table.js';

/** Longest text, in characters, that is mended, and the most mended texts that are tried for one. */
const LONGEST_MENDED = 20_000;
const MOST_MENDS = 12;

/** See `rewrite`. */
export function rewriteTsql(sql: string, context: RewriteContext): Rewriting {
  return rewriteMending(sql, context, { left: MOST_MENDS });
}

function rewriteMending(sql: string, context: RewriteContext, mending: { left: number }): Rewriting {
  const { protection, names } = context;
  const defaultSchema = names.searchPath[0] ?? 'dbo';
  let text: TsqlText | undefined;
  let wrap = (inner: string) => inner;
  try {
    if (!(protection instanceof TsqlProtection))
      throw new Refusal('statement', 'the role was prepared for another kind of database');
    if (protection.view.access === 'clear') return passed(sql, [], ['other']);
    text = new TsqlText(sql);
    const wrapped = unwrapExecuteSql(text);
    if (wrapped) {
      text = new TsqlText(wrapped.inner);
      wrap = wrapped.wrap;
    }
    const masked = maskTsql(text.sql, protection, defaultSchema);
    return passed(wrap(masked.sql), masked.maskedColumns, masked.commands);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const refused = error.toRefused(undefined);
    if (!text || text.sql.length > LONGEST_MENDED || !(protection instanceof TsqlProtection)) return refused;
    for (const mended of mendedTexts(text, refused.code, { protection, defaultSchema })) {
      if (mending.left-- <= 0) break;
      const proposal = wrap(mended);
      const answer = rewriteMending(proposal, context, mending);
      const instead = answer.outcome === 'rewritten' ? proposal : answer.instead;
      if (instead !== undefined) return { ...refused, instead };
    }
    return refused;
  }
}

function passed(
  sql: string,
  maskedColumns: readonly string[],
  commands: readonly StatementCommand[],
): Rewriting {
  return {
    outcome: 'rewritten',
    sql,
    // Which statement of a batch masks which column is not told apart.
    statements: commands.map((command) => ({ sql, command, touches: [], maskedColumns })),
    masked: maskedColumns.length > 0,
    cacheable: true,
    changesSession: false,
    resetsSettings: false,
  };
}

export interface MaskedTsql {
  readonly sql: string;
  readonly maskedColumns: readonly string[];
  /** One a statement of the batch. */
  readonly commands: readonly StatementCommand[];
}

/**
 * Masks every statement of a batch.
 * @throws Refusal
 */
export function maskTsql(sql: string, protection: TsqlProtection, defaultSchema: string): MaskedTsql {
  const text = new TsqlText(sql);
  refuseWords(text);
  const statements = unfold(parseTsql(text));
  const edits: TsqlEdit[] = [];
  const maskedColumns = new Set<string>();
  const readings = statements.flatMap(
    (statement) => maskStatement(statement, text, protection, defaultSchema, edits, maskedColumns) ?? [],
  );
  checkNames(readings, text, protection);
  checkSecondOpinion(readings, text);
  const rewritten = edits.length === 0 ? sql : text.withEdits(edits);
  if (edits.length > 0) prove(rewritten, edits, statements.length, protection, defaultSchema);
  return {
    sql: rewritten,
    maskedColumns: [...maskedColumns],
    commands:
      statements.length === 0
        ? ['empty']
        : statements.map((statement) => commandOf[kindOf(statement)] ?? 'session'),
  };
}

const commandOf: Readonly<Record<string, StatementCommand>> = {
  Query: 'select',
  Insert: 'insert',
  Update: 'update',
  Delete: 'delete',
  Execute: 'execute',
  StartTransaction: 'transaction',
  Commit: 'transaction',
  Rollback: 'transaction',
};

const writingStatements: ReadonlySet<string> = new Set(['Insert', 'Update', 'Delete']);
const readingStatements: ReadonlySet<string> = new Set(['Query', 'Assignment', ...writingStatements]);

/** Words that read what they are told in a string, that make lasting tables, or that the parser does not mark. */
const refusedWords = new Set(
  'openrowset openquery opendatasource openxml containstable freetexttable changetable contains freetext waitfor bulk system_time xmlnamespaces backup restore shutdown reconfigure dbcc kill use grant revoke deny create alter drop truncate merge print raiserror throw'.split(
    ' ',
  ),
);

function refuseWords({ tokens }: TsqlText): void {
  tokens.forEach((token, i) => {
    if (token.kind !== 'word') return;
    const word = token.text.toLowerCase();
    const isColumn = tokens[i - 1]?.text === '.' || tokens[i + 1]?.text === '.';
    if (refusedWords.has(word) && !isColumn)
      throw new Refusal('construct', `'${word.toUpperCase()}' is not on the list of what can be masked`);
    if (word === 'into' && tokens[i - 1]?.text.toLowerCase() !== 'insert')
      throw new Refusal('statement', 'SELECT INTO would store what is shown in place of masked values');
    if (word === 'go' && tokens.length > 1)
      throw new Refusal('several-statements', "'GO' separates batches: send them one by one");
  });
}

function maskStatement(
  statement: TsqlTree,
  text: TsqlText,
  protection: TsqlProtection,
  defaultSchema: string,
  edits: TsqlEdit[],
  maskedColumns: Set<string>,
): TsqlReading | undefined {
  const kind = kindOf(statement);
  if (simpleStatements.has(kind)) {
    checkSimpleStatement(kind, statement, text);
    return undefined;
  }
  if (!readingStatements.has(kind))
    throw new Refusal(
      'statement',
      `this kind of statement is not on the list of what can be masked: '${kind}'`,
    );
  const reading = readStatement(statement);
  const touched = touchedTables(tablesRead(kind, reading), reading, text, protection, defaultSchema);
  if (writingStatements.has(kind))
    checkTsqlWrite(kind, statement, reading, touched.length > 0, protection, defaultSchema);
  for (const { node, relation } of touched) {
    edits.push(...replace(node, relation, text));
    for (const column of relation.masks.keys())
      maskedColumns.add(`${relation.schema}.${relation.name}.${column}`);
    unqualify(node, reading, text, edits);
  }
  return reading;
}

interface Touched {
  readonly node: TableNode;
  readonly relation: TsqlRelation;
}

/**
 * Tables of which a masked column may be read: its name stands anywhere in the text, or a star in the statement. Names
 * are those of the text: `X'a'` is a column and its alias to the server, and a constant to the parser.
 */
function touchedTables(
  tables: readonly TableNode[],
  reading: TsqlReading,
  { tokens }: TsqlText,
  protection: TsqlProtection,
  defaultSchema: string,
): readonly Touched[] {
  const shadowed = [...reading.ctes.keys()].find((name) => protection.relationsCalled(name).length > 0);
  // T-SQL lets an earlier expression mean the table, a later one the expression of the same name.
  if (shadowed !== undefined)
    throw new Refusal('construct', `the common table expression '${shadowed}' has the name of a table`, {});
  return tables.flatMap((node) => {
    if (namesExpression(node, reading)) return [];
    const relation = resolveTable(node.names, protection, defaultSchema, reading);
    if (!relation) return [];
    if (relation.closed !== undefined)
      throw new Refusal(
        'relation',
        `'${relation.schema}.${relation.name}' may not be read: ${relation.closed}`,
      );
    const mayReadMasked = relation.masks.size > 0 && (reading.mayNameAnyColumn || mayRead(relation, tokens));
    const reads = relation.maskedDefinition !== undefined || mayReadMasked;
    return reads ? [{ node, relation }] : [];
  });
}

/** The parser may overlook no name in the text that a relation with masked columns has. */
function checkNames(
  readings: readonly TsqlReading[],
  { tokens }: TsqlText,
  protection: TsqlProtection,
): void {
  const isSeen = (name: string) => readings.some(({ identifiers }) => identifiers.has(name.toLowerCase()));
  const isMasked = ({ masks, maskedDefinition }: TsqlRelation) =>
    masks.size > 0 || maskedDefinition !== undefined;
  if (namesIn(tokens).some((name) => !isSeen(name) && protection.relationsCalled(name).some(isMasked)))
    throw new Refusal('unproven', 'the parser overlooks a masked table that the query names');
}

/**
 * True where a name means a common table expression.
 * @throws Refusal ahead of the expression, where the name means a table, a synonym or a view of the system
 */
function namesExpression({ names, start }: TableNode, { ctes }: TsqlReading): boolean {
  const defined = names.length === 1 ? ctes.get(names[0].toLowerCase()) : undefined;
  if (!defined) return false;
  if (start.line < defined.line || (start.line === defined.line && start.column < defined.column))
    throw new Refusal(
      'construct',
      `the common table expression '${names[0]}' is named ahead of its definition`,
    );
  return true;
}

/** Where the other parser understands the batch, it may see no table that this one does not. */
function checkSecondOpinion(readings: readonly TsqlReading[], { sql }: TsqlText): void {
  const other = readings.length === 0 ? undefined : secondOpinion(sql);
  if (!other) return;
  const isSeen = (name: string) =>
    readings.some(({ identifiers, ctes }) => identifiers.has(name) || ctes.has(name));
  if ([...other].some((name) => name !== 'null' && !isSeen(name)))
    throw new Refusal('unproven', 'two parsers disagree on the tables of the query');
}

function replace(node: TableNode, relation: TsqlRelation, text: TsqlText): readonly TsqlEdit[] {
  const start = text.offsetOf(node.start);
  const end = text.offsetOf(node.end);
  const hints = node.hasHints ? hintsBehind(node, end, text) : undefined;
  const inner = hints ? ` ${text.sql.slice(hints.start, hints.end)}` : '';
  const alias = node.alias === undefined ? ` as ${bracket(node.names.at(-1)!)}` : '';
  return [
    { start, end, text: `(${subqueryOf(relation, inner)})${alias}` },
    ...(hints ? [{ ...hints, text: '' }] : []),
  ];
}

function subqueryOf(relation: TsqlRelation, hints: string): string {
  if (relation.maskedDefinition !== undefined) return relation.maskedDefinition;
  const columns = relation.columns.map((name) => {
    const masked = relation.masks.get(name.toLowerCase());
    return masked === undefined ? bracket(name) : `${masked} as ${bracket(name)}`;
  });
  return `select ${columns.join(', ')} from ${bracket(relation.schema)}.${bracket(relation.name)}${hints}`;
}

/** `WITH (NOLOCK)` behind the alias, or behind the name. */
function hintsBehind(node: TableNode, nameEnd: number, text: TsqlText): { start: number; end: number } {
  const from = node.aliasEnd ? text.offsetOf(node.aliasEnd) : nameEnd;
  const first = text.tokens.findIndex(({ start }) => start >= from);
  const close = text.closing(first + 1);
  if (text.tokens[first]?.text.toLowerCase() !== 'with' || close === undefined)
    throw new Refusal('construct', 'hints of this form cannot be masked', {
      hint: 'write WITH (…) behind the alias',
    });
  return { start: text.tokens[first].start, end: text.tokens[close].end };
}

/** `dbo.Customers.Email` cannot name a column of a subquery: `Customers.Email` can. */
function unqualify(node: TableNode, { longNames }: TsqlReading, text: TsqlText, edits: TsqlEdit[]): void {
  if (node.alias !== undefined) return;
  const table = node.names.at(-1)!.toLowerCase();
  for (const parts of longNames) {
    const at = parts.length - 2;
    if (parts[at].value.toLowerCase() !== table) continue;
    edits.push({
      start: text.offsetOf(parts[0].span.start),
      end: text.offsetOf(parts[at].span.start),
      text: '',
    });
  }
}

/**
 * The new text parses to as many statements, and names masked tables nowhere but inside the subqueries
 * that were put there.
 */
function prove(
  sql: string,
  edits: readonly TsqlEdit[],
  count: number,
  protection: TsqlProtection,
  defaultSchema: string,
): void {
  const text = new TsqlText(sql);
  const statements = unfold(parseTsql(text));
  const regions = regionsOf(edits);
  const outside = text.tokens.filter(
    ({ start }) => !regions.some((region) => start >= region.start && start < region.end),
  );
  const proven =
    statements.length === count &&
    statements.every((statement) => {
      if (simpleStatements.has(kindOf(statement))) return true;
      const reading = readMaskedStatement(statement);
      return tablesRead(kindOf(statement), reading).every((node) => {
        const at = text.offsetOf(node.start);
        if (regions.some(({ start, end }) => at >= start && at < end)) return true;
        if (namesExpression(node, reading)) return true;
        const relation = resolveTable(node.names, protection, defaultSchema, reading);
        if (!relation) return true;
        return relation.maskedDefinition === undefined && !mayRead(relation, outside);
      });
    });
  if (!proven)
    throw new Refusal('unproven', 'the masked query does not read as it was meant, and is not sent');
}

/** Whether tokens may name a masked column. */
function mayRead({ masks }: TsqlRelation, tokens: readonly TsqlToken[]): boolean {
  if (masks.size === 0) return false;
  if (![...masks.keys()].every(hasOneSpelling)) return true;
  return namesIn(tokens).some((name) => masks.has(name.toLowerCase()) || !hasOneSpelling(name));
}

function namesIn(tokens: readonly TsqlToken[]): readonly string[] {
  return tokens.filter(({ kind }) => kind === 'word' || kind === 'quoted').map(nameOf);
}

/** Where the edits' texts stand in the new text. */
function regionsOf(edits: readonly TsqlEdit[]): readonly { readonly start: number; readonly end: number }[] {
  let shift = 0;
  return [...edits]
    .sort((a, b) => a.start - b.start)
    .map(({ start, end, text }) => {
      const region = { start: start + shift, end: start + shift + text.length };
      shift += text.length - (end - start);
      return region;
    });
}
