import type { ServiceDatabase } from '../database/service-database.js';
import { type JobAttempt, JobInterruption } from './job-kind.js';
import type { JobNews } from './job-news.js';
import type { JobTimings } from './job-queue.js';
import { cancelNews, renewLease, writeCheckpoint, writeProgress } from './job-records.js';
import type { JobProgress, JobRow } from './job.js';

/**
 * A job that this process holds: renews its lease until let go, hears of a cancellation, and interrupts
 * the attempt when the job is another's, or must be taken for it because nothing was heard for a lease.
 */
export class HeldJob {
  readonly job: JobRow;
  readonly attempt: JobAttempt;
  readonly #database: ServiceDatabase;
  readonly #timings: JobTimings;
  readonly #abort = new AbortController();
  readonly #beat: NodeJS.Timeout;
  readonly #unfollow: () => void;
  #renewedAt = performance.now();
  #progress: JobProgress | undefined;
  #writing: NodeJS.Timeout | undefined;

  constructor(job: JobRow, database: ServiceDatabase, news: JobNews, timings: JobTimings) {
    this.job = job;
    this.#database = database;
    this.#timings = timings;
    this.attempt = {
      tenantId: job.tenant_id,
      jobId: job.id,
      subjectId: job.subject_id,
      createdBy: job.created_by,
      attempt: job.attempt,
      checkpoint: job.checkpoint,
      signal: this.#abort.signal,
      report: (progress) => this.#report(progress),
      keep: (checkpoint) => this.#keep(checkpoint),
    };
    this.#beat = setInterval(() => void this.#renew(), timings.leaseMs / 3);
    // A cancellation need not wait for the next sign of life; who misses the news hears it then.
    this.#unfollow = news.follow(cancelNews(job.id), () => void this.#renew());
  }

  /** Why the attempt was interrupted; undefined while it was not. */
  get interruption(): JobInterruption | undefined {
    return this.#abort.signal.aborted ? (this.#abort.signal.reason as JobInterruption) : undefined;
  }

  interrupt(why: JobInterruption['why']): void {
    if (!this.#abort.signal.aborted) this.#abort.abort(new JobInterruption(why));
  }

  letGo(): void {
    clearInterval(this.#beat);
    this.#unfollow();
    clearTimeout(this.#writing);
    this.#writing = undefined;
  }

  async #renew(): Promise<void> {
    const { leaseMs } = this.#timings;
    const askedAt = performance.now();
    try {
      const renewed = await this.#database.asTenant(this.job.tenant_id, (manager) =>
        renewLease(manager, this.job, leaseMs),
      );
      if (!renewed) this.interrupt('lost');
      else if (renewed.cancelRequested) this.interrupt('cancelled');
      this.#renewedAt = Math.max(this.#renewedAt, askedAt);
    } catch {
      // Our database does not answer: the job is ours until the lease ends, and not for longer.
    }
    if (performance.now() - this.#renewedAt > leaseMs) this.interrupt('lost');
  }

  /** The newest progress is written after a while; those in between are nobody's loss. */
  #report(progress: JobProgress): void {
    this.#progress = progress;
    this.#writing ??= setTimeout(() => {
      this.#writing = undefined;
      const newest = this.#progress!;
      // Progress that could not be written is made up for by the next.
      this.#database
        .asTenant(this.job.tenant_id, (manager) => writeProgress(manager, this.job, newest))
        .catch(() => undefined);
    }, this.#timings.progressMs);
  }

  async #keep(checkpoint: unknown): Promise<void> {
    const kept = await this.#database.asTenant(this.job.tenant_id, (manager) =>
      writeCheckpoint(manager, this.job, checkpoint),
    );
    if (kept) return;
    this.interrupt('lost');
    throw this.interruption!;
  }
}
