import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { literal } from './duckdb-sql.js';
import { messageOf, translateDuckDbError } from './data-file-error.js';

/**
 * DuckDB with nothing but the files it was opened for: no other path, no network, no extension, no file
 * of its own on disk, and settings that no statement can change.
 */
export class LockedDuckDb {
  readonly #files: readonly string[];
  readonly #folder: string | undefined;
  #instance: Promise<DuckDBInstance> | undefined;

  /**
   * @param files real paths that may be read
   * @param folder one folder whose files may be read too, as they come
   */
  constructor(files: readonly string[], folder?: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /**
   * Runs `use` with a connection of its own.
   * @param file what is read, as the user knows it, for messages
   * @param deadlineMs of `performance.now()`: what runs longer is interrupted
   * @throws DataFileError
   */
  async withConnection<T>(
    file: string,
    deadlineMs: number,
    use: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    this.#instance ??= this.#open();
    const instance = this.#instance;
    const connection = await (await instance).connect();
    const timer = setTimeout(() => connection.interrupt(), Math.max(1, deadlineMs - performance.now()));
    try {
      return await use(connection);
    } catch (error) {
      // After an internal error DuckDB refuses all further work: the next file gets a fresh one.
      if (/^(INTERNAL|FATAL)/i.test(messageOf(error)) && this.#instance === instance)
        this.#instance = undefined;
      throw translateDuckDbError(error, file);
    } finally {
      clearTimeout(timer);
      connection.closeSync();
    }
  }

  async close(): Promise<void> {
    const instance = this.#instance;
    this.#instance = undefined;
    if (instance) (await instance).closeSync();
  }

  async #open(): Promise<DuckDBInstance> {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      memory_limit: '768MB',
      threads: '2',
      // No spilling: values of a sample must not reach a disk.
      temp_directory: '',
      preserve_insertion_order: 'false',
    });
    const connection = await instance.connect();
    try {
      await connection.run(`set allowed_paths = [${this.#files.map(literal).join(', ')}]`);
      if (this.#folder !== undefined)
        await connection.run(`set allowed_directories = [${literal(this.#folder)}]`);
      await connection.run('set enable_external_access = false');
      await connection.run('set lock_configuration = true');
    } finally {
      connection.closeSync();
    }
    return instance;
  }
}

/** All rows of a query, as texts; null is NULL. */
export async function textRows(
  connection: DuckDBConnection,
  query: string,
): Promise<readonly (readonly (string | null)[])[]> {
  const reader = await connection.runAndReadAll(query);
  return reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
}
