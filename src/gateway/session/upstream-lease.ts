import type { UpstreamConnection, UpstreamUser } from '../upstream/upstream-connection.js';
import type { UpstreamPool } from '../upstream/upstream-pool.js';
import type { ClientStatement } from './client-statements.js';
import { settingsStatement } from './session-settings.js';

/** A client's hold on an upstream connection: taken for a transaction, kept while its session has state. */
export class UpstreamLease {
  readonly #pool: UpstreamPool;
  readonly #role: string;
  readonly #settings: ReadonlyMap<string, string>;
  readonly #settingsKey: string;
  #connection: UpstreamConnection | undefined;
  /** True once the session holds what the client relies on: settings, temporary tables, statements. */
  pinned = false;

  constructor(pool: UpstreamPool, role: string, settings: ReadonlyMap<string, string>) {
    this.#pool = pool;
    this.#role = role;
    this.#settings = settings;
    this.#settingsKey = JSON.stringify([...settings]);
  }

  get connection(): UpstreamConnection | undefined {
    return this.#connection;
  }

  get settingsKey(): string {
    return this.#settingsKey;
  }

  /** Takes a connection that is idle and has the client's settings; false when that takes a while. */
  takeNow(user: UpstreamUser): boolean {
    const connection = this.#pool.take({ role: this.#role, settingsKey: this.#settingsKey });
    if (!connection) return false;
    if (connection.settingsKey !== this.#settingsKey) {
      this.#pool.release(connection, this.#role);
      return false;
    }
    this.#hold(connection, user);
    return true;
  }

  /** @throws PoolExhaustedError, ConnectionError, UpstreamQueryError */
  async take(user: UpstreamUser): Promise<void> {
    const connection = await this.#pool.acquire({ role: this.#role, settingsKey: this.#settingsKey });
    if (connection.settingsKey !== this.#settingsKey) {
      try {
        await connection.query(settingsStatement(this.#settings));
        connection.settingsKey = this.#settingsKey;
      } catch (error) {
        this.#pool.discard(connection);
        throw error;
      }
    }
    this.#hold(connection, user);
  }

  /** Gives the connection back for others to use. */
  release(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection) this.#pool.release(connection, this.#role);
  }

  /** Ends the connection, and with it all that the client did and left there. */
  discard(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection) this.#pool.discard(connection);
  }

  #hold(connection: UpstreamConnection, user: UpstreamUser): void {
    this.#connection = connection;
    connection.use(user);
  }
}

/** What the server has to have prepared for a client's statement: the rewritten text with its types. */
export function upstreamText({
  plan,
  parameterTypes,
}: Pick<ClientStatement, 'plan' | 'parameterTypes'>): string {
  return parameterTypes.length === 0 ? plan.sql : `${parameterTypes.join(',')}\0${plan.sql}`;
}
