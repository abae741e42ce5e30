import { DelayedError, type Job, Queue, Worker } from 'bullmq';
import type { JobMessage, JobQueue, QueueDepth, Receiver, Reception } from './job-queue.js';

const QUEUE = 'scrubjay-jobs';

/** Milliseconds until a message comes again whose receiver failed: the service's database may be gone. */
const RETRY_MS = 1_000;

/** Milliseconds between two tries to reach a Redis that is gone. */
const RECONNECT_MS = 500;

/** Redis keeps nothing of a message that is done with: the jobs table is the record. */
const leaveNothing = { removeOnComplete: true, removeOnFail: true };

/** The queue on Redis, for many workers on many machines. */
export class BullMqQueue implements JobQueue {
  readonly id = 'bullmq';
  readonly #url: string;
  readonly #queue: Queue<JobMessage>;
  readonly #lockMs: number;
  readonly #onError: (error: unknown) => void;

  /** @param lockMs after which a message whose worker gave no sign of life comes again */
  constructor(url: string, lockMs: number, onError: (error: unknown) => void) {
    this.#url = url;
    this.#lockMs = lockMs;
    this.#onError = onError;
    this.#queue = new Queue(QUEUE, {
      // A request must not hang on a Redis that is gone: the sweeper announces what could not be.
      connection: { ...this.#connection(), enableOfflineQueue: false, maxRetriesPerRequest: 1 },
      defaultJobOptions: leaveNothing,
    });
    this.#queue.on('error', onError);
  }

  async announce(messages: readonly JobMessage[], delayMs = 0): Promise<void> {
    await this.#queue.waitUntilReady();
    await this.#queue.addBulk(
      messages.map(({ tenantId, jobId }) => ({
        name: 'job',
        data: { tenantId, jobId },
        // An id that is there already is not added again.
        opts: { jobId, ...(delayMs > 0 ? { delay: delayMs } : {}) },
      })),
    );
  }

  async receive(receive: Receiver, concurrency: number): Promise<Reception> {
    const worker = new Worker<JobMessage>(QUEUE, (job, token) => handle(job, token!, receive), {
      connection: { ...this.#connection(), maxRetriesPerRequest: null },
      concurrency,
      lockDuration: this.#lockMs,
      stalledInterval: this.#lockMs / 2,
      maxStalledCount: 1_000_000,
      runRetryDelay: RECONNECT_MS,
      drainDelay: 1,
      ...{ removeOnComplete: { count: 0 }, removeOnFail: { count: 0 } },
    });
    worker.on('error', this.#onError);
    return { stop: () => worker.close() };
  }

  async depth(): Promise<QueueDepth> {
    const { waiting, delayed, active } = await this.#queue.getJobCounts('waiting', 'delayed', 'active');
    return { waiting: waiting ?? 0, delayed: delayed ?? 0, active: active ?? 0 };
  }

  async ping(): Promise<void> {
    await this.#queue.isPaused();
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  #connection() {
    return { url: this.#url, retryStrategy: () => RECONNECT_MS };
  }
}

async function handle(job: Job<JobMessage>, token: string, receive: Receiver): Promise<void> {
  const again = await receive(job.data).catch(() => ({ afterMs: RETRY_MS }));
  if (!again) return;
  await job.moveToDelayed(Date.now() + again.afterMs, token);
  throw new DelayedError();
}
