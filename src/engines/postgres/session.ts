import type pg from 'pg';
import type { Catalog, Table } from '../../domain/catalog/catalog.js';
import type { DataSourceIdentity, SampleFailure, SampleOptions, Session, TableSample } from '../engine.js';
import { connect, displayLocation } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { identify } from './identity.js';
import { introspect } from './introspection.js';
import { sampleTable } from './sampling.js';
import { SessionPool } from './session-pool.js';

/** Read-only connections for discovery: one for the catalog, and one for each table sampled at a time. */
export class PostgresSession implements Session {
  readonly #client: pg.Client;
  readonly #samplers: SessionPool;
  readonly #display: string;

  private constructor(client: pg.Client, samplers: SessionPool, display: string) {
    this.#client = client;
    this.#samplers = samplers;
    this.#display = display;
  }

  static async open(location: string): Promise<PostgresSession> {
    const openOne = () => connect(location, { access: 'read-only' });
    return new PostgresSession(await openOne(), new SessionPool(openOne), displayLocation(location));
  }

  identity(): Promise<DataSourceIdentity> {
    return this.#translated('identifying the server', () => identify(this.#client, this.#display));
  }

  introspect(): Promise<Catalog> {
    return this.#translated('reading the catalog', () => introspect(this.#client));
  }

  sample(table: Table, options: SampleOptions): Promise<TableSample | SampleFailure> {
    return this.#samplers.withSession((client) => sampleTable(client, table, options));
  }

  async close(): Promise<void> {
    await this.#samplers.close();
    await this.#client.end();
  }

  async #translated<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translateDriverError(error, doing);
    }
  }
}
