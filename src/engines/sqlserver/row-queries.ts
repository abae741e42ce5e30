import {
  type Catalog,
  type ForeignKey,
  printRelationName,
  type RelationName,
  type UniqueKey,
} from '../../domain/catalog/catalog.js';
import { baseTypeName, type ColumnType } from '../../domain/catalog/column-type.js';
import { CopyTextWriter } from '../copy-text.js';
import type { CopyFormat, RowStream } from '../row-source.js';
import type { OrphanRemedy } from '../scrub-target.js';
import type { SqlServerConnection, SqlValue } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName, quoteNames, quoteRelation } from './identifiers.js';
import { columnOf, tableOf } from './named-columns.js';
import { excerpt } from './sampling.js';
import type { SessionPool } from './session-pool.js';
import { textOf } from './value-text.js';
import { type ValueForms, type WireForm, wireFormOf } from './wire-forms.js';

/** Keys that are looked up by one statement. */
const KEYS_AT_ONCE = 200;

export interface CopyOut {
  readonly table: RelationName;
  readonly columns: readonly string[];
  readonly format: CopyFormat;
  readonly forms: ValueForms;
}

/** Streams columns of a table as COPY text; the server's rows wait while the reader is busy. */
export async function copyOut(
  pool: SessionPool,
  catalog: Catalog,
  { table, columns, format, forms }: CopyOut,
): Promise<RowStream> {
  if (format !== 'text') throw new Error('rows of SQL Server travel as text');
  const found = tableOf(catalog, table);
  const wire = columns.map((name) => wireFormOf(columnOf(found, name), forms));
  const list = wire.map(({ sql }) => sql).join(', ');
  const sql = `select ${list === '' ? '1 as nothing' : list} from ${quoteRelation(table)} as t`;
  const connection = await pool.take();
  return new PooledRows({
    connection,
    pool,
    sql,
    wire,
    doing: `reading ${printRelationName(table)}`,
  });
}

interface RowRead {
  readonly connection: SqlServerConnection;
  readonly pool: SessionPool;
  readonly sql: string;
  /** Of the columns; a statement has one more where a copy has none. */
  readonly wire: readonly WireForm[];
  readonly doing: string;
}

/** Rows from a session that is given back behind the last of them, and ended when they are given up. */
class PooledRows implements RowStream {
  readonly #read: RowRead;
  #isOver = false;

  constructor(read: RowRead) {
    this.#read = read;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const { connection, pool, sql, wire, doing } = this.#read;
    const writer = new CopyTextWriter<SqlValue>((value, field) => wire[field].textOf(value));
    try {
      for await (const rows of connection.stream(sql)) {
        for (const row of rows) {
          const chunk = writer.push(wire.length === 0 ? [] : row);
          if (chunk) yield chunk;
        }
      }
      this.#isOver = true;
      pool.giveBack(connection);
      const last = writer.end();
      if (last) yield last;
    } catch (error) {
      throw translateDriverError(error, doing);
    } finally {
      this.destroy();
    }
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#read.pool.discard(this.#read.connection);
  }
}

export async function countRows(connection: SqlServerConnection, table: RelationName): Promise<number> {
  return count(
    connection,
    `select count_big(*) as n from ${quoteRelation(table)}`,
    `counting ${printRelationName(table)}`,
  );
}

/** Rows whose key is set and refers to nothing. */
export async function countOrphans(
  connection: SqlServerConnection,
  table: RelationName,
  key: ForeignKey,
): Promise<number> {
  return count(
    connection,
    `select count_big(*) as n from ${quoteRelation(table)} as f where ${orphanCondition(key)}`,
    `following ${key.name} of ${printRelationName(table)}`,
  );
}

/** Empties the references that lead nowhere, or drops their rows; the number of rows concerned. */
export async function settleOrphans(
  connection: SqlServerConnection,
  table: RelationName,
  key: ForeignKey,
  remedy: OrphanRemedy,
): Promise<number> {
  const emptied = key.columns.map((column) => `${quoteName(column)} = null`).join(', ');
  const what = remedy === 'empty' ? `update f set ${emptied}` : 'delete f';
  const sql = `
    set nocount on;
    ${what} from ${quoteRelation(table)} as f where ${orphanCondition(key)};
    select rowcount_big() as n;`;
  return count(connection, sql, `settling ${key.name} of ${printRelationName(table)}`);
}

/** True for rows `f` whose key leads nowhere. */
function orphanCondition(key: ForeignKey): string {
  const set = key.columns.map((column) => `f.${quoteName(column)} is not null`).join(' and ');
  const matches = key.references.columns
    .map((column, i) => `p.${quoteName(column)} = f.${quoteName(key.columns[i])}`)
    .join(' and ');
  return `${set} and not exists (select 1 from ${quoteRelation(key.references)} as p where ${matches})`;
}

/** Rows that share a unique key with another; NULL counts as a value, as the server's indexes have it. */
export async function countDuplicates(
  connection: SqlServerConnection,
  table: RelationName,
  key: UniqueKey,
): Promise<number> {
  const where = key.predicate === undefined ? '' : `where ${key.predicate}`;
  const sql = `
    select coalesce(sum(n), 0) as n from (
      select count_big(*) as n from ${quoteRelation(table)} ${where}
      group by ${quoteNames(key.columns)} having count_big(*) > 1
    ) as shared`;
  return count(connection, sql, `checking ${key.name} of ${printRelationName(table)}`);
}

/** Rows by key, each the key's columns and then `columns`, in text form and cut as samples are. */
export async function rowsByKey(
  connection: SqlServerConnection,
  catalog: Catalog,
  table: RelationName,
  keyColumns: readonly string[],
  keys: readonly (readonly string[])[],
  columns: readonly string[],
): Promise<readonly (readonly (string | null)[])[]> {
  const found = tableOf(catalog, table);
  const wanted = [...keyColumns, ...columns].map((name, i) => `${excerpt(columnOf(found, name))} as c${i}`);
  const types = keyColumns.map((name) => columnOf(found, name).type);
  const joined = keyColumns.map(
    // CONVERT takes no alias types.
    (name, i) => `t.${quoteName(name)} = convert(${baseTypeName(types[i])}, k.k${i})`,
  );
  const names = keyColumns.map((_, i) => `k${i}`).join(', ');
  const rows: (readonly (string | null)[])[] = [];
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    const some = keys.slice(from, from + KEYS_AT_ONCE);
    const values = some
      .map((key) => `(${key.map((part, i) => keyLiteral(part, types[i])).join(', ')})`)
      .join(', ');
    const sql = `
      select ${wanted.join(', ')} from ${quoteRelation(table)} as t
      join (values ${values}) as k (${names}) on ${joined.join(' and ')}`;
    try {
      const answer = await connection.query<Record<string, SqlValue>>(sql);
      rows.push(...answer.map((row) => wanted.map((_, i) => textOf(row[`c${i}`]))));
    } catch (error) {
      throw translateDriverError(error, `reading rows of ${printRelationName(table)}`);
    }
  }
  return rows;
}

/** A part of a key as a literal; bytes come as `\x…`, which no style of CONVERT reads. */
function keyLiteral(part: string, { family }: ColumnType): string {
  const isBytes = family === 'binary' && /^\\x[0-9a-f]*$/.test(part);
  return isBytes ? `0x${part.slice(2)}` : quoteLiteral(part);
}

async function count(connection: SqlServerConnection, sql: string, doing: string): Promise<number> {
  try {
    const [{ n }] = await connection.query<{ n: string | number }>(sql);
    return Number(n);
  } catch (error) {
    throw translateDriverError(error, doing);
  }
}
