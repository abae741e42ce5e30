import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import type { ServiceDatabase } from '../database/service-database.js';
import { backoffMs } from './backoff.js';
import { concludeJob } from './conclude-job.js';
import { HeldJob } from './held-job.js';
import { cancelled, mayPass, reasonOf } from './job-failure.js';
import type { JobEnd, JobKind, JobResult } from './job-kind.js';
import type { JobNews } from './job-news.js';
import type { JobMessage, JobQueue, JobTimings, Reception, Redelivery } from './job-queue.js';
import { claimJob, giveBack } from './job-records.js';
import type { JobRow } from './job.js';

/** What a worker tells of itself: to metrics and to the log. Never more than ids and codes. */
export interface WorkerWatch {
  started(job: JobRow): void;
  /** @param how a final state, or why the attempt ended without one */
  settled(job: JobRow, how: JobEnd['state'] | 'retried' | 'lost' | 'given-back', durationMs: number): void;
  /** An error that is not ours: its text may quote data and is for nobody. */
  unexpected(job: JobRow, error: unknown): void;
}

export interface WorkerOptions {
  readonly database: ServiceDatabase;
  readonly queue: JobQueue;
  readonly news: JobNews;
  readonly kinds: ReadonlyMap<string, JobKind>;
  readonly timings: JobTimings;
  /** Names the process, for people who look at the jobs table. */
  readonly name: string;
  /** Jobs that this worker does at a time. */
  readonly concurrency: number;
  /** Jobs that all workers together may do on one data source at a time. */
  readonly perDataSource: number;
  readonly watch: WorkerWatch;
}

/** Takes jobs from the queue, does them, and brings each to an end. */
export class JobWorker {
  readonly #options: WorkerOptions;
  readonly #held = new Set<HeldJob>();
  #reception: Reception | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { queue, concurrency } = this.#options;
    this.#reception = await queue.receive((message) => this.#receive(message), concurrency);
  }

  /** How many jobs are under way. */
  get running(): number {
    return this.#held.size;
  }

  /**
   * Takes no more jobs; lets those under way end for `graceMs`, then has them stop at their next safe
   * place and gives them back to other workers.
   */
  async stop(graceMs: number): Promise<void> {
    const late = setTimeout(() => {
      for (const held of this.#held) held.interrupt('stopping');
    }, graceMs);
    await this.#reception?.stop();
    clearTimeout(late);
  }

  async #receive({ tenantId, jobId }: JobMessage): Promise<Redelivery> {
    const { database, kinds, timings, name, perDataSource } = this.#options;
    const claim = await database.asTenant(tenantId, (manager) =>
      claimJob(manager, jobId, {
        worker: name,
        leaseMs: timings.leaseMs,
        deferMs: timings.deferMs,
        perDataSource,
        maxFailures: (kind) => kinds.get(kind)?.maxFailures,
      }),
    );
    if (claim.verdict === 'over') return undefined;
    if (claim.verdict === 'wait') return { afterMs: claim.afterMs };
    if (claim.verdict === 'claimed') return this.#work(claim.job);
    await this.#conclude(claim.job, claim.end);
    return undefined;
  }

  async #work(job: JobRow): Promise<Redelivery> {
    const { database, news, kinds, timings, watch } = this.#options;
    const held = new HeldJob(job, database, news, timings);
    this.#held.add(held);
    const startedAt = performance.now();
    const settle = (how: Parameters<WorkerWatch['settled']>[1]) =>
      watch.settled(job, how, performance.now() - startedAt);
    watch.started(job);
    try {
      const result = await kinds.get(job.kind)!.run(held.attempt);
      const concluded = await this.#conclude(job, { state: 'succeeded' }, result, held);
      settle(concluded ? 'succeeded' : 'lost');
      return undefined;
    } catch (error) {
      return await this.#fail(held, error, settle);
    } finally {
      held.letGo();
      this.#held.delete(held);
    }
  }

  async #fail(
    held: HeldJob,
    error: unknown,
    settle: (how: Parameters<WorkerWatch['settled']>[1]) => void,
  ): Promise<Redelivery> {
    const { database, kinds, watch } = this.#options;
    const { job, interruption } = held;
    if (interruption?.why === 'lost') {
      settle('lost');
      return undefined;
    }
    if (interruption?.why === 'cancelled') {
      await this.#conclude(job, { state: 'cancelled', reason: cancelled }, undefined, held);
      settle('cancelled');
      return undefined;
    }
    if (interruption?.why === 'stopping') {
      await database.asTenant(job.tenant_id, (manager) => giveBack(manager, job, { delayMs: 0 }));
      settle('given-back');
      return { afterMs: 0 };
    }
    const reason = reasonOf(error);
    if (reason.code === 'internal') watch.unexpected(job, error);
    const failures = job.failures + 1;
    if (!mayPass(error) || failures >= kinds.get(job.kind)!.maxFailures) {
      await this.#conclude(job, { state: 'failed', reason }, undefined, held);
      settle('failed');
      return undefined;
    }
    const delayMs = backoffMs(failures, Math.random());
    await database.asTenant(job.tenant_id, (manager) => giveBack(manager, job, { delayMs, reason }));
    settle('retried');
    return { afterMs: delayMs };
  }

  /**
   * Ends a job in one transaction with what it brought. Where our own database does not answer, it is
   * tried until the job is lost: the work is done, and only its record is missing. False when lost.
   */
  async #conclude(job: JobRow, end: JobEnd, result?: JobResult, held?: HeldJob): Promise<boolean> {
    const { database, kinds, queue } = this.#options;
    const once = () =>
      database.asTenant(job.tenant_id, (manager: EntityManager) =>
        concludeJob(manager, kinds, job, end, result),
      );
    for (;;) {
      try {
        const announce = await once();
        if (!announce) return false;
        // What cannot be announced is found by the sweeper.
        const messages = announce.map((jobId) => ({ tenantId: job.tenant_id, jobId }));
        if (messages.length > 0) await queue.announce(messages).catch(() => undefined);
        return true;
      } catch (error) {
        if (!isLoss(error) || !held || held.interruption?.why === 'lost') throw error;
        await sleep(500);
      }
    }
  }
}

/** True when the service's own database went away under a statement. */
function isLoss(error: unknown): boolean {
  const { code, message = '' } = error as { code?: unknown; message?: string };
  if (code === 'unavailable') return true;
  if (typeof code === 'string' && /^(08|57P|ECONN|EPIPE|ENOTFOUND|ETIMEDOUT)/.test(code)) return true;
  return /connection (terminated|ended)|timeout exceeded when trying to connect/i.test(message);
}
