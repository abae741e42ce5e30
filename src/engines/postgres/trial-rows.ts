import pg from 'pg';
import type { CheckConstraint, Column, Table } from '../../domain/catalog/catalog.js';
import { translateDriverError } from './driver-errors.js';
import { quoteName } from './identifiers.js';
import { sampledRows } from './sampling.js';

/** Longer values are left out: a trial holds what it reads. */
const LONGEST_BYTES = 4_000;

/** Some rows, any of them, as text; a very long value is NULL. */
export async function someRows(
  client: pg.ClientBase,
  table: Table,
  columns: readonly string[],
  rows: number,
): Promise<readonly (readonly (string | null)[])[]> {
  const values = columns.map((name) => {
    const text = `t.${quoteName(name)}::text`;
    return `case when octet_length(${text}) <= ${LONGEST_BYTES} then ${text} end`;
  });
  const text = `select ${values.join(', ')} from ${sampledRows(table)} t limit $1`;
  try {
    return (await client.query<(string | null)[]>({ text, values: [rows], rowMode: 'array' })).rows;
  } catch (error) {
    throw translateDriverError(error, `reading some rows of ${table.schema}.${table.name}`);
  }
}

/**
 * True when a column's type takes no value like one of these: out of range, too long, no label of the enum,
 * against a check of the domain. The session is within a transaction, and stays as it is.
 */
export function isRefusedByType(
  client: pg.ClientBase,
  { type }: Column,
  values: readonly (string | null)[],
): Promise<boolean> {
  // A cast cuts what a copy would refuse; blanks at the end are cut by both.
  const tooLong = type.maxLength === undefined ? '' : ` or max(length(rtrim(v, ' '))) > ${type.maxLength}`;
  return isBroken(
    client,
    `select count(v::${type.name}) < 0${tooLong} as broken from unnest($1::text[]) v where v is not null`,
    [values],
  );
}

/** True when a row of these breaks the check, as the server itself evaluates it; nothing is written. */
export function isRefusedByCheck(
  client: pg.ClientBase,
  { expression }: CheckConstraint,
  columns: readonly Column[],
  rows: readonly (readonly (string | null)[])[],
): Promise<boolean> {
  const condition = /^CHECK (\([^]*\))(?: NO INHERIT)?$/.exec(expression)?.[1] ?? `(${expression})`;
  const typed = columns.map(({ name, type }, i) => `c${i}::${type.name} as ${quoteName(name)}`);
  const given = columns.map((_, i) => `$${i + 1}::text[]`);
  const names = columns.map((_, i) => `c${i}`);
  const values = columns.map((_, i) => rows.map((row) => row[i]));
  return isBroken(
    client,
    `select exists (
       select from (select ${typed.join(', ')} from unnest(${given.join(', ')}) u (${names.join(', ')})) t
       where not ${condition}) as broken`,
    values,
  );
}

/** `data_exception` and what a domain refuses; an expression that cannot be asked like this decides nothing. */
async function isBroken(client: pg.ClientBase, sql: string, values: unknown[]): Promise<boolean> {
  await client.query('savepoint trial');
  try {
    const { rows } = await client.query<{ broken: string }>(sql, values);
    return rows[0].broken === 't';
  } catch (error) {
    await client.query('rollback to savepoint trial');
    const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
    return code.startsWith('22') || code === '23514';
  }
}
