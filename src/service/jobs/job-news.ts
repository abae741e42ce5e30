import pg from 'pg';
import { SERVICE_ROLE } from '../database/service-database.js';
import { NEWS_CHANNEL } from './job-records.js';

/** Milliseconds until a lost connection is tried again. */
const RETRY_MS = 1_000;

/**
 * Hears which jobs changed, on one connection a process, and tells those who follow them. News only says
 * "look again": whoever misses some (the connection was gone) is told to look when it is back.
 */
export class JobNews {
  readonly #url: string;
  readonly #followers = new Map<string, Set<() => void>>();
  #client: pg.Client | undefined;
  #closed = false;

  private constructor(url: string) {
    this.#url = url;
  }

  static async open(ownerUrl: string): Promise<JobNews> {
    const news = new JobNews(ownerUrl);
    await news.#listen();
    return news;
  }

  /**
   * Calls `look` whenever there may be news. Returns how to stop.
   * @param news a job's id, or `cancelNews` of it
   */
  follow(news: string, look: () => void): () => void {
    const followers = this.#followers.get(news) ?? new Set();
    this.#followers.set(news, followers.add(look));
    return () => {
      followers.delete(look);
      if (followers.size === 0 && this.#followers.get(news) === followers) this.#followers.delete(news);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end();
  }

  async #listen(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'scrubjay news',
      options: `-c role=${SERVICE_ROLE}`,
      keepAlive: true,
    });
    client.on('notification', ({ payload }) => {
      for (const look of this.#followers.get(payload ?? '') ?? []) look();
    });
    // What is wrong shows in 'end', or in the rejection of a query.
    client.on('error', () => undefined);
    await client.connect();
    client.once('end', () => this.#reconnect());
    await client.query(`listen ${NEWS_CHANNEL}`);
    this.#client = client;
  }

  #reconnect(): void {
    if (this.#closed) return;
    setTimeout(() => {
      if (this.#closed) return;
      this.#listen().then(
        () => {
          for (const followers of this.#followers.values()) for (const look of followers) look();
        },
        () => this.#reconnect(),
      );
    }, RETRY_MS).unref();
  }
}
