import type { Writable } from 'node:stream';
import type pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { ScrubjayError } from '../../domain/errors.js';
import { translateDatabaseError } from './database-errors.js';
import { isoTimes } from './iso-times.js';
import { PreparingClient } from './preparing-client.js';

/** The role that every query of the service runs as; it owns nothing and row-level security holds for it. */
export const SERVICE_ROLE = 'scrubjay_service';

/** The service's own database does not answer. */
export class ServiceDatabaseError extends ScrubjayError {
  readonly code = 'service-database';
}

/** Milliseconds that a connection may take to come about: a database that says nothing is gone. */
const CONNECT_MS = 5_000;

/** Milliseconds after which a statement's connection is taken for lost. */
const QUERY_MS = 60_000;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The service's own PostgreSQL. All access to a tenant's rows goes through `asTenant`: the one place
 * that tells the database whose transaction it is.
 */
export class ServiceDatabase {
  readonly #pool: DataSource;
  /** The connections of `#pool`, for what needs nothing of TypeORM. */
  readonly #clients: pg.Pool;

  private constructor(pool: DataSource) {
    this.#pool = pool;
    this.#clients = (pool.driver as DataSource['driver'] & { readonly master: pg.Pool }).master;
  }

  /** Brings the schema up to date as the owner, then connects as the service's role. */
  static async open(ownerUrl: string, migrations: readonly (new () => object)[]): Promise<ServiceDatabase> {
    await migrate(ownerUrl, migrations);
    const pool = new DataSource({
      type: 'postgres',
      url: ownerUrl,
      applicationName: 'scrubjay service',
      connectTimeoutMS: CONNECT_MS,
      // The role is the session's start value, so that RESET ROLE comes back to it and not to the owner.
      extra: {
        Client: PreparingClient,
        options: `-c role=${SERVICE_ROLE} -c search_path=public -c timezone=UTC`,
        max: 16,
        keepAlive: true,
        query_timeout: QUERY_MS,
        pipeline: true,
      },
    });
    return new ServiceDatabase(await pool.initialize());
  }

  /** Runs `work` in one transaction that sees the rows of one tenant only. */
  async asTenant<T>(tenantId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    // It becomes part of a statement, so as to begin and name the tenant in one way to the server.
    if (!uuid.test(tenantId)) throw new Error('a tenant is named by its UUID');
    const runner = this.#pool.createQueryRunner();
    try {
      const client = (await runner.connect()) as PooledClient;
      inOneWrite(client);
      const begun = client.query(`begin; set local app.tenant = '${tenantId}'`);
      // Waited for below: the work's first statement follows on its heels (pg's pipeline mode). Should it
      // fail, that statement has no tenant and row-level security shows and takes nothing.
      begun.catch(() => undefined);
      const result = await work(runner.manager);
      await begun;
      await client.query('commit');
      return result;
    } catch (error) {
      await runner.query('rollback').catch(() => undefined);
      throw translateDatabaseError(error);
    } finally {
      await runner.release();
    }
  }

  /**
   * One query of a tenant's rows: transaction, query and commit travel to the server together, which
   * makes of three round trips one. Should the query fail, the commit is a rollback. Times come as the text
   * that the API answers.
   */
  async readAsTenant<Row>(tenantId: string, sql: string, values: readonly unknown[]): Promise<Row[]> {
    if (!uuid.test(tenantId)) throw new Error('a tenant is named by its UUID');
    try {
      const client = (await this.#clients.connect()) as PooledClient;
      inOneWrite(client);
      const begun = client.query(`begin read only; set local app.tenant = '${tenantId}'`);
      const asked = client.query<Row & pg.QueryResultRow>({ text: sql, types: isoTimes }, [...values]);
      const ended = client.query('commit');
      // All of them before the connection is another's; the first that failed is why.
      await Promise.allSettled([begun, asked, ended]);
      client.release();
      await begun;
      const { rows } = await asked;
      await ended;
      return rows;
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  /** For what has no tenant yet: looking up a credential. Row-level security shows no row here. */
  async withoutTenant<Row>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    try {
      return await this.#pool.query<Row[]>(sql, [...values]);
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** A client of pg's pool, with the socket below it. */
type PooledClient = pg.PoolClient & { readonly connection: { readonly stream: Writable } };

/** Statements that are sent within this turn of the event loop leave in one write. */
function inOneWrite({ connection: { stream } }: PooledClient): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}

async function migrate(url: string, migrations: readonly (new () => object)[]): Promise<void> {
  const owner = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'scrubjay migrations',
    migrations: [...migrations] as (new () => never)[],
    migrationsTableName: 'migrations',
  });
  try {
    await owner.initialize();
    await owner.runMigrations({ transaction: 'all' });
  } catch (cause) {
    throw new ServiceDatabaseError(
      'the service’s own database cannot be reached or brought up to date',
      'check DATABASE_URL and that its role owns the database and may create roles',
      { cause },
    );
  } finally {
    if (owner.isInitialized) await owner.destroy();
  }
}
