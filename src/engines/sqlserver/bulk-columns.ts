import { TYPES } from 'tedious';
import type { ColumnType } from '../../domain/catalog/column-type.js';
import { ScrubjayError } from '../../domain/errors.js';

/** The driver's own, which the package does not name. */
type DriverType = (typeof TYPES)[keyof typeof TYPES];

/** How a column goes into a bulk load: the wire's type, and the driver's value for a field's text. */
export interface BulkColumn {
  readonly type: DriverType;
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
  /** @throws UnloadableValueError for a text that is no value of the type */
  readonly valueOf: (text: string) => unknown;
}

/** A field that is no value of its column's type; the value itself is not told. */
export class UnloadableValueError extends ScrubjayError {
  readonly code = 'unloadable-value';

  constructor(type: string) {
    super(
      `a field cannot be loaded: it holds no ${type}`,
      'choose a technique whose stand-ins fit the column’s type',
    );
  }
}

/** Digits that a JavaScript number holds exactly, whatever they are. */
const EXACT_DIGITS = 15;

/** Characters of `nvarchar` that travel without the `max` form. */
const LONGEST_NVARCHAR = 4000;

/**
 * Numbers and moments that JavaScript holds exactly travel in their own form; what it would round
 * (decimals of more digits, seven places of a second) travels as text, which the server converts.
 */
export function bulkColumnOf(type: ColumnType): BulkColumn {
  const base = /^[a-z]\w*/.exec(type.name)?.[0] ?? '';
  switch (type.family) {
    case 'integer':
      return integers.get(base) ?? asText(type);
    case 'boolean':
      return { type: TYPES.Bit, valueOf: (text) => truth(text) };
    case 'decimal':
      return decimal(type);
    case 'uuid':
      return {
        type: TYPES.UniqueIdentifier,
        valueOf: matching(type, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
      };
    case 'date':
      return { type: TYPES.Date, valueOf: (text) => day(text, type) };
    case 'float':
      return { type: base === 'real' ? TYPES.Real : TYPES.Float, valueOf: (text) => number(text, type) };
    case 'binary':
      return { type: TYPES.VarBinary, length: Infinity, valueOf: (text) => bytes(text, type) };
    default:
      return asText(type);
  }
}

const integers = new Map<string, BulkColumn>([
  ['tinyint', { type: TYPES.TinyInt, valueOf: (text) => integer(text, 0, 255, 'tinyint') }],
  ['smallint', { type: TYPES.SmallInt, valueOf: (text) => integer(text, -32_768, 32_767, 'smallint') }],
  ['int', { type: TYPES.Int, valueOf: (text) => integer(text, -(2 ** 31), 2 ** 31 - 1, 'int') }],
  ['bigint', { type: TYPES.BigInt, valueOf: matching({ name: 'bigint' }, /^-?\d{1,19}$/) }],
]);

function asText({ maxLength }: ColumnType): BulkColumn {
  const length = maxLength !== undefined && maxLength <= LONGEST_NVARCHAR ? maxLength : undefined;
  return { type: TYPES.NVarChar, length: length ?? Infinity, valueOf: (text) => text };
}

function decimal(type: ColumnType): BulkColumn {
  const { precision = 38, scale = 0, name } = type;
  if (precision > EXACT_DIGITS || /money/.test(name))
    return { type: TYPES.NVarChar, length: 60, valueOf: (text) => text };
  return { type: TYPES.Decimal, precision, scale, valueOf: (text) => number(text, type) };
}

function truth(text: string): boolean {
  if (text === 't' || text === '1' || text === 'true') return true;
  if (text === 'f' || text === '0' || text === 'false') return false;
  throw new UnloadableValueError('bit');
}

function integer(text: string, least: number, most: number, type: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < least || value > most) throw new UnloadableValueError(type);
  return value;
}

function number(text: string, { name }: Pick<ColumnType, 'name'>): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new UnloadableValueError(name);
  return value;
}

function day(text: string, { name }: ColumnType): Date {
  const value = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(value.getTime())) throw new UnloadableValueError(name);
  return value;
}

function bytes(text: string, { name }: ColumnType): Buffer {
  if (!/^\\x([0-9a-f]{2})*$/i.test(text)) throw new UnloadableValueError(name);
  return Buffer.from(text.slice(2), 'hex');
}

function matching({ name }: Pick<ColumnType, 'name'>, pattern: RegExp): BulkColumn['valueOf'] {
  return (text) => {
    if (!pattern.test(text)) throw new UnloadableValueError(name);
    return text;
  };
}
