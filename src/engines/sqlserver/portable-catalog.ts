import { createHash } from 'node:crypto';
import type { Catalog, Column, Table } from '../../domain/catalog/catalog.js';
import { printColumnName } from '../../domain/catalog/catalog.js';
import { baseTypeName, type ColumnType } from '../../domain/catalog/column-type.js';
import type { PlanProblem } from '../../domain/scrub/scrub-plan.js';

/** Bytes of a name that every engine takes. */
const SHORTEST_LIMIT = 63;

/** Places of a second that other engines keep. */
const PLACES = 6;

/**
 * The catalog as another engine can have it: without what is written in T-SQL, which are checks, filtered
 * keys and defaults. Types keep their names, since labels are held against them.
 */
export function withoutTransactSql(catalog: Catalog): Catalog {
  const taken = new Set(catalog.tables.map(({ schema, name }) => JSON.stringify([schema, name])));
  const tables = catalog.tables.map((table) => ({
    ...table,
    columns: table.columns.map(({ default: _, ...column }) => column),
    uniqueKeys: table.uniqueKeys
      .filter(({ predicate }) => predicate === undefined)
      .map((key) => ({ ...key, name: nameInSchema(table, key.name, taken) })),
    checks: [],
  }));
  return { ...catalog, tables, views: [] };
}

/**
 * SQL Server has names of indexes by the table, others by the schema and beside those of tables: one that is
 * taken, or too long elsewhere, gets another.
 */
function nameInSchema({ schema, name: table }: Table, key: string, taken: Set<string>): string {
  const own = JSON.stringify([schema, key]);
  if (!taken.has(own) && Buffer.byteLength(key) <= SHORTEST_LIMIT) {
    taken.add(own);
    return key;
  }
  const digest = createHash('sha256')
    .update(JSON.stringify([schema, table, key]))
    .digest('hex');
  return `key_${digest.slice(0, 16)}`;
}

/** The same with types as SQL:2016 names them, for whoever writes a schema from it. */
export function inStandardTypes(catalog: Catalog): Catalog {
  const tables = catalog.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      type: { ...column.type, name: standardType(column.type) },
    })),
  }));
  return { ...catalog, tables };
}

const fixed: Readonly<Record<string, string>> = {
  tinyint: 'smallint',
  smallint: 'smallint',
  int: 'integer',
  bigint: 'bigint',
  bit: 'boolean',
  real: 'real',
  float: 'double precision',
  money: 'numeric(19,4)',
  smallmoney: 'numeric(10,4)',
  date: 'date',
  datetime: 'timestamp(3)',
  smalldatetime: 'timestamp(0)',
  uniqueidentifier: 'uuid',
  xml: 'xml',
  json: 'json',
};

/** `numeric(10,2)` of `decimal(10,2)`; what no other engine has is text. */
function standardType(type: ColumnType): string {
  const declared = baseTypeName(type);
  const base = /^\w*/.exec(declared)![0];
  if (base in fixed) return fixed[base];
  switch (base) {
    case 'decimal':
    case 'numeric':
      return `numeric(${type.precision ?? 18},${type.scale ?? 0})`;
    case 'time':
    case 'datetime2':
    case 'datetimeoffset': {
      const places = Math.min(PLACES, scaleOf(declared));
      if (base === 'time') return `time(${places})`;
      return `timestamp(${places})${base === 'datetimeoffset' ? ' with time zone' : ''}`;
    }
    default:
      if (type.family === 'binary') return 'bytea';
      if (type.family !== 'text' || type.maxLength === undefined) return 'text';
      return `${type.padded ? 'character' : 'character varying'}(${type.maxLength})`;
  }
}

function scaleOf(declared: string): number {
  return Number(/\((\d)\)/.exec(declared)?.[1] ?? 7);
}

/** What of a source is another in a copy elsewhere, column by column. */
export function translationNotices({ tables }: Catalog): readonly PlanProblem[] {
  return tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      const problem = lossOf(column);
      return problem === undefined ? [] : [{ ...problem, where: nameOf(table, column) }];
    }),
  );
}

function lossOf({ type, generated }: Column): Omit<PlanProblem, 'where'> | undefined {
  if (generated) {
    return {
      code: 'left-out',
      problem: 'the server computes it: the copy does not have it',
      hint: 'compute it anew from the masked columns, where it is wanted',
    };
  }
  const declared = baseTypeName(type);
  if (/^(time|datetime2|datetimeoffset)\b/.test(declared) && scaleOf(declared) > PLACES) {
    return {
      code: 'rounded',
      problem: `the seventh place of a second of ${declared} is rounded away`,
      hint: 'nothing has to be done where microseconds are enough',
    };
  }
  if (type.family === 'geometry' || /^(hierarchyid|sql_variant)$/.test(type.name)) {
    return {
      code: 'as-text',
      problem: `${type.name} is copied as text`,
      hint: 'convert it in the copy, where its type is wanted',
    };
  }
  return undefined;
}

function nameOf({ schema, name }: Table, column: Column): string {
  return printColumnName({ schema, table: name, column: column.name });
}
