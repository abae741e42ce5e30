import { DataSource, type EntityManager } from 'typeorm';
import { ScrubjayError } from '../../domain/errors.js';
import { translateDatabaseError } from './database-errors.js';

/** The role that every query of the service runs as; it owns nothing and row-level security holds for it. */
export const SERVICE_ROLE = 'scrubjay_service';

/** The service's own database does not answer. */
export class ServiceDatabaseError extends ScrubjayError {
  readonly code = 'service-database';
}

/**
 * The service's own PostgreSQL. All access to a tenant's rows goes through `asTenant`: the one place
 * that tells the database whose transaction it is.
 */
export class ServiceDatabase {
  readonly #pool: DataSource;

  private constructor(pool: DataSource) {
    this.#pool = pool;
  }

  /** Brings the schema up to date as the owner, then connects as the service's role. */
  static async open(ownerUrl: string, migrations: readonly (new () => object)[]): Promise<ServiceDatabase> {
    await migrate(ownerUrl, migrations);
    const pool = new DataSource({
      type: 'postgres',
      url: ownerUrl,
      applicationName: 'scrubjay service',
      // The role is the session's start value, so that RESET ROLE comes back to it and not to the owner.
      extra: { options: `-c role=${SERVICE_ROLE} -c search_path=public`, max: 16 },
    });
    return new ServiceDatabase(await pool.initialize());
  }

  /** Runs `work` in one transaction that sees the rows of one tenant only. */
  async asTenant<T>(tenantId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.#pool.transaction(async (manager) => {
        await manager.query(`select set_config('app.tenant', $1, true)`, [tenantId]);
        return work(manager);
      });
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
