import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnType } from '../../domain/catalog/column-type.js';
import { literal, quoteName } from './duckdb-sql.js';
import { textRows } from './locked-duckdb.js';
import {
  BINARY_BYTES,
  excerpt,
  type FileColumn,
  type FileDescription,
  type FileRows,
  type TableReader,
} from './table-reader.js';
import { columnType } from './type-mapping.js';

/** Up to this many rows a file is read whole. */
const WHOLE_ROWS = 100_000;

/** Places all over a longer file that rows are taken from, and how many times the wanted rows are read there. */
const PLACES = 16;
const OVERSAMPLING = 4;

/** Rows that decide whether binary values are text: old writers did not mark which are. */
const ROWS_LOOKED_AT = 200;

/** Parquet files: types and number of rows come from the file's own description. */
export class ParquetReader implements TableReader {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async describe(connection: DuckDBConnection): Promise<FileDescription> {
    const reader = await connection.runAndReadAll(`from ${this.#source()} limit 0`);
    const types = reader.columnTypes();
    const columns = reader.columnNames().map((name, i): FileColumn => ({ name, type: columnType(types[i]) }));
    const rows = await this.#countRows(connection);
    return { columns: await this.#withTexts(connection, columns), rows };
  }

  /** Random rows of a short file; of a longer one, rows at random places, so that few row groups are read. */
  async sample(connection: DuckDBConnection, count: number): Promise<FileRows> {
    const { columns, rows = 0 } = await this.describe(connection);
    const values = columns.map(({ name, type }) => excerpt(asText(quoteName(name), type), type));
    const source = rows <= WHOLE_ROWS ? this.#source() : this.#placesIn(rows, count);
    const query = `select ${values.join(', ')} from (from ${source} using sample reservoir(${count} rows))`;
    return { rows: await textRows(connection, query) };
  }

  #source(): string {
    return `read_parquet(${literal(this.#path)}, hive_partitioning = false)`;
  }

  #placesIn(rows: number, count: number): string {
    const length = Math.ceil((OVERSAMPLING * count) / PLACES);
    const span = rows / PLACES;
    const places = Array.from({ length: PLACES }, (_, i) => {
      const start = Math.floor(i * span + Math.random() * Math.max(0, span - length));
      return `file_row_number between ${start} and ${start + length - 1}`;
    });
    const numbered = `read_parquet(${literal(this.#path)}, hive_partitioning = false, file_row_number = true)`;
    return `(select * from ${numbered} where ${places.join(' or ')})`;
  }

  async #countRows(connection: DuckDBConnection): Promise<number> {
    const query = `select sum(num_rows)::varchar from parquet_file_metadata(${literal(this.#path)})`;
    const [[rows]] = await textRows(connection, query);
    return Number(rows);
  }

  async #withTexts(
    connection: DuckDBConnection,
    columns: readonly FileColumn[],
  ): Promise<readonly FileColumn[]> {
    const binary = columns.filter(({ type }) => type.family === 'binary');
    if (binary.length === 0) return columns;
    const tests = binary.map(({ name }) => {
      const text = `try(decode(${quoteName(name)}))`;
      const isText = `${text} is not null and not regexp_matches(${text}, '[\\x00-\\x08]')`;
      return `(bool_and(${isText}) filter (${quoteName(name)} is not null))::varchar`;
    });
    const rows = `(from ${this.#source()} limit ${ROWS_LOOKED_AT})`;
    const [found] = await textRows(connection, `select ${tests.join(', ')} from ${rows}`);
    const texts = new Set(binary.filter((_, i) => found[i] === 'true').map(({ name }) => name));
    return columns.map((column) =>
      texts.has(column.name) ? { ...column, type: { name: 'blob', family: 'text' } } : column,
    );
  }
}

function asText(column: string, { name, family }: ColumnType): string {
  if (family === 'binary') return `'\\x' || left(lower(hex(${column})), ${2 * BINARY_BYTES})`;
  if (family === 'json' || family === 'array') return `to_json(${column})::varchar`;
  return name === 'blob' ? `try(decode(${column}))` : `${column}::varchar`;
}
