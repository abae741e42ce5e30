import { TYPES } from 'tedious';
import { baseTypeName, type ColumnType } from '../../../domain/catalog/column-type.js';
import { encodeBinary, encodeGuid, encodeLongText, encodeText } from './encode-bytes.js';
import { encodeMoment, type MomentType } from './encode-moments.js';
import {
  encodeBigInt,
  encodeBit,
  encodeDecimal,
  encodeFloat,
  encodeInteger,
  encodeMoney,
} from './encode-numbers.js';
import type { FieldEncoder } from './field-encoder.js';

/** The driver's own, which the package does not name. */
export type DriverType = (typeof TYPES)[keyof typeof TYPES];

/** How a column goes into a bulk load: as what it is declared, and how its fields are written. */
export interface BulkColumn {
  readonly type: DriverType;
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly encoder: FieldEncoder;
}

/** Characters of `nvarchar` that travel without the `max` form. */
const LONGEST_NVARCHAR = 4000;

/** What a decimal of any precision fits into. */
const WIDEST_DECIMAL = 38;

/**
 * Each column travels in its own type, and as text only where its type is one, or has a form as one.
 * Babelfish (4.4) reads sixteen bytes of digits whatever length a decimal has, and stores what stands behind
 * a shorter one as if it were its digits: there all are sent at full width.
 */
export function bulkColumnOf(type: ColumnType, isForBabelfish = false): BulkColumn {
  const base = baseNameOf(type);
  switch (base) {
    case 'tinyint':
      return { type: TYPES.TinyInt, encoder: encodeInteger(base) };
    case 'smallint':
      return { type: TYPES.SmallInt, encoder: encodeInteger(base) };
    case 'int':
      return { type: TYPES.Int, encoder: encodeInteger(base) };
    case 'bigint':
      return { type: TYPES.BigInt, encoder: encodeBigInt };
    case 'bit':
      return { type: TYPES.Bit, encoder: encodeBit };
    case 'real':
      return { type: TYPES.Real, encoder: encodeFloat(base) };
    case 'float':
      return { type: TYPES.Float, encoder: encodeFloat(base) };
    case 'money':
      return { type: TYPES.Money, encoder: encodeMoney(base) };
    case 'smallmoney':
      return { type: TYPES.SmallMoney, encoder: encodeMoney(base) };
    case 'decimal':
    case 'numeric':
      return decimal(type, isForBabelfish);
    case 'date':
    case 'time':
    case 'datetime':
    case 'datetime2':
    case 'datetimeoffset':
    case 'smalldatetime':
      return moment(base, type);
    case 'uniqueidentifier':
      return { type: TYPES.UniqueIdentifier, encoder: encodeGuid };
    default:
      return bytesOrText(type);
  }
}

/** `decimal` of `decimal(10,2)`; of an alias type, that of the type under it. */
function baseNameOf(type: ColumnType): string {
  return /^[a-z]\w*/.exec(baseTypeName(type))?.[0] ?? '';
}

function decimal({ name, precision = 18, scale = 0 }: ColumnType, isForBabelfish: boolean): BulkColumn {
  const declared = isForBabelfish ? WIDEST_DECIMAL : precision;
  return {
    type: TYPES.Decimal,
    precision: declared,
    scale,
    encoder: encodeDecimal(precision, scale, name, declared),
  };
}

const momentTypes = {
  date: TYPES.Date,
  time: TYPES.Time,
  datetime: TYPES.DateTime,
  datetime2: TYPES.DateTime2,
  datetimeoffset: TYPES.DateTimeOffset,
  smalldatetime: TYPES.SmallDateTime,
};

function moment(base: MomentType, columnType: ColumnType): BulkColumn {
  const scale = Number(/\((\d)\)/.exec(baseTypeName(columnType))?.[1] ?? 7);
  return { type: momentTypes[base], scale, encoder: encodeMoment(base, scale) };
}

/** Spatial values and hierarchies go from server to server as the bytes that they are kept in. */
export function travelsAsBytes({ family, name }: ColumnType): boolean {
  return family === 'geometry' || name === 'hierarchyid';
}

function bytesOrText(type: ColumnType): BulkColumn {
  if (type.family === 'binary' || travelsAsBytes(type))
    return { type: TYPES.VarBinary, length: Infinity, encoder: encodeBinary(type.name) };
  const { maxLength = Infinity } = type;
  return maxLength <= LONGEST_NVARCHAR
    ? { type: TYPES.NVarChar, length: maxLength, encoder: encodeText(maxLength) }
    : { type: TYPES.NVarChar, length: Infinity, encoder: encodeLongText };
}
