import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ScrubjayError } from '../../domain/errors.js';
import { engineFor } from '../../engines/engine-registry.js';
import type { Caller } from '../auth/caller.js';
import { Conditions } from '../database/conditions.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { createOnce, type IdempotentRequest } from '../http/idempotency.js';
import { type Page, pageOf } from '../http/pages.js';
import type { AddressPolicy } from '../network/address-policy.js';
import { ResourceRows } from '../resources/resource-rows.js';
import type { SecretStore } from '../secrets/secret-store.js';
import type {
  ChangeDataSource,
  ConnectionTest,
  CreateDataSource,
  DataSourcesQuery,
  DataSourceView,
} from './data-source.js';
import { displayOf, hostOf } from './location.js';

interface DataSourceRow {
  readonly id: string;
  readonly name: string;
  readonly engine: string;
  readonly environment: DataSourceView['environment'];
  readonly display: string;
  readonly secret_id: string;
  readonly created_by: string;
  readonly created_at: Date;
  readonly version: number;
}

const kept = new ResourceRows<DataSourceRow>({
  table: 'data_sources',
  title: 'data source',
  kind: 'data-source',
});

/** The databases that a tenant has registered. */
export class DataSources {
  readonly #database: ServiceDatabase;
  readonly #secrets: SecretStore;
  readonly #addresses: AddressPolicy;

  constructor(database: ServiceDatabase, secrets: SecretStore, addresses: AddressPolicy) {
    this.#database = database;
    this.#secrets = secrets;
    this.#addresses = addresses;
  }

  async list(caller: Caller, query: DataSourcesQuery): Promise<Page<DataSourceView>> {
    const where = new Conditions()
      .andIf((p) => `environment = ${p}`, query.environment)
      .andIf((p) => `engine = ${p}`, query.engine);
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const rows = await kept.page(manager, query, where);
      return pageOf(rows.map(viewOf), query);
    });
  }

  async get(caller: Caller, id: string): Promise<DataSourceView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => viewOf(await kept.find(manager, id)));
  }

  async create(caller: Caller, request: CreateDataSource, once?: IdempotentRequest): Promise<DataSourceView> {
    const engine = engineFor(request.location);
    await this.#addresses.resolve(hostOf(request.location));
    return this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        const { name, environment, location } = request;
        await kept.refuseTakenName(manager, name);
        const id = uuidv7();
        const secret = await this.#secrets.put(manager, caller.tenantId, location);
        await manager.query(
          `insert into data_sources (tenant_id, id, name, engine, environment, display, secret_id, created_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [caller.tenantId, id, name, engine.id, environment, displayOf(location), secret, caller.subject],
        );
        await kept.audit(manager, caller, 'created', id, { name, environment });
        return viewOf(await kept.find(manager, id));
      }),
    );
  }

  async change(
    caller: Caller,
    id: string,
    version: number,
    request: ChangeDataSource,
  ): Promise<DataSourceView> {
    if (request.location !== undefined) {
      engineFor(request.location);
      await this.#addresses.resolve(hostOf(request.location));
    }
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const before = await kept.matching(manager, id, version);
      const name = request.name ?? before.name;
      const environment = request.environment ?? before.environment;
      if (name !== before.name) await kept.refuseTakenName(manager, name);
      await manager.query(
        'update data_sources set name = $2, environment = $3, version = version + 1 where id = $1',
        [id, name, environment],
      );
      if (request.location !== undefined)
        await this.#replaceLocation(manager, caller, before, request.location);
      await kept.audit(manager, caller, 'changed', id, {
        name,
        environment,
        location: request.location !== undefined,
      });
      return viewOf(await kept.find(manager, id));
    });
  }

  async remove(caller: Caller, id: string, version: number): Promise<void> {
    await this.#database.asTenant(caller.tenantId, async (manager) => {
      const source = await kept.matching(manager, id, version);
      await manager.query('delete from data_sources where id = $1', [id]);
      await this.#secrets.remove(manager, source.secret_id);
      await kept.audit(manager, caller, 'deleted', id, { name: source.name });
    });
  }

  /** Opens the data source once and says what answered, or why nothing did. */
  async test(caller: Caller, id: string): Promise<ConnectionTest> {
    const location = await this.#database.asTenant(caller.tenantId, async (manager) => {
      const source = await kept.find(manager, id);
      await kept.audit(manager, caller, 'tested', id, {});
      return this.#secrets.read(manager, caller.tenantId, source.secret_id);
    });
    try {
      await this.#addresses.resolve(hostOf(location));
      const session = await engineFor(location).open(location);
      try {
        const { serverVersion, role } = await session.identity();
        return { reachable: true, serverVersion, role };
      } finally {
        await session.close();
      }
    } catch (error) {
      if (!(error instanceof ScrubjayError)) throw error;
      return { reachable: false, problem: { code: error.code, detail: error.message, hint: error.hint } };
    }
  }

  async #replaceLocation(manager: EntityManager, caller: Caller, before: DataSourceRow, location: string) {
    const secret = await this.#secrets.put(manager, caller.tenantId, location);
    await manager.query('update data_sources set secret_id = $2, display = $3, engine = $4 where id = $1', [
      before.id,
      secret,
      displayOf(location),
      engineFor(location).id,
    ]);
    await this.#secrets.remove(manager, before.secret_id);
  }
}

function viewOf(row: DataSourceRow): DataSourceView {
  return {
    id: row.id,
    name: row.name,
    engine: row.engine,
    environment: row.environment,
    display: row.display,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}
