import type { Column, Table } from '../../domain/catalog/catalog.js';
import type { SampleFailure, SampleOptions, TableSample } from '../engine.js';
import type { SqlServerConnection, SqlValue } from './connection.js';
import { DatabaseError } from './driver-errors.js';
import { quoteName, quoteRelation } from './identifiers.js';
import { retryTransient } from './transient-faults.js';
import { textOf } from './value-text.js';

/** Tables up to this size are read whole: sampling pages of so few would not be fair. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** Pages that a sample reads of a larger table. */
const SAMPLED_PAGES = 800;

const PAGE_BYTES = 8192;

/** Characters of a value that are looked at; JSON is cut later, so that it still parses. */
const TEXT_CHARACTERS = 4_000;
const BINARY_BYTES = 64;

/** What stands for a value of which the server has the ciphertext alone: it takes no expression over it. */
export const NO_VALUE = 'cast(null as nvarchar(1))';

/**
 * A fair sample by one query, never a full scan: random pages of the table, random rows of those. It
 * reads what is committed at that moment and waits for no lock longer than its time limit; a table that
 * refuses or takes too long is a `SampleFailure`.
 */
export async function sampleTable(
  connection: SqlServerConnection,
  table: Table,
  { rows, timeoutMs }: SampleOptions,
): Promise<TableSample | SampleFailure> {
  const name = { schema: table.schema, name: table.name };
  if (table.unreadable !== undefined) return { table: name, reason: table.unreadable };
  const columns = table.columns.map((column, i) => `${excerpt(column)} as c${i}`).join(', ');
  const sql = `
    set lock_timeout ${Math.trunc(timeoutMs)};
    select top (${Math.trunc(rows)}) ${columns} from ${rowsFrom(table)} order by newid();`;
  try {
    const taken = await retryTransient(`sampling ${table.schema}.${table.name}`, () =>
      connection.query<Record<string, SqlValue>>(sql, { timeoutMs }),
    );
    return {
      table: name,
      rows: taken.length,
      values: new Map(
        table.columns.map((column, i) => [column.name, taken.map((row) => textOf(row[`c${i}`]))]),
      ),
    };
  } catch (problem) {
    // Without a connection there is nothing to go on with.
    if (problem instanceof DatabaseError && connection.isLost) throw problem;
    if (!(problem instanceof DatabaseError)) throw problem;
    return { table: name, reason: problem.message };
  }
}

/** The table, or some of its pages when it is large. TABLESAMPLE is not to be had of memory-optimised tables. */
function rowsFrom(table: Table): string {
  const relation = `${quoteRelation(table)} as t`;
  const bytes = table.estimatedBytes ?? 0;
  if (bytes <= SMALL_BYTES) return relation;
  const percent = Math.max(0.000_001, Math.min(100, (100 * SAMPLED_PAGES * PAGE_BYTES) / bytes));
  return `${relation} tablesample system (${percent.toFixed(6)} percent)`;
}

/** A column's value as text, cut in the server so that huge values do not travel; NULL of what only clients can read. */
export function excerpt({ name, type, clientEncrypted }: Column): string {
  if (clientEncrypted) return NO_VALUE;
  const column = `t.${quoteName(name)}`;
  switch (type.family) {
    case 'binary':
      return `convert(varbinary(${BINARY_BYTES}), ${column})`;
    case 'text':
    case 'xml':
    case 'json':
      return `left(convert(nvarchar(max), ${column}), ${TEXT_CHARACTERS})`;
    case 'integer':
    case 'float':
    case 'boolean':
    case 'uuid':
      return column;
    default:
      return `left(${asText(name, type)}, ${TEXT_CHARACTERS})`;
  }
}

/**
 * A value as text, in UTF-16, that loses nothing and reads the same as PostgreSQL's text of the same value, so that
 * stand-ins agree between engines.
 */
export function asText(name: string, type: Column['type']): string {
  const column = `t.${quoteName(name)}`;
  switch (type.family) {
    case 'date':
      // As style 23 of CONVERT has it, which Babelfish takes 50 µs a date for.
      return `cast(${column} as nvarchar(10))`;
    case 'time':
    case 'timestamp':
      return `convert(nvarchar(40), ${column}, 121)`;
    case 'decimal':
      // Styles of money print two places, or commas.
      return `cast(${/money/.test(type.name) ? `cast(${column} as decimal(19, 4))` : column} as nvarchar(50))`;
    case 'geometry':
      return `${column}.ToString()`;
    default:
      return type.name === 'hierarchyid' ? `${column}.ToString()` : `convert(nvarchar(max), ${column})`;
  }
}
