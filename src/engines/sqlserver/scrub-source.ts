import {
  type Catalog,
  type ForeignKey,
  printRelationName,
  type RelationName,
  type UniqueKey,
} from '../../domain/catalog/catalog.js';
import { ScrubjayError } from '../../domain/errors.js';
import type { PlanProblem } from '../../domain/scrub/scrub-plan.js';
import type {
  CopyFormat,
  DataSourceIdentity,
  RowRange,
  RowStream,
  SchemaSections,
  SchemaStatement,
  SchemaTranslator,
  ScrubSource,
} from '../engine.js';
import { connect, type SqlServerConnection } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { quoteName } from './identifiers.js';
import { identify } from './identity.js';
import { introspect } from './introspection.js';
import { displayLocation } from './location.js';
import { inStandardTypes, translationNotices, withoutTransactSql } from './portable-catalog.js';
import { copyOut, countDuplicates, countOrphans, countRows, rowsByKey } from './row-queries.js';
import { readSchemaSections } from './schema-ddl/schema-sections.js';
import { SessionPool } from './session-pool.js';
import { refuseFilteredReads, refuseUncopyableTables } from './uncopyable-tables.js';

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

/**
 * One moment of a database. A snapshot of SQL Server belongs to one session and cannot be shared, so every
 * read goes through that session, one after the other; DDL on a table meanwhile makes its read fail.
 */
export class SqlServerScrubSource implements ScrubSource {
  readonly #connection: SqlServerConnection;
  readonly #readers: SessionPool;
  readonly #display: string;
  readonly #catalog: Catalog;
  readonly #translate: SchemaTranslator | undefined;

  private constructor(
    connection: SqlServerConnection,
    display: string,
    catalog: Catalog,
    translate: SchemaTranslator | undefined,
  ) {
    this.#translate = translate;
    this.#connection = connection;
    this.#readers = new SessionPool(() => Promise.resolve(connection));
    this.#display = display;
    this.#catalog = catalog;
  }

  /** @param translate writes the schema, where the target is of another engine */
  static async open(location: string, translate?: SchemaTranslator): Promise<SqlServerScrubSource> {
    const connection = await connect(location);
    try {
      await refuseMissingSnapshots(connection);
      await refuseUncopyableTables(connection, translate ? 'portable' : 'native');
      await refuseFilteredReads(connection);
      const own = await introspect(connection);
      const catalog = translate ? withoutTransactSql(own) : own;
      await connection.query('set transaction isolation level snapshot; begin transaction');
      return new SqlServerScrubSource(connection, displayLocation(location), catalog, translate);
    } catch (error) {
      connection.close();
      throw translateDriverError(error, 'taking a snapshot of the source');
    }
  }

  identity(): Promise<DataSourceIdentity> {
    return identify(this.#connection, this.#display);
  }

  catalog(): Promise<Catalog> {
    return Promise.resolve(this.#catalog);
  }

  async schema(): Promise<SchemaSections> {
    if (this.#translate) return this.#translate(inStandardTypes(this.#catalog));
    try {
      return await readSchemaSections(this.#connection);
    } catch (error) {
      throw translateDriverError(error, 'reading the source’s schema');
    }
  }

  async definitions(): Promise<readonly SchemaStatement[]> {
    const { preData, postData } = await this.schema();
    return [...preData, ...postData];
  }

  async notices(): Promise<readonly PlanProblem[]> {
    const lost = this.#translate ? translationNotices(this.#catalog) : [];
    return (await this.#mayWrite()) ? [...lost, canWrite] : lost;
  }

  async #mayWrite(): Promise<boolean> {
    const checks = this.#catalog.tables
      .slice(0, 50)
      .map(
        (table) =>
          `has_perms_by_name(N'${printRelationName(table).replaceAll("'", "''")}', 'OBJECT', 'INSERT')`,
      );
    if (checks.length === 0) return false;
    const [{ may }] = await this.#connection.query<{ may: number | null }>(
      `select max(may) as may from (values ${checks.map((check) => `(${check})`).join(', ')}) as c (may)`,
    );
    return may === 1;
  }

  /** All in one: the snapshot's session reads one after the other anyway. */
  splitRows(): Promise<readonly RowRange[]> {
    return Promise.resolve([{ from: 0 }]);
  }

  copyOut(table: RelationName, columns: readonly string[], format: CopyFormat): Promise<RowStream> {
    const forms = this.#translate ? 'portable' : 'native';
    return copyOut(this.#readers, this.#catalog, { table, columns, format, forms });
  }

  countRows(table: RelationName): Promise<number> {
    return countRows(this.#connection, table);
  }

  countOrphans(table: RelationName, key: ForeignKey): Promise<number> {
    return countOrphans(this.#connection, table, key);
  }

  countDuplicates(table: RelationName, key: UniqueKey): Promise<number> {
    return countDuplicates(this.#connection, table, key);
  }

  rowsByKey(
    table: RelationName,
    keyColumns: readonly string[],
    keys: readonly (readonly string[])[],
    columns: readonly string[],
  ): Promise<readonly (readonly (string | null)[])[]> {
    return rowsByKey(this.#connection, this.#catalog, table, keyColumns, keys, columns);
  }

  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }
}

async function refuseMissingSnapshots(connection: SqlServerConnection): Promise<void> {
  const [row] = await connection.query<{ state: number | null; name: string }>(
    'select d.snapshot_isolation_state as state, d.name as name from sys.databases d where d.database_id = db_id()',
  );
  if (Number(row?.state) !== 1) throw new SnapshotNotAllowedError(row?.name ?? '');
}

const canWrite: PlanProblem = {
  code: 'source-can-write',
  where: 'source',
  problem: 'the source’s role may write to it, and a scrub only reads',
  hint: 'give a role that has SELECT and nothing else',
};
