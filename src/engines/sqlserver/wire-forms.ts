import type { Column } from '../../domain/catalog/catalog.js';
import { travelsAsBytes } from './bulk-load/bulk-columns.js';
import type { SqlValue } from './connection.js';
import { quoteName } from './identifiers.js';
import { asText } from './sampling.js';
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

/** Digits that a number of JavaScript holds exactly, wherever the point stands. */
const EXACT_DIGITS = 15;

/** What the driver would round, or has no exact value for, the server writes as text: that takes it longer. */
export function wireFormOf({ name, type }: Column, forms: ValueForms): WireForm {
  const column = `t.${quoteName(name)}`;
  if (forms === 'native' && travelsAsBytes(type))
    return { sql: `convert(varbinary(max), ${column})`, textOf };
  const { base, scale } = declared(type.domain?.base ?? type.name);
  switch (base) {
    case 'date':
      return { sql: column, textOf: ofMoment((iso) => iso.slice(0, 10)) };
    case 'datetime':
      return { sql: column, textOf: ofMoment((iso) => `${iso.slice(0, 10)} ${iso.slice(11, 23)}`) };
    case 'datetime2':
      return {
        sql: column,
        textOf: ofMoment((iso, value) => `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction(value, scale)}`),
      };
    case 'time':
      return { sql: column, textOf: ofMoment((iso, value) => iso.slice(11, 19) + fraction(value, scale)) };
    case 'decimal':
    case 'numeric':
      return (type.precision ?? Infinity) <= EXACT_DIGITS
        ? { sql: column, textOf: ofNumber(type.scale ?? 0) }
        : { sql: asText(name, type), textOf };
  }
  const isExact = ['text', 'integer', 'float', 'boolean', 'binary', 'uuid'].includes(type.family);
  return { sql: isExact ? column : asText(name, type), textOf };
}

/** `datetime2` and 3 of `datetime2(3)`; moments have seven places unless they say how many. */
function declared(type: string): { readonly base: string; readonly scale: number } {
  const [, base = '', scale] = /^(\w+)(?:\((\d)\))?/.exec(type) ?? [];
  return { base, scale: scale === undefined ? 7 : Number(scale) };
}

function ofMoment(print: (iso: string, value: Date) => string): WireForm['textOf'] {
  return (value) => (value instanceof Date ? print(value.toISOString(), value) : textOf(value));
}

function ofNumber(scale: number): WireForm['textOf'] {
  return (value) => (typeof value === 'number' ? value.toFixed(scale) : textOf(value));
}

/** Parts of a second; what a `Date` has no room for the driver keeps beside, in seconds. */
function fraction(value: Date & { readonly nanosecondsDelta?: number }, places: number): string {
  if (places === 0) return '';
  const ticks = value.getUTCMilliseconds() * 10_000 + Math.round((value.nanosecondsDelta ?? 0) * 1e7);
  return `.${String(ticks).padStart(7, '0').slice(0, places)}`;
}
