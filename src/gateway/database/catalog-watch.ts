import type pg from 'pg';
import type { QueryCatalog } from '../../domain/rewriting/query-catalog.js';
import { connect } from '../../engines/postgres/connection.js';
import { translateDriverError } from '../../engines/postgres/driver-errors.js';
import { readCatalogStamp } from '../../engines/postgres/catalog-stamp.js';
import { readQueryCatalog } from '../../engines/postgres/query-catalog.js';

/** Milliseconds that looking for changes may take. */
const TIMEOUT_MS = 30_000;

/** The catalog at one moment. */
export interface CatalogState {
  readonly stamp: string;
  readonly catalog: QueryCatalog;
}

/** A connection of its own on which the catalog is watched; made anew when it breaks. */
export class CatalogWatch {
  readonly #location: string;
  #client: pg.Client | undefined;

  constructor(location: string) {
    this.#location = location;
  }

  /**
   * The catalog, when it is not the one with this stamp any more; undefined when nothing changed.
   * @throws ConnectionError, DatabaseError
   */
  async changedSince(stamp: string | undefined): Promise<CatalogState | undefined> {
    const client = await this.#connected();
    try {
      const now = await readCatalogStamp(client);
      if (now === stamp) return undefined;
      // Read after its stamp: what changes in between has another stamp, and is read again next time.
      return { stamp: now, catalog: await readQueryCatalog(client) };
    } catch (error) {
      this.#client = undefined;
      void client.end().catch(() => undefined);
      throw translateDriverError(error, 'reading the catalog');
    }
  }

  async close(): Promise<void> {
    await this.#client?.end().catch(() => undefined);
    this.#client = undefined;
  }

  async #connected(): Promise<pg.Client> {
    this.#client ??= await connect(this.#location, { access: 'read-only', statementTimeoutMs: TIMEOUT_MS });
    return this.#client;
  }
}
