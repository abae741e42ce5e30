import type { Column, Table } from '../../catalog/catalog.js';
import { baseTypeName } from '../../catalog/column-type.js';
import { standByFor } from '../../policy/stand-by.js';
import { sqlFormOf, type SqlMaskRequest } from '../../masking/sql-form.js';
import type { WordLists } from '../../masking/word-lists.js';
import type { ColumnMask, RowsMask } from '../../policy/column-mask.js';
import { maskedColumn } from '../../policy/decide-masks.js';
import { quoteIdentifier, quoteText } from './known-relation.js';
import { rowsExpression } from './rows-expression.js';

/** The expression that stands in for a masked column in a subquery over its table. */
export interface MaskExpression {
  readonly sql: string;
  /** The technique that is really used, where the policy's own cannot be said in SQL. */
  readonly standBy?: string;
}

/**
 * What a role sees of a column. A technique that SQL cannot say gives way to one that it can: `redact` for
 * texts, else `null`. Nothing is ever left as it is.
 */
export function maskExpression(
  mask: ColumnMask,
  table: Table,
  column: Column,
  words?: WordLists,
): MaskExpression {
  const others = maskOfRows(mask, table, column, words);
  const { unless, rows = [] } = mask;
  const clear = baseTyped(column);
  const isOwn = unless && `${quoteIdentifier(unless.column)}::text = ${quoteText(unless.equals)}`;
  const sql = isOwn ? `case when ${isOwn} then ${clear} else ${others.sql} end` : others.sql;
  if (rows.length === 0) return { ...others, sql };
  const show = (shown: RowsMask['show']) =>
    shown === 'as-it-is' ? clear : maskOfRows(shown, table, column, words).sql;
  return { ...others, sql: rowsExpression(rows, table, show, sql) };
}

/** One technique, for all rows that it is asked of. */
function maskOfRows(
  { technique, options, domain: ownDomain }: Pick<ColumnMask, 'technique' | 'options' | 'domain'>,
  table: Table,
  column: Column,
  words: WordLists | undefined,
): MaskExpression {
  const request: Omit<SqlMaskRequest, 'technique' | 'options'> = {
    column: maskedColumn(table, column),
    domain: ownDomain,
    value: quoteIdentifier(column.name),
    text: quoteText,
    digest: (expression, domain = ownDomain) => digestOf(domain, expression),
    words,
    companion(name) {
      const other = table.columns.find((known) => known.name === name);
      return other && { value: quoteIdentifier(name), type: other.type };
    },
  };
  const sql = sqlFormOf('postgres', { ...request, technique, options });
  return sql === undefined ? standInFor(request) : { sql };
}

function standInFor(request: Omit<SqlMaskRequest, 'technique' | 'options'>): MaskExpression {
  const redacted =
    standByFor(request.column)?.technique === 'redact' || request.column.type.family === 'text';
  const technique = redacted ? 'redact' : 'null';
  const sql = sqlFormOf('postgres', { ...request, technique, options: redacted ? { length: 8 } : {} });
  return { sql: sql ?? nullOf(column(request)), standBy: technique };
}

function column({ column: { name, type, nullable } }: Pick<SqlMaskRequest, 'column'>): Column {
  return { name, type, nullable, ordinal: 0 };
}

function baseTyped({ name, type }: Column): string {
  const identifier = quoteIdentifier(name);
  return type.domain?.base === undefined ? identifier : `${identifier}::${type.domain.base}`;
}

/** What stands for a column derived from a masked one: its type, and nothing of its value. */
export function nullOf({ type }: Pick<Column, 'type'>): string {
  return `null::${baseTypeName(type)}`;
}

/**
 * HMAC-SHA-256 (FIPS 198-1) with PostgreSQL's built-in sha256: H(outer || H(inner || domain || 0x1F || value)),
 * the key's two blocks, the inner one with the domain behind it, are read from settings once a query.
 */
function digestOf(domain: string, expression: string): string {
  const prefix = Buffer.from(`${domain}\x1f`, 'latin1').toString('hex');
  const inner = `(select current_setting('scrubjay.key_inner')::bytea || '\\x${prefix}'::bytea)`;
  const outer = `(select current_setting('scrubjay.key_outer')::bytea)`;
  return `sha256(${outer} || sha256(${inner} || ${utf8Of(expression)}))`;
}

/** True in every session that the rewriter serves (`pinnedSettings`); asked for once a query. */
export const CLIENT_IS_UTF8 = "(select pg_client_encoding() = 'UTF8')";

/**
 * The bytes of a text in UTF-8. What sends a text to the client yields them at a third of the cost of
 * `convert_to`; worth it where the text costs nothing to write twice.
 */
function utf8Of(text: string): string {
  const converted = `convert_to(${text}, 'UTF8')`;
  if (!/^"[^"]+"::text$/.test(text)) return converted;
  return `case when ${CLIENT_IS_UTF8} then textsend(${text}) else ${converted} end`;
}
