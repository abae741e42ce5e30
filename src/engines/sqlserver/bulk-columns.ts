import { TYPES } from 'tedious';
import type { ColumnType } from '../../domain/catalog/column-type.js';
import { ScrubjayError } from '../../domain/errors.js';
import { exactDateTimeOffset, exactDecimal, exactMoney, type OffsetMoment } from './exact-types.js';

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

/** Characters of `nvarchar` that travel without the `max` form. */
const LONGEST_NVARCHAR = 4000;

/** Each column travels in its own type: a bulk load converts nothing. */
export function bulkColumnOf(type: ColumnType): BulkColumn {
  const base = /^[a-z]\w*/.exec(type.name)?.[0] ?? '';
  switch (type.family) {
    case 'integer':
      return integers.get(base) ?? asText(type);
    case 'boolean':
      return { type: TYPES.Bit, valueOf: (text) => truth(text) };
    case 'decimal':
      return /money/.test(base) ? money(type) : decimal(type);
    case 'time':
    case 'timestamp':
      return moment(type, base);
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
  const { precision = 18, scale = 0 } = type;
  return { type: exactDecimal, precision, scale, valueOf: (text) => unscaled(text, scale, type) };
}

function money(type: ColumnType): BulkColumn {
  // The smaller type has a wire form of its own, whose 32 bits the driver counts exactly.
  if (type.name === 'smallmoney') return { type: TYPES.SmallMoney, valueOf: (text) => number(text, type) };
  return { type: exactMoney, valueOf: (text) => unscaled(text, 4, type) };
}

/** 12.5 with two places as 1250n. */
function unscaled(text: string, scale: number, { name }: ColumnType): bigint {
  const parts = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text);
  const fraction = (parts?.[3] ?? '').replace(/0+$/, '');
  if (!parts || fraction.length > scale) throw new UnloadableValueError(name);
  const digits = BigInt(parts[2] + fraction.padEnd(scale, '0'));
  return parts[1] === '-' ? -digits : digits;
}

const moments =
  /^(?:(\d{4}-\d\d-\d\d)[ T]?)?(?:(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?(?: ?([+-])(\d\d):?(\d\d)?| ?Z)?$/;

interface Moment {
  readonly day: string;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  /** 100-nanosecond steps. */
  readonly ticks: number;
  readonly offsetMinutes: number;
}

function moment(type: ColumnType, base: string): BulkColumn {
  const scale = Number(/\((\d)\)/.exec(type.name)?.[1] ?? 7);
  const read = (text: string): Moment => readMoment(text, type);
  switch (base) {
    case 'time':
      return {
        type: TYPES.Time,
        scale,
        valueOf: (text) => dateOf({ ...read(text), day: '1970-01-01' }, type),
      };
    case 'datetime2':
      return { type: TYPES.DateTime2, scale, valueOf: (text) => dateOf(read(text), type) };
    case 'datetimeoffset':
      return { type: exactDateTimeOffset, scale, valueOf: (text) => offsetMomentOf(read(text), type) };
    case 'smalldatetime':
      return { type: TYPES.SmallDateTime, valueOf: (text) => dateOf(read(text), type) };
    default:
      return { type: TYPES.DateTime, valueOf: (text) => dateOf(read(text), type) };
  }
}

function readMoment(text: string, { name }: ColumnType): Moment {
  const parts = moments.exec(text);
  if (!parts || text === '') throw new UnloadableValueError(name);
  const [
    ,
    day = '1900-01-01',
    hours = '0',
    minutes = '0',
    seconds = '0',
    fraction = '',
    sign,
    east = '0',
    rest = '0',
  ] = parts;
  return {
    day,
    hours: Number(hours),
    minutes: Number(minutes),
    seconds: Number(seconds),
    ticks: Number(fraction.padEnd(7, '0')),
    offsetMinutes: (sign === '-' ? -1 : 1) * (Number(east) * 60 + Number(rest)),
  };
}

/** A date that carries what milliseconds cannot, as the driver reads and writes it. */
function dateOf(
  { day, hours, minutes, seconds, ticks }: Moment,
  { name }: ColumnType,
): Date & { nanosecondDelta: number } {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || hours > 23 || minutes > 59 || seconds > 59)
    throw new UnloadableValueError(name);
  const milliseconds = Math.trunc(ticks / 10_000);
  const date = new Date(midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds);
  return Object.assign(date, { nanosecondDelta: (ticks % 10_000) / 10_000_000 });
}

const MS_A_DAY = 86_400_000;
const DAYS_BEFORE_1970 = 719_162;

/** The wire counts in UTC and keeps the offset beside it. */
function offsetMomentOf(read: Moment, type: ColumnType): OffsetMoment {
  const local = dateOf(read, type);
  const utcMs = local.getTime() - read.offsetMinutes * 60_000;
  const days = Math.floor(utcMs / MS_A_DAY);
  const ticks = BigInt(utcMs - days * MS_A_DAY) * 10_000n + BigInt(read.ticks % 10_000);
  return { ticks, days: days + DAYS_BEFORE_1970, offsetMinutes: read.offsetMinutes };
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
