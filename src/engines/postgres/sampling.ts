import type pg from 'pg';
import type { Column, Table } from '../../domain/catalog/catalog.js';
import type { SampleFailure, SampleOptions, TableSample } from '../engine.js';
import { DatabaseError, translateDriverError } from './driver-errors.js';
import { quoteName, quoteRelation } from './identifiers.js';

/** Tables up to this size are read whole: sampling blocks of so few would not be fair. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** Blocks that a sample reads of a larger table: enough for a thousand rows of any width that fits a block. */
const SAMPLED_BLOCKS = 800;

const BLOCK_BYTES = 8192;

/** Characters of a value that are looked at; JSON is cut later, so that it still parses. */
const TEXT_CHARACTERS = 4_000;
const JSON_CHARACTERS = 40_000;
const BINARY_BYTES = 64;

/**
 * A fair sample by one query, never a full scan: random blocks of the table, random rows of those. Runs
 * read-only under a time limit; a table that refuses or takes too long is a `SampleFailure`.
 */
export async function sampleTable(
  client: pg.ClientBase,
  table: Table,
  { rows, timeoutMs }: SampleOptions,
): Promise<TableSample | SampleFailure> {
  const name = { schema: table.schema, name: table.name };
  if (table.unreadable !== undefined) return { table: name, reason: table.unreadable };
  if (table.kind === 'foreign')
    return { table: name, reason: 'a foreign table: classify it where its rows are' };
  try {
    await client.query('begin read only');
    await client.query(`select set_config('statement_timeout', $1, true)`, [String(timeoutMs)]);
    const query = `select ${table.columns.map(excerpt).join(', ')} from ${sampledRows(table)} t order by random() limit $1`;
    const result = await client.query<(string | null)[]>({ text: query, values: [rows], rowMode: 'array' });
    await client.query('commit');
    return { table: name, rows: result.rows.length, values: byColumn(table.columns, result.rows) };
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    const problem = translateDriverError(error, `sampling ${table.schema}.${table.name}`);
    // Without a connection there is nothing to go on with.
    if (problem instanceof DatabaseError && problem.sqlState === undefined) throw problem;
    return { table: name, reason: problem.message };
  }
}

/** The table, or some of its blocks when it is large. */
export function sampledRows(table: Table): string {
  const relation = quoteRelation(table);
  const bytes = table.estimatedBytes ?? 0;
  if (bytes <= SMALL_BYTES) return relation;
  const percent = Math.min(100, (100 * SAMPLED_BLOCKS * BLOCK_BYTES) / bytes);
  return `(select * from ${relation} tablesample system (${percent.toPrecision(6)}))`;
}

/** A column's value as text, cut in the server so that huge values do not travel. */
export function excerpt({ name, type }: Column): string {
  const column = `t.${quoteName(name)}`;
  if (type.family === 'binary') return `substring(${column} for ${BINARY_BYTES})::text`;
  const characters = type.family === 'json' ? JSON_CHARACTERS : TEXT_CHARACTERS;
  return `left(${column}::text, ${characters})`;
}

function byColumn(columns: readonly Column[], rows: readonly (readonly (string | null)[])[]) {
  return new Map(columns.map(({ name }, i) => [name, rows.map((row) => row[i] ?? null)]));
}
