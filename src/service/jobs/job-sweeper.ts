import type { ServiceDatabase } from '../database/service-database.js';
import type { JobQueue, JobTimings } from './job-queue.js';

/** Jobs that one look announces at most; the next look takes the rest. */
const AT_ONCE = 1_000;

/**
 * Announces jobs that no queue may know of any more: the process that made them ended before it could
 * say so, the queue lost what it held, or the worker died. A queue takes no message twice, so it does no
 * harm that several workers sweep, or that a queue is only slow.
 */
export class JobSweeper {
  readonly #database: ServiceDatabase;
  readonly #queue: JobQueue;
  readonly #sweepMs: number;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(database: ServiceDatabase, queue: JobQueue, { sweepMs }: Pick<JobTimings, 'sweepMs'>) {
    this.#database = database;
    this.#queue = queue;
    this.#sweepMs = sweepMs;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      // A database or queue that is gone is there again at a later look.
      this.#sweeping = this.sweep().catch(() => undefined);
      void this.#sweeping.then(() => this.#timer && this.start());
    }, this.#sweepMs);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#sweeping;
  }

  async sweep(): Promise<void> {
    const lost = await this.#database.withoutTenant<{ tenant_id: string; id: string }>(
      `select * from jobs_to_announce($1 * interval '1 millisecond', $2)`,
      [this.#sweepMs, AT_ONCE],
    );
    if (lost.length === 0) return;
    await this.#queue.announce(lost.map(({ tenant_id, id }) => ({ tenantId: tenant_id, jobId: id })));
  }
}
