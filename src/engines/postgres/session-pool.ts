import type pg from 'pg';

/**
 * Sessions of one kind, made when needed and used again. A session that failed is not given back: what
 * state it is in, nobody knows.
 */
export class SessionPool {
  readonly #open: () => Promise<pg.Client>;
  readonly #idle: pg.Client[] = [];
  readonly #all = new Set<pg.Client>();

  /** @param open makes a session ready for use */
  constructor(open: () => Promise<pg.Client>) {
    this.#open = open;
  }

  async take(): Promise<pg.Client> {
    const idle = this.#idle.pop();
    if (idle) return idle;
    const client = await this.#open();
    this.#all.add(client);
    return client;
  }

  giveBack(client: pg.Client): void {
    this.#idle.push(client);
  }

  /** Ends a session at once, whatever it is doing. */
  discard(client: pg.Client): void {
    this.#all.delete(client);
    // Not end(): that would wait for the statement under way.
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }

  async withSession<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await this.take();
    try {
      const result = await work(client);
      this.giveBack(client);
      return result;
    } catch (error) {
      this.discard(client);
      throw error;
    }
  }

  async close(): Promise<void> {
    const clients = [...this.#all];
    this.#all.clear();
    this.#idle.length = 0;
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}
