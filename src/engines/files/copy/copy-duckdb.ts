import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Column, RelationName, Table } from '../../../domain/catalog/catalog.js';
import type { TypeFamily } from '../../../domain/catalog/column-type.js';
import { ScrubjayError } from '../../../domain/errors.js';
import { literal, quoteName } from '../duckdb-sql.js';
import type { WrittenColumn } from './table-writer.js';

/** A copy's files cannot be written or read again; DuckDB's own words may quote rows, and do not go on. */
export class CopyFileError extends ScrubjayError {
  readonly code = 'copy-file';

  constructor(doing: string, problem: string, hint: string) {
    super(`${doing}: ${problem}`, hint);
  }
}

/**
 * The DuckDB that writes a copy's files and reads them again: it reaches the work folder and nothing else. Each
 * table is an empty one, for the types of its columns, until its file stands; then a view of that file.
 */
export class CopyDuckDb {
  readonly #folder: string;
  readonly #types = new Map<string, readonly WrittenColumn[]>();
  #instance: Promise<DuckDBInstance> | undefined;
  #connection: Promise<DuckDBConnection> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  connection(): Promise<DuckDBConnection> {
    this.#instance ??= this.#open();
    this.#connection ??= this.#instance.then((instance) => instance.connect());
    return this.#connection;
  }

  /** A connection for one read beside others; whoever asks closes it. */
  async connectionOfItsOwn(): Promise<DuckDBConnection> {
    await this.connection();
    return (await this.#instance!).connect();
  }

  async run(doing: string, sql: string): Promise<void> {
    try {
      await (await this.connection()).run(sql);
    } catch (error) {
      throw this.translate(error, doing);
    }
  }

  /** Rows of a query, as texts. */
  async texts(doing: string, sql: string): Promise<readonly (readonly (string | null)[])[]> {
    try {
      const reader = await (await this.connection()).runAndReadAll(sql);
      return reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
    } catch (error) {
      throw this.translate(error, doing);
    }
  }

  async columnsOf(table: RelationName): Promise<readonly WrittenColumn[]> {
    const key = JSON.stringify([table.schema, table.name]);
    const known = this.#types.get(key);
    if (known) return known;
    const rows = await this.texts(
      'reading types',
      `select column_name, data_type from information_schema.columns
       where table_schema = ${literal(table.schema)} and table_name = ${literal(table.name)} order by ordinal_position`,
    );
    const columns = rows.map(([name, type]) => ({ name: name!, type: type! }));
    this.#types.set(key, columns);
    return columns;
  }

  /** From now on the table is what its file holds. */
  async readFrom(table: RelationName, reader: string): Promise<void> {
    const columns = await this.columnsOf(table);
    const name = `${quoteName(table.schema)}.${quoteName(table.name)}`;
    const list = columns.map((column) => quoteName(column.name)).join(', ');
    await this.run(
      'reading a file again',
      `drop table ${name}; create view ${name} as select ${list} from ${reader}`,
    );
  }

  /** What the files hold. */
  async tables(): Promise<readonly Table[]> {
    const rows = await this.texts(
      'reading the copy’s columns',
      `select table_schema, table_name, column_name, data_type from information_schema.columns
       where table_catalog = current_database() order by table_schema, table_name, ordinal_position`,
    );
    const grouped = Map.groupBy(rows, ([schema, name]) => JSON.stringify([schema, name]));
    return [...grouped.values()].map((columns) => ({
      schema: columns[0][0]!,
      name: columns[0][1]!,
      kind: 'table',
      columns: columns.map(([, , name, type], i): Column => ({
        name: name!,
        ordinal: i + 1,
        type: { name: type!, family: familyOf(type!) },
        nullable: true,
      })),
      uniqueKeys: [],
      foreignKeys: [],
      checks: [],
      exclusions: [],
      parents: [],
      partitionKey: [],
    }));
  }

  translate(error: unknown, doing: string): unknown {
    if (error instanceof ScrubjayError) return error;
    const { code, message = '' } = error as { readonly code?: string; readonly message?: string };
    if (code === 'ENOSPC' || /no space|disk is full/i.test(message))
      return new CopyFileError(doing, 'the disk is full', 'free space and run it again');
    if (code === 'EACCES' || code === 'EPERM')
      return new CopyFileError(doing, 'the folder may not be written to', 'give a folder of your own');
    if (/conversion error|could not convert/i.test(message)) {
      return new CopyFileError(
        doing,
        'a value does not fit its column’s type',
        'choose a technique whose stand-ins fit the type, or write CSV',
      );
    }
    if (/maximum line size|maximum_object_size/i.test(message)) {
      return new CopyFileError(
        doing,
        'a row is longer than the 8 MiB that can be read again',
        'leave columns of such values out, or copy to PostgreSQL',
      );
    }
    if (/out of memory/i.test(message))
      return new CopyFileError(doing, 'it needs more memory than it may take', 'write CSV, which needs none');
    if (code === undefined && !/^\w+ Error:/.test(message)) return error;
    return new CopyFileError(
      doing,
      `it failed${code === undefined ? '' : ` (${code})`}`,
      'look at disk and folder, and run it again',
    );
  }

  async close(): Promise<void> {
    const [instance, connection] = [await this.#instance, await this.#connection];
    this.#instance = undefined;
    this.#connection = undefined;
    connection?.closeSync();
    instance?.closeSync();
  }

  async #open(): Promise<DuckDBInstance> {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      memory_limit: '512MB',
      threads: '2',
      temp_directory: `${this.#folder}/.tmp`,
      preserve_insertion_order: 'false',
    });
    const connection = await instance.connect();
    try {
      await connection.run(`set allowed_directories = [${literal(this.#folder)}]`);
      await connection.run('set enable_external_access = false');
      await connection.run('set lock_configuration = true');
    } finally {
      connection.closeSync();
    }
    return instance;
  }
}

const families: readonly (readonly [RegExp, TypeFamily])[] = [
  [/^VARCHAR/, 'text'],
  [/INT/, 'integer'],
  [/^DECIMAL/, 'decimal'],
  [/^(DOUBLE|FLOAT)/, 'float'],
  [/^BOOLEAN/, 'boolean'],
  [/^DATE$/, 'date'],
  [/^TIMESTAMP/, 'timestamp'],
  [/^TIME/, 'time'],
  [/^UUID/, 'uuid'],
  [/^BLOB/, 'binary'],
];

function familyOf(type: string): TypeFamily {
  return families.find(([pattern]) => pattern.test(type))?.[1] ?? 'other';
}
