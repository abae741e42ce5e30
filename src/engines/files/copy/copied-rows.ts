import type { DuckDBValue } from '@duckdb/node-api';
import type { ForeignKey, RelationName, UniqueKey } from '../../../domain/catalog/catalog.js';
import { printRelationName } from '../../../domain/catalog/catalog.js';
import { CopyTextWriter } from '../../copy-text.js';
import type { RowStream } from '../../row-source.js';
import { literal, quoteName } from '../duckdb-sql.js';
import type { CopyDuckDb } from './copy-duckdb.js';

/** What of a key's text is looked at, as samples have it. */
const EXCERPT_CHARACTERS = 4000;

/** Rows of a copy's file as COPY text. */
export function copyOut(duckdb: CopyDuckDb, table: RelationName, columns: readonly string[]): RowStream {
  const list = columns.map((name) => `cast(${quoteName(name)} as varchar)`).join(', ');
  const sql = `select ${list === '' ? '1' : list} from ${relation(table)}`;
  const rows = textChunks(duckdb, sql, columns.length, `reading ${printRelationName(table)}`);
  return {
    [Symbol.asyncIterator]: () => rows,
    destroy: () => void rows.return(undefined),
  };
}

async function* textChunks(
  duckdb: CopyDuckDb,
  sql: string,
  width: number,
  doing: string,
): AsyncGenerator<Buffer, undefined> {
  const connection = await duckdb.connectionOfItsOwn();
  const writer = new CopyTextWriter<DuckDBValue>(textOf);
  try {
    for await (const rows of (await connection.stream(sql)).yieldRows()) {
      for (const row of rows) {
        const chunk = writer.push(width === 0 ? [] : row);
        if (chunk) yield chunk;
      }
    }
    const last = writer.end();
    if (last) yield last;
  } catch (error) {
    throw duckdb.translate(error, doing);
  } finally {
    connection.closeSync();
  }
  return undefined;
}

/** Every column is asked for as text. */
function textOf(value: DuckDBValue): string | null {
  return typeof value === 'string' ? value : null;
}

export function countRows(duckdb: CopyDuckDb, table: RelationName): Promise<number> {
  return count(duckdb, `counting ${printRelationName(table)}`, `select count(*) from ${relation(table)}`);
}

/** Rows whose key is set and refers to nothing. */
export function countOrphans(duckdb: CopyDuckDb, table: RelationName, key: ForeignKey): Promise<number> {
  const set = key.columns.map((column) => `f.${quoteName(column)} is not null`).join(' and ');
  const matches = key.references.columns
    .map((column, i) => `p.${quoteName(column)} = f.${quoteName(key.columns[i])}`)
    .join(' and ');
  return count(
    duckdb,
    `following ${key.name} of ${printRelationName(table)}`,
    `select count(*) from ${relation(table)} f where ${set}
     and not exists (select 1 from ${relation(key.references)} p where ${matches})`,
  );
}

/** Rows that share a key with another; NULL counts as a value where the source has it so. */
export function countDuplicates(duckdb: CopyDuckDb, table: RelationName, key: UniqueKey): Promise<number> {
  const columns = key.columns.map(quoteName);
  const where = key.nullsNotDistinct
    ? ''
    : `where ${columns.map((column) => `${column} is not null`).join(' and ')}`;
  return count(
    duckdb,
    `checking ${key.name} of ${printRelationName(table)}`,
    `select coalesce(sum(n), 0) from (
       select count(*) as n from ${relation(table)} ${where} group by ${columns.join(', ')} having count(*) > 1)`,
  );
}

/** Rows by key, which is given and given back as text: two engines may print one value in two ways. */
export async function rowsByKey(
  duckdb: CopyDuckDb,
  table: RelationName,
  {
    keyColumns,
    keys,
    columns,
  }: {
    readonly keyColumns: readonly string[];
    readonly keys: readonly (readonly string[])[];
    readonly columns: readonly string[];
  },
): Promise<readonly (readonly (string | null)[])[]> {
  if (keys.length === 0) return [];
  const types = new Map((await duckdb.columnsOf(table)).map(({ name, type }) => [name, type]));
  const given = keyColumns.map((_, i) => `k${i}`);
  const values = keys.map((key) => `(${key.map(literal).join(', ')})`).join(', ');
  // Formats without types have all as text.
  const joined = keyColumns.map(
    (name, i) => `cast(t.${quoteName(name)} as ${types.get(name)!}) = cast(k.k${i} as ${types.get(name)!})`,
  );
  const wanted = columns.map((name) => `left(cast(t.${quoteName(name)} as varchar), ${EXCERPT_CHARACTERS})`);
  return duckdb.texts(
    `reading rows of ${printRelationName(table)}`,
    `select ${[...given.map((name) => `k.${name}`), ...wanted].join(', ')} from ${relation(table)} t
     join (values ${values}) as k (${given.join(', ')}) on ${joined.join(' and ')}`,
  );
}

function relation({ schema, name }: RelationName): string {
  return `${quoteName(schema)}.${quoteName(name)}`;
}

async function count(duckdb: CopyDuckDb, doing: string, sql: string): Promise<number> {
  const [[n]] = await duckdb.texts(doing, sql);
  return Number(n);
}
