import type { Catalog, Table } from '../../domain/catalog/catalog.js';
import type { DataSourceIdentity, SampleFailure, SampleOptions, Session, TableSample } from '../engine.js';
import { connect, type SqlServerConnection } from './connection.js';
import { identify } from './identity.js';
import { introspect } from './introspection.js';
import { displayLocation } from './location.js';
import { sampleTable } from './sampling.js';
import { SessionPool } from './session-pool.js';
import { retryTransient } from './transient-faults.js';

/** Connections for discovery: one for the catalog, and one for each table sampled at a time. */
export class SqlServerSession implements Session {
  readonly #connection: SqlServerConnection;
  readonly #samplers: SessionPool;
  readonly #display: string;

  private constructor(connection: SqlServerConnection, samplers: SessionPool, display: string) {
    this.#connection = connection;
    this.#samplers = samplers;
    this.#display = display;
  }

  static async open(location: string): Promise<SqlServerSession> {
    const openOne = () => connect(location);
    return new SqlServerSession(await openOne(), new SessionPool(openOne), displayLocation(location));
  }

  identity(): Promise<DataSourceIdentity> {
    return retryTransient('identifying the server', () => identify(this.#connection, this.#display));
  }

  introspect(): Promise<Catalog> {
    return retryTransient('reading the catalog', () => introspect(this.#connection));
  }

  sample(table: Table, options: SampleOptions): Promise<TableSample | SampleFailure> {
    return this.#samplers.withSession((connection) => sampleTable(connection, table, options));
  }

  async close(): Promise<void> {
    await this.#samplers.close();
    this.#connection.close();
  }
}
