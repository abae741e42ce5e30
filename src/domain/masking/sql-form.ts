import type { ColumnType } from '../catalog/column-type.js';
import { findTechnique, parseTechniqueOptions } from './technique-registry.js';
import type { MaskedColumn, SqlDialect, SqlMaskingContext } from './technique.js';

/** A mask to be said in SQL. */
export interface SqlMaskRequest {
  readonly technique: string;
  readonly options: unknown;
  readonly column: MaskedColumn;
  /** The column as an expression, quoted. */
  readonly value: string;
  readonly text: SqlMaskingContext['text'];
  readonly digest: SqlMaskingContext['digest'];
}

/**
 * A technique as an expression of the column's own type, or undefined where it cannot be said: the same
 * stand-in as the batch kernel's, with the same treatment of padding, length and values that would
 * stand for themselves.
 */
export function sqlFormOf(dialect: SqlDialect, request: SqlMaskRequest): string | undefined {
  const technique = findTechnique(request.technique);
  const form = technique.sql?.[dialect];
  if (!form) return undefined;
  const { column, text, digest } = request;
  const options = parseTechniqueOptions(request.technique, request.options);
  const value = column.type.family === 'text' ? asText(dialect, request.value) : request.value;
  const masked = form(value, options, { column, text, digest });
  if (masked === undefined) return undefined;
  if (masked === 'null') return castTo(dialect, 'null', column.type);
  const cut = cutToLength(dialect, masked, column.type);
  const apart =
    technique.properties.neverOriginal === true && !masked.includes(DIGEST) && column.type.family === 'text'
      ? keptApart(dialect, cut, value)
      : cut;
  return castTo(dialect, apart, column.type);
}

/** A digest that spells its own value is not to be feared. */
const DIGEST = 'sha256(';

function asText(dialect: SqlDialect, value: string): string {
  return dialect === 'postgres' ? `${value}::text` : `cast(rtrim(${value}) as nvarchar(max))`;
}

function cutToLength(dialect: SqlDialect, masked: string, { family, maxLength }: ColumnType): string {
  if (family !== 'text' || maxLength === undefined) return masked;
  return dialect === 'postgres' ? `left(${masked}, ${maxLength})` : `left(${masked}, ${maxLength})`;
}

const shifted = {
  from: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  to: '1234567890BCDEFGHIJKLMNOPQRSTUVWXYZAbcdefghijklmnopqrstuvwxyza',
} as const;

/** See `keepApart` of finish-values: the last letter or digit moves on; without one, stars or hashes. */
function keptApart(dialect: SqlDialect, masked: string, value: string): string {
  if (dialect === 'sqlserver') return masked;
  const last = `substring(${value} from '[0-9A-Za-z](?=[^0-9A-Za-z]*$)')`;
  const moved = `regexp_replace(${value}, '[0-9A-Za-z]([^0-9A-Za-z]*)$', translate(${last}, '${shifted.from}', '${shifted.to}') || '\\1')`;
  const covered = `repeat(case when ${value} ~ '^[*]*$' then '#' else '*' end, length(${value}))`;
  return `case when ${masked} = ${value} collate "C" and ${value} <> '' then case when ${last} is null then ${covered} else ${moved} end else ${masked} end`;
}

/**
 * To the column's own type, so that nothing else of the query changes its meaning. Not to a domain, whose
 * checks could fail, nor with a numeric's precision, which could overflow: a result has neither.
 */
function castTo(dialect: SqlDialect, expression: string, type: ColumnType): string {
  if (dialect === 'sqlserver') return `cast(${expression} as ${type.name})`;
  const name = type.domain?.base ?? type.name;
  const target = type.family === 'decimal' && !type.name.startsWith('money') ? 'numeric' : name;
  return `(${expression})::${target}`;
}
