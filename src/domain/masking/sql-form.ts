import { baseTypeName, type ColumnType } from '../catalog/column-type.js';
import { findTechnique, parseTechniqueOptions } from './technique-registry.js';
import { bound, onceARow } from './postgres/once-a-row.js';
import type { GuardedForm, SqlDialect, SqlMaskingContext } from './technique.js';

/** A mask to be said in SQL. */
export interface SqlMaskRequest extends SqlMaskingContext {
  readonly technique: string;
  readonly options: unknown;
  /** The column as an expression, quoted. */
  readonly value: string;
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
  const { column } = request;
  const options = parseTechniqueOptions(request.technique, request.options);
  const value = column.type.family === 'text' ? asText(dialect, request.value) : request.value;
  const formed = form(value, options, request);
  if (formed === undefined) return undefined;
  const { sql, sameOnlyIf, usual }: Partial<GuardedForm> & { readonly sql: string } =
    typeof formed === 'string' ? { sql: formed } : formed;
  if (sql === 'null') return castTo(dialect, 'null', column.type);
  const cut = cutToLength(dialect, sql, column.type);
  const staysApart =
    technique.properties.neverOriginal !== true || column.type.family !== 'text' || sameOnlyIf === 'never';
  const apart = staysApart || dialect === 'sqlserver' ? cut : keptApart(cut, value, sameOnlyIf);
  // What is its own value goes the long way too, by bytes and not by what a collation holds to be equal.
  const chosen =
    usual === undefined
      ? apart
      : `coalesce(nullif(${cutToLength(dialect, usual, column.type)}, ${value} collate "C"), ${apart})`;
  return castTo(dialect, chosen, column.type);
}

function asText(dialect: SqlDialect, value: string): string {
  return dialect === 'postgres' ? `${value}::text` : `cast(rtrim(${value}) as nvarchar(max))`;
}

function cutToLength(dialect: SqlDialect, masked: string, { family, maxLength }: ColumnType): string {
  if (family !== 'text' || maxLength === undefined) return masked;
  // PostgreSQL's cast asks for the bytes before it counts characters.
  return dialect === 'postgres' ? `(${masked})::varchar(${maxLength})` : `left(${masked}, ${maxLength})`;
}

const shifted = {
  from: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  to: '1234567890BCDEFGHIJKLMNOPQRSTUVWXYZAbcdefghijklmnopqrstuvwxyza',
} as const;

/** See `keepApart` of finish-values: the last letter or digit moves on; without one, stars or hashes. */
function keptApart(masked: string, value: string, sameOnlyIf: string | undefined): string {
  const [v, m] = [bound('v'), bound('m')];
  const last = `substring(${v} from '[0-9A-Za-z](?=[^0-9A-Za-z]*$)')`;
  const moved = `regexp_replace(${v}, '[0-9A-Za-z]([^0-9A-Za-z]*)$', translate(${last}, '${shifted.from}', '${shifted.to}') || '\\1')`;
  const covered = `repeat(case when ${v} ~ '^[*]*$' then '#' else '*' end, length(${v}))`;
  const changed = `case when ${last} is null then ${covered} else ${moved} end`;
  const compared = onceARow(
    { v: value, m: masked },
    `case when ${m} = ${v} collate "C" and ${v} <> '' then ${changed} else ${m} end`,
  );
  return sameOnlyIf === undefined ? compared : `case when ${sameOnlyIf} then ${compared} else ${masked} end`;
}

/**
 * To the column's own type, so that nothing else of the query changes its meaning. Not to a domain, whose
 * checks could fail, nor with a numeric's precision, which could overflow: a result has neither.
 */
function castTo(dialect: SqlDialect, expression: string, type: ColumnType): string {
  const name = baseTypeName(type);
  if (dialect === 'sqlserver') return `cast(${expression} as ${name})`;
  const target = type.family === 'decimal' && !type.name.startsWith('money') ? 'numeric' : name;
  // Comparisons within may need bytes; whoever compares the result compares texts.
  const own = type.family === 'text' && expression.includes('collate "C"') ? ' collate "default"' : '';
  return `(${expression})::${target}${own}`;
}
