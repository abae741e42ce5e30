import {
  type Catalog,
  type ForeignKey,
  printRelationName,
  type RelationName,
  type UniqueKey,
} from '../../domain/catalog/catalog.js';
import { ScrubjayError } from '../../domain/errors.js';
import type { SourceNotice } from '../../domain/scrub/scrub-plan.js';
import type { DataSourceIdentity } from '../engine.js';
import type { CopyFormat, RowRange, RowStream } from '../row-source.js';
import type { SchemaSections, SchemaStatement, SchemaTranslator } from '../schema-statements.js';
import type { RowTrial, ScrubSource } from '../scrub-source.js';
import { connect, type SqlServerConnection } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { quoteName } from './identifiers.js';
import { identify } from './identity.js';
import { introspect } from './introspection.js';
import { displayLocation } from './location.js';
import { inStandardTypes, translationNotices, withoutTransactSql } from './portable-catalog.js';
import { digestRows } from './row-digests.js';
import { copyOut, countDuplicates, countOrphans, countRows, rowsByKey } from './row-queries.js';
import { readSchemaSections } from './schema-ddl/schema-sections.js';
import { SessionPool } from './session-pool.js';
import { markOf, unchangedSince } from './snapshot-marks.js';
import { TrialRows } from './trial-rows.js';
import type { ValueForms } from './wire-forms.js';
import { refuseFilteredReads, UncopyableTableError, uncopyableTables } from './uncopyable-tables.js';

/** The database does not keep old versions of rows, so that no moment of it can be held. */
export class SnapshotNotAllowedError extends ScrubjayError {
  readonly code = 'snapshot-not-allowed';

  constructor(database: string) {
    super(
      'the source does not allow snapshots, and a copy of rows of different moments would not hang together',
      `run on the source: alter database ${quoteName(database)} set allow_snapshot_isolation on`,
    );
  }
}

interface SourceRead {
  readonly connection: SqlServerConnection;
  readonly display: string;
  readonly catalog: Catalog;
  /** Refusals, one a table. */
  readonly uncopyable: readonly SourceNotice[];
  readonly forms: ValueForms;
  readonly mark: string;
  readonly translate: SchemaTranslator | undefined;
  readonly trial: TrialRows;
}

/**
 * One moment of a database. A snapshot of SQL Server belongs to one session and cannot be shared, so every
 * read goes through that session, one after the other; DDL on a table meanwhile makes its read fail.
 */
export class SqlServerScrubSource implements ScrubSource {
  readonly #read: SourceRead;
  readonly #readers: SessionPool;

  /** Absent where rows go to another engine, whose digests are others. */
  readonly digestRows: ScrubSource['digestRows'];

  private constructor(read: SourceRead) {
    this.#read = read;
    if (!read.translate)
      this.digestRows = (table, columns, seeds) =>
        digestRows(read.connection, read.catalog, table, columns, seeds);
    this.#readers = new SessionPool(() => Promise.resolve(read.connection));
  }

  /** @param translate writes the schema, where the target is of another engine */
  static async open(location: string, translate?: SchemaTranslator): Promise<SqlServerScrubSource> {
    const connection = await connect(location);
    try {
      await refuseMissingSnapshots(connection);
      const forms: ValueForms = translate ? 'portable' : 'native';
      const uncopyable = await uncopyableTables(connection, forms);
      await refuseFilteredReads(connection);
      const own = await introspect(connection);
      const catalog = translate ? withoutTransactSql(own) : own;
      // Ahead of the snapshot: what is older than this, the snapshot has.
      const mark = await markOf(connection, own);
      await connection.query('set transaction isolation level snapshot; begin transaction');
      const display = displayLocation(location);
      const trial = new TrialRows(() => connectForTrial(location), forms);
      const read = { connection, display, catalog, uncopyable, forms, mark, translate, trial };
      return new SqlServerScrubSource(read);
    } catch (error) {
      connection.close();
      throw translateDriverError(error, 'taking a snapshot of the source');
    }
  }

  get trial(): RowTrial {
    return this.#read.trial;
  }

  identity(): Promise<DataSourceIdentity> {
    return identify(this.#read.connection, this.#read.display);
  }

  catalog(): Promise<Catalog> {
    return Promise.resolve(this.#read.catalog);
  }

  async schema(): Promise<SchemaSections> {
    const { translate, catalog } = this.#read;
    if (translate) return translate(inStandardTypes(catalog));
    try {
      return await readSchemaSections(this.#read.connection);
    } catch (error) {
      throw translateDriverError(error, 'reading the source’s schema');
    }
  }

  async definitions(): Promise<readonly SchemaStatement[]> {
    const { preData, postData } = await this.schema();
    return [...preData, ...postData];
  }

  async notices(): Promise<readonly SourceNotice[]> {
    const { catalog, uncopyable, translate } = this.#read;
    const lost = translate ? translationNotices(catalog) : [];
    return [...uncopyable, ...lost, ...((await this.#mayWrite()) ? [canWrite] : [])];
  }

  async #mayWrite(): Promise<boolean> {
    const checks = this.#read.catalog.tables
      .slice(0, 50)
      .map(
        (table) =>
          `has_perms_by_name(N'${printRelationName(table).replaceAll("'", "''")}', 'OBJECT', 'INSERT')`,
      );
    if (checks.length === 0) return false;
    const [{ may }] = await this.#read.connection.query<{ may: number | null }>(
      `select max(may) as may from (values ${checks.map((check) => `(${check})`).join(', ')}) as c (may)`,
    );
    return may === 1;
  }

  /** All in one: the snapshot's session reads one after the other anyway. */
  splitRows(): Promise<readonly RowRange[]> {
    return Promise.resolve([{ from: 0 }]);
  }

  copyOut(table: RelationName, columns: readonly string[], format: CopyFormat): Promise<RowStream> {
    const { catalog, forms, uncopyable } = this.#read;
    const refused = uncopyable.find(({ where }) => where === printRelationName(table));
    if (refused) return Promise.reject(new UncopyableTableError(refused));
    return copyOut(this.#readers, catalog, { table, columns, format, forms });
  }

  snapshotMark(): Promise<string> {
    return Promise.resolve(this.#read.mark);
  }

  unchangedSince(table: RelationName, mark: string, rows: number): Promise<boolean> {
    const { connection, catalog } = this.#read;
    return unchangedSince(connection, catalog, { table, mark, rows });
  }

  countRows(table: RelationName): Promise<number> {
    return countRows(this.#read.connection, table);
  }

  countOrphans(table: RelationName, key: ForeignKey): Promise<number> {
    return countOrphans(this.#read.connection, table, key);
  }

  countDuplicates(table: RelationName, key: UniqueKey): Promise<number> {
    return countDuplicates(this.#read.connection, table, key);
  }

  rowsByKey(
    table: RelationName,
    keyColumns: readonly string[],
    keys: readonly (readonly string[])[],
    columns: readonly string[],
  ): Promise<readonly (readonly (string | null)[])[]> {
    return rowsByKey(this.#read.connection, this.#read.catalog, table, keyColumns, keys, columns);
  }

  async close(): Promise<void> {
    this.#read.connection.close();
    await this.#read.trial.close();
  }
}

/** Each statement sees the rows as they were when it began, and waits for nobody who is changing them. */
async function connectForTrial(location: string): Promise<SqlServerConnection> {
  const connection = await connect(location);
  try {
    await connection.query('set transaction isolation level snapshot');
    return connection;
  } catch (error) {
    connection.close();
    throw translateDriverError(error, 'opening a session to try masks in');
  }
}

async function refuseMissingSnapshots(connection: SqlServerConnection): Promise<void> {
  const [row] = await connection.query<{ state: number | null; name: string }>(
    'select d.snapshot_isolation_state as state, d.name as name from sys.databases d where d.database_id = db_id()',
  );
  if (Number(row?.state) !== 1) throw new SnapshotNotAllowedError(row?.name ?? '');
}

const canWrite: SourceNotice = {
  code: 'source-can-write',
  where: 'source',
  problem: 'the source’s role may write to it, and a scrub only reads',
  hint: 'give a role that has SELECT and nothing else',
};
