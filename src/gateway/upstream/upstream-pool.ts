import { ScrubjayError } from '../../domain/errors.js';
import { UpstreamConnection } from './upstream-connection.js';

/** All connections are in use, and none came free in time. */
export class PoolExhaustedError extends ScrubjayError {
  readonly code = 'pool-exhausted';

  constructor(size: number) {
    super(
      `all ${size} connections to the database are in use`,
      'try again, end idle transactions, or raise pool.size',
    );
  }
}

export interface PoolOptions {
  readonly location: string;
  /** Settings that every session starts with. */
  readonly settings: Readonly<Record<string, string>>;
  /** Connections at most. */
  readonly size: number;
  /** Milliseconds that a client waits for one. */
  readonly waitMs: number;
  /** Milliseconds after which an unused one is closed. */
  readonly idleMs: number;
}

/** What has to be the same for a connection to be used again. */
export interface PoolKey {
  /** Clients of different roles never share a session: nothing that one left in it can serve another. */
  readonly role: string;
  /** Preferred, not required: settings can be changed. */
  readonly settingsKey: string;
}

interface Idle {
  readonly connection: UpstreamConnection;
  readonly role: string;
  readonly sinceMs: number;
}

interface Waiting {
  readonly role: string;
  readonly resolve: (connection: UpstreamConnection) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Connections to one database, lent to one client at a time. */
export class UpstreamPool {
  readonly #options: PoolOptions;
  #idle: Idle[] = [];
  readonly #waiting: Waiting[] = [];
  /** Connections that are there or being made. */
  #count = 0;
  #closed = false;
  readonly #all = new Set<UpstreamConnection>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Run on every new session: settings that the start-up packet has no room for. One row, one value. Sessions
   * that another one was run on are used to the end of what they do, and no further.
   */
  statement: string | undefined;

  /** Connections that are there or being made. */
  get count(): number {
    return this.#count;
  }

  /** An idle connection of the role, where there is one. */
  take({ role, settingsKey }: PoolKey): UpstreamConnection | undefined {
    let best = -1;
    for (let i = this.#idle.length - 1; i >= 0; i--) {
      const idle = this.#idle[i];
      if (idle.role !== role) continue;
      if (idle.connection.settingsKey === settingsKey) {
        best = i;
        break;
      }
      if (best < 0) best = i;
    }
    if (best < 0) return undefined;
    const [{ connection }] = this.#idle.splice(best, 1);
    if (this.#isUsable(connection)) return connection;
    this.#discardIdle(connection);
    return this.take({ role, settingsKey });
  }

  /** @throws PoolExhaustedError, ConnectionError */
  async acquire(key: PoolKey): Promise<UpstreamConnection> {
    const idle = this.take(key);
    if (idle) return idle;
    if (this.#count < this.#options.size || this.#closeOneIdle()) return this.#open();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new PoolExhaustedError(this.#options.size));
      }, this.#options.waitMs);
      const waiting: Waiting = { role: key.role, resolve, reject, timer };
      this.#waiting.push(waiting);
    });
  }

  /** Gives a connection back that is idle and outside a transaction, with no state of the client's left. */
  release(connection: UpstreamConnection, role: string): void {
    const arriving = connection.letGo();
    if (arriving) void arriving.then(() => this.#makeIdle(connection, role));
    else this.#makeIdle(connection, role);
  }

  /** Ends a connection whose state cannot be told. */
  discard(connection: UpstreamConnection): void {
    void connection.letGo();
    connection.destroy();
    this.#forget(connection);
    this.#serveNextByOpening();
  }

  /** Closes connections that nobody has used for long. */
  sweep(nowMs: number): void {
    const old = this.#idle.filter(({ sinceMs }) => nowMs - sinceMs > this.#options.idleMs);
    this.#idle = this.#idle.filter((idle) => !old.includes(idle));
    for (const { connection } of old) {
      connection.end();
      this.#forget(connection);
    }
  }

  close(): void {
    this.#closed = true;
    for (const { timer, reject } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(new PoolExhaustedError(0));
    }
    this.#idle = [];
    for (const connection of this.#all) connection.destroy();
    this.#all.clear();
  }

  #makeIdle(connection: UpstreamConnection, role: string): void {
    if (!this.#isUsable(connection) || this.#closed) {
      this.#discardIdle(connection);
      this.#serveNextByOpening();
      return;
    }
    const next = this.#waiting.findIndex((waiting) => waiting.role === role);
    if (next >= 0) {
      const [{ resolve, timer }] = this.#waiting.splice(next, 1);
      clearTimeout(timer);
      resolve(connection);
      return;
    }
    this.#idle.push({ connection, role, sinceMs: Date.now() });
    if (this.#waiting.length > 0 && this.#closeOneIdle()) this.#serveNextByOpening();
  }

  /** A place came free: the first in the queue gets a new connection. */
  #serveNextByOpening(): void {
    if (this.#closed || this.#count >= this.#options.size) return;
    const next = this.#waiting.shift();
    if (!next) return;
    clearTimeout(next.timer);
    this.#open().then(next.resolve, next.reject);
  }

  #closeOneIdle(): boolean {
    const oldest = this.#idle.shift();
    if (!oldest) return false;
    oldest.connection.end();
    this.#forget(oldest.connection);
    return true;
  }

  async #open(): Promise<UpstreamConnection> {
    this.#count++;
    try {
      const { location, settings } = this.#options;
      const connection = await UpstreamConnection.open(location, settings);
      this.#all.add(connection);
      // Another one may be wanted by the time that one was run.
      while (connection.preparedBy !== this.statement) await this.#prepare(connection, this.statement);
      if (this.#closed) {
        connection.destroy();
        throw new PoolExhaustedError(0);
      }
      return connection;
    } catch (error) {
      this.#count--;
      this.#serveNextByOpening();
      throw error;
    }
  }

  /** @throws UpstreamQueryError */
  async #prepare(connection: UpstreamConnection, statement: string | undefined): Promise<void> {
    try {
      if (statement !== undefined) await connection.query(statement);
      connection.preparedBy = statement;
    } catch (error) {
      this.#all.delete(connection);
      connection.destroy();
      throw error;
    }
  }

  #isUsable(connection: UpstreamConnection): boolean {
    return !connection.broken && connection.preparedBy === this.statement;
  }

  #discardIdle(connection: UpstreamConnection): void {
    connection.destroy();
    this.#forget(connection);
  }

  #forget(connection: UpstreamConnection): void {
    if (this.#all.delete(connection)) this.#count--;
  }
}
