import type { Column } from '../../domain/catalog/catalog.js';
import { travelsAsBytes } from './bulk-load/bulk-columns.js';
import type { SqlValue } from './connection.js';
import { quoteName } from './identifiers.js';
import { asText, NO_VALUE } from './sampling.js';
import { textOf } from './value-text.js';

/**
 * How values that only SQL Server has travel: as the bytes that a server of its kind keeps them in, or as
 * text that any engine reads.
 */
export type ValueForms = 'native' | 'portable';

/** How a column's values are asked for, and the text of what the driver gives. */
export interface WireForm {
  readonly sql: string;
  readonly textOf: (value: SqlValue) => string | null;
}

/**
 * What the driver would round, or print in a form of its own, the server writes as text: of short decimals and of
 * moments too, since the driver takes longer to make objects of them than to read a text. Texts are asked for in
 * UTF-16, which costs the driver a third of what it takes to look up a code page, value by value.
 */
export function wireFormOf({ name, type, clientEncrypted }: Column, forms: ValueForms): WireForm {
  if (clientEncrypted) return { sql: NO_VALUE, textOf };
  const column = `t.${quoteName(name)}`;
  if (forms === 'native' && travelsAsBytes(type))
    return { sql: `convert(varbinary(max), ${column})`, textOf };
  if (type.family === 'date')
    return { sql: column, textOf: (value) => (value instanceof Date ? dayOf(value) : textOf(value)) };
  if (isInStyle121.test(type.name)) return { sql: `cast(${column} as nvarchar(40))`, textOf };
  const length = /^(?:var)?char\((\d+)\)$/.exec(type.name)?.[1];
  // At most as many characters as bytes.
  if (length !== undefined && Number(length) <= MOST_UTF16)
    return { sql: `cast(${column} as nvarchar(${length}))`, textOf };
  const isExact = ['text', 'integer', 'float', 'boolean', 'binary', 'uuid'].includes(type.family);
  return { sql: isExact ? column : asText(name, type), textOf };
}

/** Characters of a text in UTF-16 that is kept in a row. */
const MOST_UTF16 = 4000;

/**
 * Types that a cast prints as style 121 of CONVERT does, which Babelfish takes ten times as long for.
 * Source: https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql (date and time styles)
 */
const isInStyle121 = /^(?:datetime2|time)\b/;

const DAY = 86_400_000;
/** Texts of days, since most come again; forgotten when there are very many. */
const days = new Map<number, string>();
const MOST_DAYS = 50_000;

function dayOf(value: Date): string {
  const day = Math.floor(value.getTime() / DAY);
  let text = days.get(day);
  if (text === undefined) {
    if (days.size === MOST_DAYS) days.clear();
    text = value.toISOString().slice(0, 10);
    days.set(day, text);
  }
  return text;
}
