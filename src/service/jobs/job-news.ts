import type { DatabaseNews } from '../database/database-news.js';
import { NEWS_CHANNEL } from './job-records.js';

/**
 * Hears which jobs changed, and tells those who follow them. News only says "look again": whoever misses
 * some (the connection was gone) is told to look when it is back.
 */
export class JobNews {
  readonly #followers = new Map<string, Set<() => void>>();

  constructor(news: DatabaseNews) {
    news.hear({
      channel: NEWS_CHANNEL,
      told: (payload) => this.#tell(this.#followers.get(payload)),
      hearing: () => {
        for (const followers of this.#followers.values()) this.#tell(followers);
      },
    });
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

  #tell(followers: ReadonlySet<() => void> | undefined): void {
    for (const look of followers ?? []) look();
  }
}
