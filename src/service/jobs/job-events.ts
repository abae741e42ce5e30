import type { MessageEvent, OnModuleDestroy } from '@nestjs/common';
import { Observable, type Subscriber } from 'rxjs';
import type { Caller } from '../auth/caller.js';
import type { JobNews } from './job-news.js';
import { isEnded, type JobView } from './job.js';
import type { Jobs } from './jobs.js';

/** Milliseconds between two signs of life on a stream where nothing happens: proxies cut silent ones. */
const QUIET_MS = 15_000;

/** Milliseconds until a job that could not be looked at is looked at again. */
const RETRY_MS = 1_000;

/** All who follow one job in this process: one look at the job serves them all. */
interface Followed {
  readonly followers: Set<(event: MessageEvent) => void>;
  readonly unfollow: () => void;
  looking: boolean;
  lookAgain: boolean;
  latest: JobView | undefined;
}

/** A job's progress as server-sent events: the job as it is now, again at each change, until it has ended. */
export class JobEvents implements OnModuleDestroy {
  readonly #jobs: Jobs;
  readonly #news: JobNews;
  readonly #followed = new Map<string, Followed>();
  readonly #open = new Set<Subscriber<MessageEvent>>();

  constructor(jobs: Jobs, news: JobNews) {
    this.#jobs = jobs;
    this.#news = news;
  }

  /** Rejects for a job that is not the caller's tenant's. */
  async follow(caller: Caller, jobId: string): Promise<Observable<MessageEvent>> {
    const now = await this.#jobs.get(caller, jobId);
    return new Observable<MessageEvent>((subscriber) => {
      const tell = (event: MessageEvent) => {
        subscriber.next(event);
        if (event.type === 'end') subscriber.complete();
      };
      const leave = this.#join(caller, jobId, tell);
      this.#open.add(subscriber);
      const quiet = setInterval(() => subscriber.next({ type: 'ping', data: '' }), QUIET_MS);
      tell(eventOf(now));
      return () => {
        clearInterval(quiet);
        this.#open.delete(subscriber);
        leave();
      };
    });
  }

  /** Closes every stream when the process stops: it would wait for them, and they for their jobs. */
  onModuleDestroy(): void {
    for (const subscriber of [...this.#open]) subscriber.complete();
  }

  #join(caller: Caller, jobId: string, tell: (event: MessageEvent) => void): () => void {
    // A follower was let in for its own tenant: only those of one tenant share a look.
    const key = `${caller.tenantId} ${jobId}`;
    let followed = this.#followed.get(key);
    if (!followed) {
      const look = () => void this.#look(caller, jobId, key);
      followed = {
        followers: new Set(),
        unfollow: this.#news.follow(jobId, look),
        looking: false,
        lookAgain: false,
        latest: undefined,
      };
      this.#followed.set(key, followed);
      // Between the follower's first look and now, the job may have moved.
      look();
    } else if (followed.latest) tell(eventOf(followed.latest));
    followed.followers.add(tell);
    return () => {
      followed.followers.delete(tell);
      if (followed.followers.size > 0 || this.#followed.get(key) !== followed) return;
      followed.unfollow();
      this.#followed.delete(key);
    };
  }

  async #look(caller: Caller, jobId: string, key: string): Promise<void> {
    const followed = this.#followed.get(key);
    if (!followed) return;
    if (followed.looking) {
      followed.lookAgain = true;
      return;
    }
    followed.looking = true;
    try {
      const view = await this.#jobs.get(caller, jobId);
      followed.latest = view;
      for (const tell of followed.followers) tell(eventOf(view));
    } catch {
      // Our database does not answer: the state that it had is not lost on the follower for long.
      setTimeout(() => void this.#look(caller, jobId, key), RETRY_MS).unref();
    } finally {
      followed.looking = false;
    }
    if (!followed.lookAgain) return;
    followed.lookAgain = false;
    await this.#look(caller, jobId, key);
  }
}

function eventOf(view: JobView): MessageEvent {
  return { type: isEnded(view.state) ? 'end' : 'progress', data: view };
}
