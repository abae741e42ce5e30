import { PgBoss } from 'pg-boss';
import type { JobMessage, JobQueue, QueueDepth, Receiver, Reception } from './job-queue.js';

const QUEUE = 'jobs';
const CHANNEL = 'scrubjay_announced';

/** Seconds: pg-boss takes no shorter one. Takeover does not wait for it: see `job-sweeper.ts`. */
const HEARTBEAT_SECONDS = 30;

/** Milliseconds until messages are looked for when nobody rang. */
const POLL_MS = 1_000;

/** Milliseconds until the queue is tried again when the database did not answer. */
const RETRY_MS = 1_000;

/** The queue on the service's own PostgreSQL, in a schema of its own that the service's role cannot see. */
export class PgBossQueue implements JobQueue {
  readonly id = 'pg-boss';
  readonly #boss: PgBoss;
  readonly #bells = new Set<() => void>();
  #listening: { close(): Promise<void> } | undefined;

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /** @param ownerUrl the owner's connection: pg-boss keeps its own tables up to date */
  static async open(ownerUrl: string, onError: (error: unknown) => void): Promise<PgBossQueue> {
    const boss = new PgBoss({
      connectionString: ownerUrl,
      application_name: 'scrubjay queue',
      schema: 'scrubjay_queue',
      max: 4,
      schedule: false,
      superviseIntervalSeconds: 30,
      registerInstance: false,
    });
    boss.on('error', onError);
    await boss.start();
    // `short` holds one waiting message a singletonKey. Retries are ours to count: pg-boss may not give up.
    await boss.createQueue(QUEUE, {
      policy: 'short',
      retryLimit: 1_000_000,
      expireInSeconds: 86_400,
      retentionSeconds: 365 * 86_400,
      deleteAfterSeconds: 3_600,
      heartbeatSeconds: HEARTBEAT_SECONDS,
    });
    const queue = new PgBossQueue(boss);
    queue.#listening = await boss.getDb().listen?.(
      CHANNEL,
      () => queue.#ring(),
      () => queue.#ring(),
    );
    return queue;
  }

  async announce(messages: readonly JobMessage[], delayMs = 0): Promise<void> {
    await this.#insert(messages, delayMs);
    if (delayMs === 0) await this.#boss.getDb().executeSql(`notify ${CHANNEL}`);
  }

  async receive(receive: Receiver, concurrency: number): Promise<Reception> {
    const under = new Map<string, Promise<void>>();
    const stop = new AbortController();
    let wake: () => void = () => undefined;
    const bell = () => wake();
    this.#bells.add(bell);

    const take = async (): Promise<void> => {
      const free = concurrency - under.size;
      const messages =
        free > 0 ? await this.#boss.fetch<JobMessage>(QUEUE, { batchSize: Math.min(free, 100) }) : [];
      for (const { id, data } of messages) {
        const handled = this.#handle(id, data, receive).finally(() => {
          under.delete(id);
          wake();
        });
        under.set(id, handled);
      }
      // A full catch tells of more.
      if (messages.length === 0 || messages.length < free || free === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, POLL_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    };
    const loop = (async () => {
      while (!stop.signal.aborted) await take().catch(() => sleep(RETRY_MS));
    })();
    const alive = setInterval(
      () => {
        // A beat that fails is made up for by the next; too many, and the message comes again.
        if (under.size > 0) this.#boss.touch(QUEUE, [...under.keys()]).catch(() => undefined);
      },
      (HEARTBEAT_SECONDS * 1_000) / 3,
    );
    return {
      stop: async () => {
        stop.abort();
        this.#bells.delete(bell);
        wake();
        await loop;
        await Promise.allSettled(under.values());
        clearInterval(alive);
      },
    };
  }

  async depth(): Promise<QueueDepth> {
    const { rows } = (await this.#boss.getDb().executeSql(
      `select count(*) filter (where state < 'active' and start_after <= now())::int as waiting,
              count(*) filter (where state < 'active' and start_after > now())::int as delayed,
              count(*) filter (where state = 'active')::int as active
       from scrubjay_queue.job where name = $1`,
      [QUEUE],
    )) as { rows: [QueueDepth] };
    return rows[0];
  }

  async ping(): Promise<void> {
    await this.#boss.getDb().executeSql('select 1');
  }

  async close(): Promise<void> {
    await this.#listening?.close();
    await this.#boss.stop({ graceful: false, close: true });
  }

  async #handle(id: string, message: JobMessage, receive: Receiver): Promise<void> {
    try {
      const again = await receive(message);
      if (again) await this.#insert([message], again.afterMs);
      await this.#boss.deleteJob(QUEUE, id);
    } catch {
      // Not settled: comes again when its heartbeat is missed, and earlier when the sweeper finds the job.
    }
  }

  async #insert(messages: readonly JobMessage[], delayMs: number): Promise<void> {
    // As a duration: the database's clock counts it, whatever ours says.
    const startAfter = delayMs > 0 ? { startAfter: delayMs / 1_000 } : {};
    await this.#boss.insert(
      QUEUE,
      messages.map(({ tenantId, jobId }) => ({
        data: { tenantId, jobId },
        singletonKey: jobId,
        ...startAfter,
      })),
    );
  }

  #ring(): void {
    for (const bell of this.#bells) bell();
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
