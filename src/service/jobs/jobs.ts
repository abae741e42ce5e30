import type { EntityManager } from 'typeorm';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { type Page, pageOf, type PageQuery, startOf } from '../http/pages.js';
import { ConflictError } from '../problems/problems.js';
import { concludeJob } from './conclude-job.js';
import { cancelled } from './job-failure.js';
import type { JobKind } from './job-kind.js';
import type { JobQueue } from './job-queue.js';
import { findJob, insertJob, type NewJob, requestCancel } from './job-records.js';
import { isEnded, type JobRow, type JobView, viewOfJob } from './job.js';

export interface JobFilter extends PageQuery {
  readonly kind?: string;
  readonly state?: string;
  readonly subjectId?: string;
}

/** The long work of a tenant: started here, done by workers. */
export class Jobs {
  readonly #database: ServiceDatabase;
  readonly #queue: JobQueue;
  readonly #kinds: ReadonlyMap<string, JobKind>;

  constructor(database: ServiceDatabase, queue: JobQueue, kinds: ReadonlyMap<string, JobKind>) {
    this.#database = database;
    this.#queue = queue;
    this.#kinds = kinds;
  }

  async list(caller: Caller, query: JobFilter): Promise<Page<JobView>> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const rows = await manager.query<JobRow[]>(
        `select * from jobs where id > $1 and kind = coalesce($3, kind) and state = coalesce($4, state)
           and subject_id = coalesce($5, subject_id) order by id limit $2`,
        [startOf(query), query.limit + 1, query.kind ?? null, query.state ?? null, query.subjectId ?? null],
      );
      return pageOf(rows.map(viewOfJob), query);
    });
  }

  async get(caller: Caller, id: string): Promise<JobView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => viewOfJob(await findJob(manager, id)));
  }

  /**
   * Adds a job in the caller's transaction. Call `announce` when it is through: before, a worker would
   * not see the job.
   */
  add(manager: EntityManager, caller: Caller, job: NewJob): Promise<string> {
    return insertJob(manager, caller, job);
  }

  /** Tells workers of jobs. What the queue cannot take now, the sweeper announces later. */
  async announce(tenantId: string, jobIds: readonly string[]): Promise<void> {
    if (jobIds.length === 0) return;
    await this.#queue.announce(jobIds.map((jobId) => ({ tenantId, jobId }))).catch(() => undefined);
  }

  /** Ends a job that waits, and asks the worker of one that runs to stop. */
  async cancel(caller: Caller, id: string): Promise<JobView> {
    const { view, announce } = await this.#database.asTenant(caller.tenantId, (manager) =>
      this.cancelWithin(manager, caller, id),
    );
    await this.announce(caller.tenantId, announce);
    return view;
  }

  /** As `cancel`, in the caller's transaction; gives what to announce when it is through. */
  async cancelWithin(
    manager: EntityManager,
    caller: Caller,
    id: string,
  ): Promise<{ readonly view: JobView; readonly announce: readonly string[] }> {
    const job = await findJob(manager, id, 'for update');
    if (isEnded(job.state)) {
      throw new ConflictError('job-ended', `the job has ${job.state}`, 'there is nothing left to cancel');
    }
    await recordAudit(manager, caller, {
      action: 'job.cancelled',
      subject: `job:${id}`,
      details: { kind: job.kind, subject: job.subject_id },
    });
    let announce: readonly string[] = [];
    if (job.state === 'running') await requestCancel(manager, id);
    else {
      const end = { state: 'cancelled', reason: cancelled } as const;
      announce = (await concludeJob(manager, this.#kinds, job, end)) ?? [];
    }
    return { view: viewOfJob(await findJob(manager, id)), announce };
  }
}
