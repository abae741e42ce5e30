import type pg from 'pg';
import type { Writable } from 'node:stream';
import { from as copyFrom } from 'pg-copy-streams';
import {
  type Catalog,
  type CheckConstraint,
  type ForeignKey,
  printRelationName,
  type RelationName,
  type SearchVector,
  type UniqueKey,
} from '../../domain/catalog/catalog.js';
import type { Checkpoints, DoneRange } from '../checkpoints.js';
import type { DataSourceIdentity } from '../engine.js';
import type { CopyFormat, DigestSeeds, RowDigest, RowGroups, RowStream } from '../row-source.js';
import { MissingExtensionsError, type SchemaSections, type SchemaStatement } from '../schema-statements.js';
import {
  OrphanedRowsError,
  type OrphanRemedy,
  type PublishAs,
  type ScrubTarget,
  type ScrubTargetOptions,
} from '../scrub-target.js';
import type { SubsetWorkspace } from '../subset-workspace.js';
import { keepRange, PostgresCheckpoints } from './checkpoints.js';
import { connect, displayLocation } from './connection.js';
import {
  DatabaseError,
  isForeignKeyViolation,
  isThereAlready,
  translateDriverError,
  translating,
} from './driver-errors.js';
import { quoteLiteral, quoteName, quoteNames, quoteRelation } from './identifiers.js';
import { identify } from './identity.js';
import { introspect } from './introspection.js';
import { digestRows, digestValues } from './row-digest.js';
import {
  anonymityOf,
  countDuplicates,
  countOrphans,
  countRows,
  countViolations,
  rowsByKey,
  settleOrphans,
} from './row-checks.js';
import { copyOut } from './row-streams.js';
import { remadeKeys } from './schema-ddl/keys-and-indexes.js';
import { readSchemaSections } from './schema-ddl/schema-sections.js';
import { SessionPool } from './session-pool.js';
import { PostgresSubsetWorkspace } from './subset-workspace.js';
import { inspectTarget } from './target-inspection.js';
import { publishInPlace, publishSchemas, refuseUnfitSchemas } from './publish-into.js';
import {
  dropWorkDatabase,
  markIncomplete,
  openWorkDatabase,
  publicationComment,
  publishWorkDatabase,
} from './work-database.js';
import type { WorkDatabase } from '../work-database.js';

/** Settings of the sessions that build: what is lost in a crash is built again anyway. */
const buildSettings = `
  set synchronous_commit = off;
  set maintenance_work_mem = '256MB';
  set client_min_messages = warning;`;

/** A copy under construction, in a work database beside the target. */
export class PostgresScrubTarget implements ScrubTarget {
  readonly copiesInBinary = true;
  readonly #location: string;
  readonly #work: WorkDatabase;
  readonly #publishAs: PublishAs;
  #builder: pg.Client;
  readonly #writers: SessionPool;
  /** Known once the tables are made. */
  #catalog: Promise<Catalog> | undefined;

  private constructor(location: string, work: WorkDatabase, builder: pg.Client, publishAs: PublishAs) {
    this.#location = location;
    this.#work = work;
    this.#publishAs = publishAs;
    this.#builder = builder;
    this.#writers = new SessionPool(() => openBuilder(location, work.name));
  }

  /** Refuses a target that must not be overwritten, then makes the work database. */
  static async open(location: string, options: ScrubTargetOptions): Promise<PostgresScrubTarget> {
    await inspectTarget(location, options);
    const { publishAs = 'database' } = options;
    if (publishAs === 'schemas') await refuseUnfitSchemas(location);
    const work = await openWorkDatabase(location, options);
    const builder = await openBuilder(location, work.name);
    const target = new PostgresScrubTarget(location, work, builder, publishAs);
    // What was broken off while its tables were made is no beginning to go on from.
    if (work.isResumed && !(await target.checkpoints.read())?.hasSchema) await target.beginAnew();
    return target;
  }

  get checkpoints(): Checkpoints {
    return new PostgresCheckpoints(this.#builder);
  }

  async empty(table: RelationName): Promise<void> {
    await this.execute([
      { makes: `${printRelationName(table)} empty`, sql: `truncate ${await this.#ownRows(table)}` },
    ]);
  }

  async beginAnew(): Promise<void> {
    await this.close();
    await openWorkDatabase(this.#location, { work: this.#work.digest });
    this.#catalog = undefined;
    this.#builder = await openBuilder(this.#location, this.#work.name);
  }

  /** A partitioned table with its partitions, any other without its children. */
  async #ownRows(table: RelationName): Promise<string> {
    const { tables } = await this.catalog();
    const kind = tables.find(({ schema, name }) => schema === table.schema && name === table.name)?.kind;
    return `${kind === 'partitioned' ? '' : 'only '}${quoteRelation(table)}`;
  }

  identity(): Promise<DataSourceIdentity> {
    return translating('asking the target who it is', () =>
      identify(this.#builder, displayLocation(this.#location)),
    );
  }

  catalog(): Promise<Catalog> {
    this.#catalog ??= translating('reading the copy’s catalog', () => introspect(this.#builder));
    return this.#catalog;
  }

  async execute(statements: readonly SchemaStatement[]): Promise<void> {
    this.#catalog = undefined;
    for (const statement of statements) await make(this.#builder, statement, this.#work);
  }

  async executeBeside(statement: SchemaStatement): Promise<void> {
    this.#catalog = undefined;
    await this.#writers.withSession((client) => make(client, statement, this.#work));
  }

  async refuseMissing({ extensions }: SchemaSections): Promise<void> {
    const { rows } = await translating('looking for extensions', () =>
      this.#builder.query<{ name: string }>(
        'select name from unnest($1::text[]) name where name not in (select a.name from pg_available_extensions a)',
        [extensions],
      ),
    );
    if (rows.length > 0) throw new MissingExtensionsError(rows.map(({ name }) => name));
  }

  async rebuildSearchVector(
    table: RelationName,
    { column, configuration, reads }: SearchVector,
  ): Promise<void> {
    const text = reads.map((read) => `coalesce(${quoteName(read)}::text, '')`).join(" || ' ' || ");
    const vector = `to_tsvector(${quoteLiteral(configuration)}::regconfig, ${text})`;
    await this.execute([
      {
        makes: `search vector ${quoteName(column)} of ${printRelationName(table)}`,
        sql: `update only ${quoteRelation(table)} set ${quoteName(column)} = ${vector}`,
      },
    ]);
  }

  async definitions(): Promise<readonly SchemaStatement[]> {
    const { preData, postData } = await translating('reading the copy’s schema', () =>
      readSchemaSections(this.#builder),
    );
    return [...preData, ...postData];
  }

  async remakeForeignKeys(): Promise<void> {
    for (const statement of await translating('reading the copy’s keys', () => remadeKeys(this.#builder)))
      await this.execute([statement]);
  }

  async settleOrphans(table: RelationName, key: ForeignKey, remedy: OrphanRemedy): Promise<number> {
    return this.#reading((client, catalog) => settleOrphans(client, catalog, table, key, remedy));
  }

  async copyIn(
    table: RelationName,
    columns: readonly string[],
    format: CopyFormat,
    portion: 'whole' | 'part',
    keep?: () => DoneRange,
  ): Promise<{ stream: Writable; loaded: Promise<number> }> {
    const { tables } = await this.catalog();
    const kind = tables.find(({ schema, name }) => schema === table.schema && name === table.name)?.kind;
    const client = await this.#writers.take();
    // Emptied and filled in one transaction, rows can be written frozen, and without write-ahead log
    // where wal_level is minimal. Rows that are routed to partitions cannot.
    const frozen = kind === 'partitioned' || portion === 'part' ? '' : ', freeze';
    await translating(`loading ${printRelationName(table)}`, async () => {
      await client.query('begin');
      if (frozen) await client.query(`truncate only ${quoteRelation(table)}`);
    });
    const list = columns.length === 0 ? '' : ` (${quoteNames(columns)})`;
    const stream = client.query(
      copyFrom(`copy ${quoteRelation(table)}${list} from stdin (format ${format}${frozen})`, {
        // So much may wait in our process before the sender has to.
        highWaterMark: 1024 * 1024,
      }),
    );
    const loaded = new Promise<number>((resolve, reject) => {
      stream.once('finish', () => {
        const kept = keep ? keepRange(client, keep()) : Promise.resolve();
        kept
          .then(() => client.query('commit'))
          .then(() => {
            this.#writers.giveBack(client);
            resolve(stream.rowCount);
          })
          .catch((error: unknown) =>
            reject(translateDriverError(error, `loading ${printRelationName(table)}`)),
          );
      });
      // A broken connection is reported twice: by the server's last word and by the socket.
      stream.on('error', (error) => {
        this.#writers.discard(client);
        reject(translateDriverError(error, `loading ${printRelationName(table)}`));
      });
      stream.once('close', () => {
        if (stream.writableFinished || stream.errored) return;
        this.#writers.discard(client);
        reject(new DatabaseError(`loading ${printRelationName(table)}: given up`, 'run it again', undefined));
      });
    });
    // The caller awaits it after the last byte; a failure before that reaches it through the stream too.
    loaded.catch(() => undefined);
    return { stream, loaded };
  }

  copyOut(table: RelationName, columns: readonly string[], format: CopyFormat): Promise<RowStream> {
    return copyOut(this.#writers, table, columns, format);
  }

  countRows(table: RelationName): Promise<number> {
    return this.#reading((client, catalog) => countRows(client, catalog, table));
  }

  countOrphans(table: RelationName, key: ForeignKey): Promise<number> {
    return this.#reading((client, catalog) => countOrphans(client, catalog, table, key));
  }

  countDuplicates(table: RelationName, key: UniqueKey): Promise<number> {
    return this.#reading((client, catalog) => countDuplicates(client, catalog, table, key));
  }

  anonymityOf(
    table: RelationName,
    quasiIdentifiers: readonly string[],
    sensitive: readonly string[],
  ): Promise<RowGroups> {
    return this.#reading((client, catalog) =>
      anonymityOf(client, catalog, table, quasiIdentifiers, sensitive),
    );
  }

  countViolations(table: RelationName, check: CheckConstraint): Promise<number> {
    return this.#reading((client, catalog) => countViolations(client, catalog, table, check));
  }

  digestRows(
    table: RelationName,
    columns: readonly string[],
    seeds: DigestSeeds,
    places?: readonly string[],
  ): Promise<RowDigest> {
    return this.#reading((client, catalog) => digestRows(client, catalog, table, columns, seeds, places));
  }

  digestValues(...asked: Parameters<NonNullable<ScrubTarget['digestValues']>>): Promise<RowDigest> {
    return this.#reading((client) => digestValues(client, ...asked));
  }

  rowsByKey(
    table: RelationName,
    keyColumns: readonly string[],
    keys: readonly (readonly string[])[],
    columns: readonly string[],
  ): Promise<readonly (readonly (string | null)[])[]> {
    return this.#reading((client, catalog) => rowsByKey(client, catalog, table, keyColumns, keys, columns));
  }

  async subsetWorkspace(): Promise<SubsetWorkspace> {
    return new PostgresSubsetWorkspace(await openBuilder(this.#location, this.#work.name));
  }

  async publish(mark?: string): Promise<void> {
    await this.close();
    const { name } = this.#work;
    if (this.#publishAs === 'database') {
      await publishWorkDatabase(this.#location, name, mark);
      return;
    }
    const publish = this.#publishAs === 'schemas' ? publishSchemas : publishInPlace;
    await publish(this.#location, name, publicationComment(mark));
    await dropWorkDatabase(this.#location, name);
  }

  async abandon(reason: string): Promise<void> {
    await this.close();
    await markIncomplete(this.#location, this.#work.name, reason);
  }

  async close(): Promise<void> {
    await this.#writers.close();
    await this.#builder.end().catch(() => undefined);
  }

  async #reading<T>(read: (client: pg.Client, catalog: Catalog) => Promise<T>): Promise<T> {
    const catalog = await this.catalog();
    return this.#writers.withSession((client) => read(client, catalog));
  }
}

async function make(
  client: pg.Client,
  { makes, sql, foreignKey }: SchemaStatement,
  { isResumed }: WorkDatabase,
): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    // The run before this one was broken off after it, and before it was told.
    if (isResumed && isThereAlready(error)) return;
    if (foreignKey && isForeignKeyViolation(error))
      throw new OrphanedRowsError(foreignKey.table, foreignKey.name);
    throw translateDriverError(error, `making ${makes}`);
  }
}

async function openBuilder(location: string, work: string): Promise<pg.Client> {
  const client = await connect(location, { access: 'read-write', database: work });
  await client.query(buildSettings);
  return client;
}
