import type pg from 'pg';
import type { Catalog, Table } from '../../domain/catalog/catalog.js';
import type { DataSourceIdentity, SampleFailure, SampleOptions, Session, TableSample } from '../engine.js';
import { connect, displayLocation } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { identify } from './identity.js';
import { introspect } from './introspection.js';
import { sampleTable } from './sampling.js';

/** A read-only connection for discovery. */
export class PostgresSession implements Session {
  readonly #client: pg.Client;
  readonly #display: string;

  private constructor(client: pg.Client, display: string) {
    this.#client = client;
    this.#display = display;
  }

  static async open(location: string): Promise<PostgresSession> {
    const client = await connect(location, { access: 'read-only' });
    return new PostgresSession(client, displayLocation(location));
  }

  identity(): Promise<DataSourceIdentity> {
    return this.#translated('identifying the server', () => identify(this.#client, this.#display));
  }

  introspect(): Promise<Catalog> {
    return this.#translated('reading the catalog', () => introspect(this.#client));
  }

  sample(table: Table, options: SampleOptions): Promise<TableSample | SampleFailure> {
    return sampleTable(this.#client, table, options);
  }

  async close(): Promise<void> {
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
