import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import type { Writable } from 'node:stream';
import { version } from '@duckdb/node-api';
import {
  type Catalog,
  type ForeignKey,
  printRelationName,
  type RelationName,
  type UniqueKey,
} from '../../../domain/catalog/catalog.js';
import type { DataSourceIdentity } from '../../engine.js';
import type { CopyFormat, RowStream } from '../../row-source.js';
import type { SchemaStatement } from '../../schema-statements.js';
import type { ScrubTarget, ScrubTargetOptions } from '../../scrub-target.js';
import { RefusedTargetError, refuseProductionName } from '../../refused-target.js';
import { type CopyLocation, readCopyLocation } from './copy-location.js';
import { CopyDuckDb } from './copy-duckdb.js';
import { copyOut, countDuplicates, countOrphans, countRows, rowsByKey } from './copied-rows.js';
import { readerOf, rowsToFile } from './table-writer.js';
import {
  makeWorkFolder,
  markIncomplete,
  publishWorkFolder,
  refuseFolder,
  removeWorkFolder,
} from './work-folder.js';

/**
 * A copy as files under construction, in a folder beside the target's: one file a table. What is asked of the
 * copy is asked of the finished files.
 */
export class FilesScrubTarget implements ScrubTarget {
  readonly #location: CopyLocation;
  readonly #work: string;
  readonly #duckdb: CopyDuckDb;
  readonly #paths = new Map<string, string>();

  private constructor(location: CopyLocation, work: string) {
    this.#location = location;
    this.#work = work;
    this.#duckdb = new CopyDuckDb(work);
  }

  /** Refuses a folder that must not be overwritten, then makes the work folder. */
  static async open(given: string, options: ScrubTargetOptions): Promise<FilesScrubTarget> {
    const location = readCopyLocation(given);
    if ((options.publishAs ?? 'database') !== 'database') {
      throw new RefusedTargetError(
        'no-such-publication',
        'files are published as a folder only',
        "leave --publish out, or say 'database'",
      );
    }
    refuseProductionName(location.folder, options);
    await refuseFolder(location.folder, options);
    const digest = options.work ?? randomBytes(32).toString('hex');
    return new FilesScrubTarget(location, await makeWorkFolder(location.folder, digest));
  }

  identity(): Promise<DataSourceIdentity> {
    const { folder } = this.#location;
    return Promise.resolve({
      id: `${hostname()}:${folder}`,
      server: hostname(),
      database: basename(folder),
      serverVersion: `DuckDB ${version()}`,
      role: userInfo().username,
      display: folder,
    });
  }

  async catalog(): Promise<Catalog> {
    const tables = await this.#duckdb.tables();
    return {
      engine: 'files',
      serverVersion: `DuckDB ${version()}`,
      database: basename(this.#location.folder),
      tables,
      views: [],
    };
  }

  /** Files have names and types, and say nothing else. */
  definitions(): Promise<readonly SchemaStatement[]> {
    return Promise.resolve([]);
  }

  refuseMissing(): Promise<void> {
    return Promise.resolve();
  }

  rebuildSearchVector(table: RelationName): Promise<void> {
    return Promise.reject(new Error(`${printRelationName(table)}: files have no search vectors`));
  }

  async execute(statements: readonly SchemaStatement[]): Promise<void> {
    for (const { makes, sql } of statements) await this.#duckdb.run(`making ${makes}`, sql);
  }

  executeBeside(statement: SchemaStatement): Promise<void> {
    return this.execute([statement]);
  }

  /** Keys are never made here, so that none is broken. */
  settleOrphans(table: RelationName): Promise<number> {
    return Promise.reject(new Error(`${printRelationName(table)}: files have no keys`));
  }

  async copyIn(
    table: RelationName,
    columns: readonly string[],
    format: CopyFormat,
  ): Promise<{ stream: Writable; loaded: Promise<number> }> {
    if (format !== 'text') throw new Error('rows of files travel as text');
    const described = await this.#duckdb.columnsOf(table);
    const own = columns.map((name) => described.find((column) => column.name === name)!);
    const path = this.#pathOf(table);
    const doing = `writing ${printRelationName(table)}`;
    const { stream, done } = rowsToFile(() => this.#duckdb.connection(), path, own, this.#location.format);
    const loaded = done.then(
      async (rows) => {
        await this.#duckdb.readFrom(table, readerOf(path, own, this.#location.format));
        return rows;
      },
      (error: unknown) => {
        throw this.#duckdb.translate(error, doing);
      },
    );
    // The caller awaits it after the last byte; a failure before that reaches it through the stream too.
    loaded.catch(() => undefined);
    return { stream, loaded };
  }

  copyOut(table: RelationName, columns: readonly string[]): Promise<RowStream> {
    return Promise.resolve(copyOut(this.#duckdb, table, columns));
  }

  countRows(table: RelationName): Promise<number> {
    return countRows(this.#duckdb, table);
  }

  countOrphans(table: RelationName, key: ForeignKey): Promise<number> {
    return countOrphans(this.#duckdb, table, key);
  }

  countDuplicates(table: RelationName, key: UniqueKey): Promise<number> {
    return countDuplicates(this.#duckdb, table, key);
  }

  rowsByKey(
    table: RelationName,
    keyColumns: readonly string[],
    keys: readonly (readonly string[])[],
    columns: readonly string[],
  ): Promise<readonly (readonly (string | null)[])[]> {
    return rowsByKey(this.#duckdb, table, { keyColumns, keys, columns });
  }

  /** A file is written anew whenever its table is copied. */
  empty(): Promise<void> {
    return Promise.resolve();
  }

  /** Nothing is ever gone on with here, so that a run always begins in an empty folder. */
  beginAnew(): Promise<void> {
    return Promise.resolve();
  }

  async publish(mark?: string): Promise<void> {
    await this.close();
    await publishWorkFolder(this.#location.folder, this.#work, mark);
  }

  async abandon(reason: string): Promise<void> {
    await this.close();
    await markIncomplete(this.#work, reason);
  }

  async close(): Promise<void> {
    await this.#duckdb.close();
    await removeWorkFolder(join(this.#work, '.tmp'));
  }

  /** `dbo.customers`, with what a file's name cannot hold written as hexadecimal digits. */
  #pathOf(table: RelationName): string {
    const key = printRelationName(table);
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const safe = [table.schema, table.name]
      .map((part) =>
        part.replaceAll(/[^\p{L}\p{N} _-]/gu, (character) => `%${character.codePointAt(0)!.toString(16)}`),
      )
      .join('.');
    const path = join(this.#work, safe);
    this.#paths.set(key, path);
    return path;
  }
}
