import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { columnsLiteral, literal, quoteName } from '../duckdb-sql.js';
import type { DataFormat } from '../formats.js';
import { CsvFromCopyText } from './csv-from-copy-text.js';

/** A column of a table that is written, with its type in DuckDB. */
export interface WrittenColumn {
  readonly name: string;
  readonly type: string;
}

export const endings: Readonly<Record<DataFormat, string>> = {
  csv: 'csv',
  json: 'jsonl',
  parquet: 'parquet',
};

/** Bytes of a row: DuckDB's reader takes sixteen times as much memory. */
const LONGEST_ROW = 8 * 1024 * 1024;

/** How the CSV is written that other formats are made from, for a reader that takes every value as text. */
const written = `header = true, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, auto_detect = false, parallel = false, max_line_size = ${LONGEST_ROW}`;

/** Rows on their way into a file: COPY text in, and one file of the format when all are in. */
export interface RowsToFile {
  readonly stream: Writable;
  /** Rows written. */
  readonly done: Promise<number>;
}

/**
 * Writes a table's rows as CSV, which is that format's file already; the others are made from it by DuckDB,
 * in the columns' own types. Nothing is ever held whole.
 * @param path of the file, without its ending
 */
export function rowsToFile(
  connection: () => Promise<DuckDBConnection>,
  path: string,
  columns: readonly WrittenColumn[],
  format: DataFormat,
): RowsToFile {
  const text = new CsvFromCopyText(columns.map(({ name }) => name));
  const part = `${path}.csv.part`;
  const file = createWriteStream(part, { mode: 0o600 });
  const finish = async (): Promise<number> => {
    await pipeline(text, file);
    if (format === 'csv') await rename(part, `${path}.csv`);
    else {
      await (await connection()).run(conversion(part, `${path}.${endings[format]}`, columns, format));
      await rm(part);
    }
    return text.rows;
  };
  const done = finish();
  return { stream: text, done };
}

function conversion(
  from: string,
  to: string,
  columns: readonly WrittenColumn[],
  format: 'json' | 'parquet',
): string {
  const list = columns.map(({ name, type }) => `${valueOf(name, type, format)} as ${quoteName(name)}`);
  const asText = columnsLiteral(columns.map(({ name }) => [name, 'VARCHAR'] as const));
  const how = format === 'json' ? 'format json' : 'format parquet, compression zstd, row_group_size 100000';
  return `copy (select ${list.join(', ')} from read_csv(${literal(from)}, columns = ${asText}, ${written})) to ${literal(to)} (${how})`;
}

/** Bytes come as hexadecimal digits behind `\x`, which JSON has no better form for. */
function valueOf(name: string, type: string, format: 'json' | 'parquet'): string {
  if (type === 'BLOB') return format === 'json' ? quoteName(name) : `unhex(substr(${quoteName(name)}, 3))`;
  // DuckDB takes an offset behind a space for a time zone's name.
  const text =
    type === 'TIMESTAMP WITH TIME ZONE'
      ? `regexp_replace(${quoteName(name)}, ' ([+-])', '\\1')`
      : quoteName(name);
  return `cast(${text} as ${type})`;
}

/** What reads a finished file, with its values in the columns' types where the format has types. */
export function readerOf(path: string, columns: readonly WrittenColumn[], format: DataFormat): string {
  if (format === 'parquet') return `read_parquet(${literal(`${path}.parquet`)})`;
  const asText = columnsLiteral(columns.map(({ name }) => [name, 'VARCHAR'] as const));
  if (format === 'csv') return `read_csv(${literal(`${path}.csv`)}, columns = ${asText}, ${written})`;
  return `read_json(${literal(`${path}.jsonl`)}, format = 'newline_delimited', columns = ${asText}, maximum_object_size = ${2 * LONGEST_ROW})`;
}
