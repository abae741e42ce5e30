import type { Writable } from 'node:stream';
import {
  type Catalog,
  type Column,
  type ForeignKey,
  printRelationName,
  type RelationName,
  type UniqueKey,
} from '../../domain/catalog/catalog.js';
import type { Checkpoints } from '../checkpoints.js';
import type { DataSourceIdentity } from '../engine.js';
import type { CopyFormat, DigestSeeds, RowDigest, RowStream } from '../row-source.js';
import type { SchemaStatement } from '../schema-statements.js';
import {
  OrphanedRowsError,
  type OrphanRemedy,
  type ScrubTarget,
  type ScrubTargetOptions,
} from '../scrub-target.js';
import { bulkLoad } from './bulk-load/bulk-load.js';
import { RowSink } from './bulk-load/row-sink.js';
import { RefusedTargetError } from '../refused-target.js';
import { SqlServerCheckpoints } from './checkpoints.js';
import { connect, type SqlServerConnection } from './connection.js';
import { DatabaseError, translateDriverError } from './driver-errors.js';
import { quoteRelation } from './identifiers.js';
import { identify } from './identity.js';
import { introspect } from './introspection.js';
import { displayLocation } from './location.js';
import { digestRows } from './row-digests.js';
import {
  copyOut,
  countDuplicates,
  countOrphans,
  countRows,
  rowsByKey,
  settleOrphans,
} from './row-queries.js';
import { readSchemaSections } from './schema-ddl/schema-sections.js';
import { SessionPool } from './session-pool.js';
import { inspectTarget } from './target-inspection.js';
import { retryTransient } from './transient-faults.js';
import {
  dropWorkDatabase,
  lockWork,
  markIncomplete,
  markPublication,
  openWorkDatabase,
  publishWorkDatabase,
} from './work-database.js';
import type { WorkDatabase } from '../work-database.js';

/** A row refers to nothing, or breaks a check. */
const BROKEN_REFERENCE = 547;

/** Objects, indexes, keys, properties and versioning that are there already. */
const thereAlready = new Set([1779, 1913, 2714, 13570, 15233]);

/** A copy under construction, in a work database beside the target. */
export class SqlServerScrubTarget implements ScrubTarget {
  readonly #location: string;
  readonly #work: WorkDatabase;
  #builder: SqlServerConnection;
  #writers: SessionPool;
  /** Known once the tables are made. */
  #catalog: Promise<Catalog> | undefined;

  private constructor(location: string, work: WorkDatabase, builder: SqlServerConnection) {
    this.#location = location;
    this.#work = work;
    this.#builder = builder;
    this.#writers = writersFor(location, work.name);
  }

  /** Refuses a target that must not be overwritten, then makes the work database. */
  static async open(location: string, options: ScrubTargetOptions): Promise<SqlServerScrubTarget> {
    if ((options.publishAs ?? 'database') !== 'database') throw publishesAsDatabase();
    await inspectTarget(location, options);
    const work = await openWorkDatabase(location, options);
    const target = new SqlServerScrubTarget(location, work, await openBuilder(location, work.name));
    // What was broken off while its tables were made is no beginning to go on from.
    if (work.isResumed && !(await target.checkpoints.read())?.hasSchema) await target.beginAnew();
    return target;
  }

  get checkpoints(): Checkpoints {
    return new SqlServerCheckpoints(this.#builder);
  }

  identity(): Promise<DataSourceIdentity> {
    return identify(this.#builder, displayLocation(this.#location));
  }

  catalog(): Promise<Catalog> {
    this.#catalog ??= introspect(this.#builder);
    return this.#catalog;
  }

  async definitions(): Promise<readonly SchemaStatement[]> {
    const { preData, postData } = await readSchemaSections(this.#builder);
    return [...preData, ...postData];
  }

  async empty(table: RelationName): Promise<void> {
    await this.execute([
      { makes: `${printRelationName(table)} empty`, sql: `delete from ${quoteRelation(table)}` },
    ]);
  }

  async beginAnew(): Promise<void> {
    await this.close();
    const { name, digest } = this.#work;
    await dropWorkDatabase(this.#location, name);
    await openWorkDatabase(this.#location, { work: digest });
    this.#catalog = undefined;
    this.#builder = await openBuilder(this.#location, name);
    this.#writers = writersFor(this.#location, name);
  }

  /** What SQL Server's schemas are made with comes with the server. */
  refuseMissing(): Promise<void> {
    return Promise.resolve();
  }

  rebuildSearchVector(table: RelationName): Promise<void> {
    return Promise.reject(new Error(`${printRelationName(table)}: SQL Server has no search vectors`));
  }

  async execute(statements: readonly SchemaStatement[]): Promise<void> {
    this.#catalog = undefined;
    for (const { makes, sql, foreignKey } of statements) {
      try {
        await retryTransient(`making ${makes}`, () => this.#builder.query(sql));
      } catch (error) {
        // The run before this one was broken off after it, and before it was told.
        if (this.#work.isResumed && error instanceof DatabaseError && thereAlready.has(error.number!))
          continue;
        if (foreignKey && error instanceof DatabaseError && error.number === BROKEN_REFERENCE)
          throw new OrphanedRowsError(foreignKey.table, foreignKey.name);
        throw error;
      }
    }
  }

  /** No statement of ours says what it holds, so none is asked to run beside others. */
  executeBeside(statement: SchemaStatement): Promise<void> {
    return this.execute([statement]);
  }

  async copyIn(
    table: RelationName,
    columns: readonly string[],
    format: CopyFormat,
  ): Promise<{ stream: Writable; loaded: Promise<number> }> {
    if (format !== 'text') throw new Error('rows of SQL Server travel as text');
    const { tables } = await this.catalog();
    const found = tables.find(({ schema, name }) => schema === table.schema && name === table.name);
    const described = columns.map((name) => found?.columns.find((column) => column.name === name));
    if (described.includes(undefined))
      throw new Error(`${printRelationName(table)} lacks a column of the copy`);
    const stream = new RowSink(described as readonly Column[], this.#builder.isBabelfish);
    const loaded = this.#load(table, described as readonly Column[], stream);
    // Whoever writes may not be listening any more; `loaded` tells of it all the same.
    stream.on('error', () => undefined);
    // The caller awaits it after the last byte; a failure before that reaches it through the stream too.
    loaded.catch((error: unknown) =>
      stream.destroy(error instanceof Error ? error : new Error('loading failed')),
    );
    return { stream, loaded };
  }

  copyOut(table: RelationName, columns: readonly string[], format: CopyFormat): Promise<RowStream> {
    return this.catalog().then((catalog) =>
      copyOut(this.#writers, catalog, { table, columns, format, forms: 'native' }),
    );
  }

  countRows(table: RelationName): Promise<number> {
    return this.#writers.withSession((connection) => countRows(connection, table));
  }

  countOrphans(table: RelationName, key: ForeignKey): Promise<number> {
    return this.#writers.withSession((connection) => countOrphans(connection, table, key));
  }

  settleOrphans(table: RelationName, key: ForeignKey, remedy: OrphanRemedy): Promise<number> {
    return this.#writers.withSession((connection) => settleOrphans(connection, table, key, remedy));
  }

  countDuplicates(table: RelationName, key: UniqueKey): Promise<number> {
    return this.#writers.withSession((connection) => countDuplicates(connection, table, key));
  }

  async digestRows(table: RelationName, columns: readonly string[], seeds: DigestSeeds): Promise<RowDigest> {
    const catalog = await this.catalog();
    return this.#writers.withSession((connection) => digestRows(connection, catalog, table, columns, seeds));
  }

  async rowsByKey(
    table: RelationName,
    keyColumns: readonly string[],
    keys: readonly (readonly string[])[],
    columns: readonly string[],
  ): Promise<readonly (readonly (string | null)[])[]> {
    const catalog = await this.catalog();
    return this.#writers.withSession((connection) =>
      rowsByKey(connection, catalog, table, keyColumns, keys, columns),
    );
  }

  async publish(mark?: string): Promise<void> {
    await this.close();
    if (mark !== undefined) await markPublication(this.#location, this.#work.name, mark);
    await publishWorkDatabase(this.#location, this.#work.name);
  }

  async abandon(reason: string): Promise<void> {
    await this.close();
    await markIncomplete(this.#location, this.#work.name, reason);
  }

  async close(): Promise<void> {
    await this.#writers.close();
    this.#builder.close();
  }

  /** One table in one transaction: all of its rows, or none. */
  #load(table: RelationName, columns: readonly Column[], stream: RowSink): Promise<number> {
    return this.#writers.withSession(async (connection) => {
      const relation = quoteRelation(table);
      const identity = columns.some((column) => column.identity !== undefined);
      try {
        await connection.query('begin transaction');
        if (identity) await connection.query(`set identity_insert ${relation} on`);
        const rows = await bulkLoad(connection, relation, columns, stream);
        if (identity) await connection.query(`set identity_insert ${relation} off`);
        await connection.query('commit transaction');
        return rows;
      } catch (error) {
        throw translateDriverError(error, `loading ${printRelationName(table)}`);
      }
    });
  }
}

function publishesAsDatabase(): RefusedTargetError {
  return new RefusedTargetError(
    'no-such-publication',
    'a copy on SQL Server is published as a database only',
    "leave --publish out, or say 'database'",
  );
}

function writersFor(location: string, work: string): SessionPool {
  return new SessionPool(() => connect(location, { database: work }));
}

/** The session that makes everything but rows; while it lasts, nobody else builds in its database. */
async function openBuilder(location: string, work: string): Promise<SqlServerConnection> {
  const connection = await connect(location, { database: work });
  try {
    await lockWork(connection, location);
    return connection;
  } catch (error) {
    connection.close();
    throw translateDriverError(error, 'taking the work database');
  }
}
