import type { EntityManager } from 'typeorm';
import type { ServiceDatabase } from '../database/service-database.js';
import type { AddressPolicy } from '../network/address-policy.js';
import { NotFoundError } from '../problems/problems.js';
import type { SecretStore } from '../secrets/secret-store.js';
import { hostOf } from './location.js';

/** Opens the sealed locations of data sources for those who connect to them. */
export class DataSourceLocations {
  readonly #database: ServiceDatabase;
  readonly #secrets: SecretStore;
  readonly #addresses: AddressPolicy;

  constructor(database: ServiceDatabase, secrets: SecretStore, addresses: AddressPolicy) {
    this.#database = database;
    this.#secrets = secrets;
    this.#addresses = addresses;
  }

  /**
   * The location of a data source, with credentials: keep it no longer than the connection.
   * @throws NotFoundError, ForbiddenAddressError (names may have come to point elsewhere since it was registered)
   */
  async locationOf(tenantId: string, id: string): Promise<string> {
    const location = await this.#database.asTenant(tenantId, (manager) => this.#read(manager, tenantId, id));
    await this.#addresses.resolve(hostOf(location));
    return location;
  }

  async #read(manager: EntityManager, tenantId: string, id: string): Promise<string> {
    const [row] = await manager.query<{ secret_id: string }[]>(
      'select secret_id from data_sources where id = $1',
      [id],
    );
    if (!row) throw new NotFoundError('data source');
    return this.#secrets.read(manager, tenantId, row.secret_id);
  }
}
