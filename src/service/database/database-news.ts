import type { Socket } from 'node:net';
import pg from 'pg';
import { SERVICE_ROLE } from './service-database.js';

/** Milliseconds until a lost connection is tried again. */
const RETRY_MS = 1_000;

/** Milliseconds between two signs of life, and those that one may take: a network that is cut says nothing. */
const BEAT_MS = 5_000;

/** Who hears one channel. */
export interface Listener {
  readonly channel: string;
  /** At each NOTIFY, as soon as its transaction is through. */
  told(payload: string): void;
  /** From now on nothing is missed. What was told before may have been: look it up. */
  hearing?(): void;
  /** From now on something may be missed, until `hearing`. */
  lost?(): void;
}

/** Hears what transactions of the service's database tell (NOTIFY), on one connection a process. */
export class DatabaseNews {
  readonly #url: string;
  readonly #listeners = new Set<Listener>();
  #client: pg.Client | undefined;
  #beat: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(url: string) {
    this.#url = url;
  }

  /** @throws what the driver throws when the database cannot be reached */
  static async open(ownerUrl: string): Promise<DatabaseNews> {
    const news = new DatabaseNews(ownerUrl);
    await news.#connect();
    return news;
  }

  hear(listener: Listener): void {
    this.#listeners.add(listener);
    // Without a connection, or should this one break now, the next one listens for all.
    this.#client?.query(`listen ${listener.channel}`).then(
      () => listener.hearing?.(),
      () => undefined,
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#beat);
    await this.#client?.end();
  }

  async #connect(): Promise<void> {
    const settings: pg.ClientConfig & { readonly pipeline: true } = {
      connectionString: this.#url,
      application_name: 'scrubjay news',
      options: `-c role=${SERVICE_ROLE}`,
      keepAlive: true,
      // Several may begin to listen at once.
      pipeline: true,
      connectionTimeoutMillis: BEAT_MS,
    };
    const client = new pg.Client(settings);
    client.on('notification', ({ channel, payload = '' }) => {
      for (const listener of this.#listeners) if (listener.channel === channel) listener.told(payload);
    });
    // What is wrong shows in 'end', or in the rejection of a query.
    client.on('error', () => undefined);
    await client.connect();
    client.once('end', () => this.#lose(client));
    for (const { channel } of this.#listeners) await client.query(`listen ${channel}`);
    this.#client = client;
    this.#beat = setInterval(() => void this.#ask(client), BEAT_MS).unref();
    for (const listener of this.#listeners) listener.hearing?.();
  }

  /** A connection that does not answer in time is cut, which its 'end' tells. */
  async #ask(client: pg.Client): Promise<void> {
    const late = setTimeout(() => {
      this.#lose(client);
      (client as ClientWithSocket).connection.stream.destroy();
    }, BEAT_MS).unref();
    await client.query('select').catch(() => undefined);
    clearTimeout(late);
  }

  #lose(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    clearInterval(this.#beat);
    for (const listener of this.#listeners) listener.lost?.();
    this.#reconnect();
  }

  #reconnect(): void {
    if (this.#closed) return;
    setTimeout(() => {
      if (!this.#closed) this.#connect().catch(() => this.#reconnect());
    }, RETRY_MS).unref();
  }
}

type ClientWithSocket = pg.Client & { readonly connection: { readonly stream: Socket } };
