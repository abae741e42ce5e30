import { hostname, userInfo } from 'node:os';
import { version } from '@duckdb/node-api';
import type { Catalog, RelationName, Table } from '../../domain/catalog/catalog.js';
import { printRelationName } from '../../domain/catalog/catalog.js';
import { ScrubjayError } from '../../domain/errors.js';
import type { DataSourceIdentity, SampleFailure, SampleOptions, Session, TableSample } from '../engine.js';
import { CsvReader } from './csv-reader.js';
import { type DataFile, findFiles, type FoundFiles } from './find-files.js';
import { jsonLines, JsonReader } from './json-reader.js';
import { LockedDuckDb } from './locked-duckdb.js';
import { ParquetReader } from './parquet-reader.js';
import { PrivateExtracts } from './private-extracts.js';
import { type DescribedFile, groupIntoTables, schemaOf, type TableFiles } from './table-names.js';
import { type FileDescription, type FileRows, shareOf, type TableReader } from './table-reader.js';
import { type TextSource, withTextSource } from './text-source.js';

/** Milliseconds that finding out the columns of one file may take. */
const DESCRIBE_MS = 30_000;

/** Of a table in many files, so many are sampled, from first to last. */
const SAMPLED_FILES = 12;

interface Described extends DescribedFile {
  readonly description: FileDescription;
}

/** What is known of the files once they have been looked at. */
interface Contents {
  readonly tables: readonly Table[];
  readonly filesOf: ReadonlyMap<string, readonly DataFile[]>;
}

/** Data files seen as a database, read through a DuckDB that can reach nothing else. */
export class FilesSession implements Session {
  readonly #location: string;
  readonly #found: FoundFiles;
  readonly #extracts: PrivateExtracts;
  readonly #duckdb: LockedDuckDb;
  #contents: Promise<Contents> | undefined;

  private constructor(location: string, found: FoundFiles, extracts: PrivateExtracts) {
    this.#location = location;
    this.#found = found;
    this.#extracts = extracts;
    this.#duckdb = new LockedDuckDb(
      found.files.map(({ path }) => path),
      extracts.folder,
    );
  }

  /** @throws DataFileError when there is nothing to read */
  static async open(location: string): Promise<FilesSession> {
    const found = await findFiles(location);
    return new FilesSession(location, found, await PrivateExtracts.open());
  }

  identity(): Promise<DataSourceIdentity> {
    return Promise.resolve({
      id: `${hostname()}:${this.#found.path}`,
      server: hostname(),
      database: this.#found.name,
      serverVersion: `DuckDB ${version()}`,
      role: userInfo().username,
      display: this.#location,
    });
  }

  /** @throws DataFileError when the location is one file that cannot be read; a folder lists such files */
  async introspect(): Promise<Catalog> {
    const { tables } = await this.#look();
    return {
      engine: 'files',
      serverVersion: `DuckDB ${version()}`,
      database: this.#found.name,
      tables,
      views: [],
    };
  }

  async sample(table: Table, { rows, timeoutMs }: SampleOptions): Promise<TableSample | SampleFailure> {
    const name: RelationName = { schema: table.schema, name: table.name };
    if (table.unreadable !== undefined) return { table: name, reason: table.unreadable };
    const deadline = performance.now() + timeoutMs;
    const all = (await this.#look()).filesOf.get(printRelationName(name)) ?? [];
    const files = spread(all, SAMPLED_FILES);
    try {
      const taken: FileRows[] = [];
      for (const [i, file] of files.entries()) {
        const share = shareOf(rows, i, files.length);
        if (share > 0)
          taken.push(
            await this.#withReader(file, deadline, (reader, connection) => reader.sample(connection, share)),
          );
      }
      return asSample(name, table, taken);
    } catch (error) {
      if (error instanceof ScrubjayError) return { table: name, reason: reasonOf(error, files) };
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#duckdb.close();
    await this.#extracts.close();
  }

  #look(): Promise<Contents> {
    return (this.#contents ??= this.#lookAtFiles());
  }

  async #lookAtFiles(): Promise<Contents> {
    const described: Described[] = [];
    const unreadable: Table[] = this.#found.leftOut.map(({ folders, name, reason }) =>
      unreadableTable({ schema: schemaOf(folders), name }, reason),
    );
    for (const file of this.#found.files) {
      try {
        const description = await this.#describe(file);
        described.push({ file, description, columns: description.columns });
      } catch (error) {
        if (!this.#found.isFolder || !(error instanceof ScrubjayError)) throw error;
        unreadable.push(
          unreadableTable(
            { schema: schemaOf(file.folders), name: file.name },
            reasonOf(error, [file]),
            file.bytes,
          ),
        );
      }
    }
    const sets = groupIntoTables(described, this.#found);
    return {
      tables: [...sets.map(readableTable), ...unreadable],
      filesOf: new Map(
        sets.map(({ name, files }) => [printRelationName(name), files.map(({ file }) => file)]),
      ),
    };
  }

  #describe(file: DataFile): Promise<FileDescription> {
    return this.#withReader(file, performance.now() + DESCRIBE_MS, (reader, connection) =>
      reader.describe(connection),
    );
  }

  #withReader<T>(
    file: DataFile,
    deadline: number,
    use: (reader: TableReader, connection: Parameters<TableReader['describe']>[0]) => Promise<T>,
  ): Promise<T> {
    const read = (reader: TableReader) =>
      this.#duckdb.withConnection(file.shown, deadline, (connection) => use(reader, connection));
    if (file.format === 'parquet') return read(new ParquetReader(file.path));
    if (file.format === 'csv')
      return withTextSource(file, this.#extracts, (source) => read(new CsvReader(source)));
    const readJson = (source: TextSource) => read(new JsonReader(file, source));
    return withTextSource(file, this.#extracts, readJson, jsonLines);
  }
}

function readableTable({ name, files }: TableFiles<Described>): Table {
  const [first] = files;
  const rows = files.map(({ description }) => description.rows);
  return {
    ...emptyTable(name),
    columns: first.columns.map(({ name: column, type }, i) => ({
      name: column,
      ordinal: i + 1,
      type,
      nullable: true,
    })),
    ...(rows.every((count) => count !== undefined)
      ? { estimatedRows: rows.reduce((sum, count) => sum + count, 0) }
      : {}),
    estimatedBytes: files.reduce((sum, { file }) => sum + file.bytes, 0),
  };
}

function unreadableTable(name: RelationName, unreadable: string, bytes?: number): Table {
  return { ...emptyTable(name), unreadable, ...(bytes === undefined ? {} : { estimatedBytes: bytes }) };
}

function emptyTable({ schema, name }: RelationName): Table {
  return {
    schema,
    name,
    kind: 'table',
    columns: [],
    uniqueKeys: [],
    foreignKeys: [],
    checks: [],
    exclusions: [],
    parents: [],
    partitionKey: [],
  };
}

/** What is wrong, without the file's path where the table's name stands beside it. */
function reasonOf({ message }: ScrubjayError, files: readonly DataFile[]): string {
  const [file, ...others] = files;
  return others.length === 0 && message.startsWith(`${file.shown}: `)
    ? message.slice(file.shown.length + 2)
    : message;
}

/** Some of a list, evenly from first to last. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
}

/** A sample; with a reason beside it where a part of the rows could not be seen. */
function asSample(
  name: RelationName,
  { columns }: Table,
  taken: readonly FileRows[],
): TableSample | (TableSample & SampleFailure) | SampleFailure {
  const rows = taken.flatMap((part) => part.rows);
  const reasons = [...new Set(taken.flatMap(({ unseen }) => unseen ?? []))];
  const reason = reasons.join('; ');
  if (rows.length === 0 && reason !== '') return { table: name, reason };
  const sample: TableSample = {
    table: name,
    rows: rows.length,
    values: new Map(columns.map((column, i) => [column.name, rows.map((row) => row[i] ?? null)])),
  };
  return reason === '' ? sample : { ...sample, reason };
}
