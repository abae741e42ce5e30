import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { createOnce, type IdempotentRequest } from '../http/idempotency.js';
import { type Page, pageOf, startOf } from '../http/pages.js';
import { findJob } from '../jobs/job-records.js';
import { type JobRow, viewOfJob } from '../jobs/job.js';
import type { Jobs } from '../jobs/jobs.js';
import { viewsWithJobs } from '../jobs/views-with-jobs.js';
import { ConflictError, NotFoundError } from '../problems/problems.js';
import type { Scheduled } from '../schedules/scheduler.js';
import { scrubJobRows } from '../scrub-jobs/scrub-jobs.js';
import type { ScrubJobRow } from '../scrub-jobs/scrub-job.js';
import { resuming } from './run-checkpoint.js';
import type { ScrubRunQuery, ScrubRunRow, ScrubRunView } from './scrub-run.js';

export const SCRUB_JOB = 'scrub';

/** The executions of scrub jobs: started here, done by workers. */
export class ScrubRuns implements Scheduled {
  readonly #database: ServiceDatabase;
  readonly #jobs: Jobs;

  constructor(database: ServiceDatabase, jobs: Jobs) {
    this.#database = database;
    this.#jobs = jobs;
  }

  async list(caller: Caller, query: ScrubRunQuery): Promise<Page<ScrubRunView>> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const rows = await manager.query<{ id: string }[]>(
        `select id from scrub_runs where id > $1 and scrub_job_id = coalesce($3, scrub_job_id)
         order by id limit $2`,
        [startOf(query), query.limit + 1, query.scrubJobId ?? null],
      );
      return pageOf(
        await viewsOf(
          manager,
          rows.map((row) => row.id),
        ),
        query,
      );
    });
  }

  async get(caller: Caller, id: string): Promise<ScrubRunView> {
    return this.#database.asTenant(caller.tenantId, (manager) => view(manager, id));
  }

  async start(caller: Caller, scrubJobId: string, once?: IdempotentRequest): Promise<ScrubRunView> {
    const run = await this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        const { id } = await this.#add(manager, caller, await scrubJobRows.find(manager, scrubJobId), null);
        return view(manager, id);
      }),
    );
    await this.#jobs.announce(caller.tenantId, [run.job.id]);
    return run;
  }

  async cancel(caller: Caller, id: string): Promise<ScrubRunView> {
    const { run, announce } = await this.#database.asTenant(caller.tenantId, async (manager) => {
      const row = await findRun(manager, id);
      const cancelled = await this.#jobs.cancelWithin(manager, caller, row.job_id);
      return { run: await view(manager, id), announce: cancelled.announce };
    });
    await this.#jobs.announce(caller.tenantId, announce);
    return run;
  }

  /** Goes on with a run that failed or was cancelled, from what it has done where that can be. */
  async resume(caller: Caller, id: string): Promise<ScrubRunView> {
    const run = await this.#database.asTenant(caller.tenantId, async (manager) => {
      const row = await findRun(manager, id, 'for update');
      const last = await findJob(manager, row.job_id);
      if (last.state !== 'failed' && last.state !== 'cancelled') {
        throw new ConflictError(
          'run-not-resumable',
          `the run has ${last.state === 'succeeded' ? 'succeeded' : 'not ended'}`,
          'only a run that failed or was cancelled can be resumed; start a new one',
        );
      }
      const scrubJob = await scrubJobRows.find(manager, row.scrub_job_id);
      const jobId = await this.#addJob(manager, caller, scrubJob, id, resuming(last.checkpoint));
      await manager.query('update scrub_runs set job_id = $2 where id = $1', [id, jobId]);
      await recordAudit(manager, caller, {
        action: 'scrub-run.resumed',
        subject: `scrub-run:${id}`,
        details: { job: jobId },
      });
      return view(manager, id);
    });
    await this.#jobs.announce(caller.tenantId, [run.job.id]);
    return run;
  }

  async unfinished(manager: EntityManager, scrubJobId: string) {
    const rows = await manager.query<{ state: 'queued' | 'running' }[]>(
      `select j.state from scrub_runs r join jobs j on j.tenant_id = r.tenant_id and j.id = r.job_id
       where r.scrub_job_id = $1 and j.finished_at is null`,
      [scrubJobId],
    );
    return rows.map(({ state }) => state);
  }

  async startDue(
    manager: EntityManager,
    caller: Caller,
    scrubJobId: string,
    dueAt: Date,
  ): Promise<string | undefined> {
    const rows = await manager.query<ScrubJobRow[]>('select * from scrub_jobs where id = $1', [scrubJobId]);
    return rows[0] && (await this.#add(manager, caller, rows[0], dueAt)).jobId;
  }

  async #add(manager: EntityManager, caller: Caller, scrubJob: ScrubJobRow, dueAt: Date | null) {
    const id = uuidv7();
    const jobId = await this.#addJob(manager, caller, scrubJob, id, null);
    await manager.query(
      `insert into scrub_runs (tenant_id, id, scrub_job_id, job_id, due_at, created_by)
       values ($1, $2, $3, $4, $5, $6)`,
      [caller.tenantId, id, scrubJob.id, jobId, dueAt, caller.subject],
    );
    await recordAudit(manager, caller, {
      action: 'scrub-run.started',
      subject: `scrub-run:${id}`,
      details: { scrubJob: scrubJob.id, job: jobId },
    });
    return { id, jobId };
  }

  /** Two runs never build the same target at the same time. */
  #addJob(
    manager: EntityManager,
    caller: Caller,
    { source_id, target_id }: ScrubJobRow,
    runId: string,
    checkpoint: unknown,
  ): Promise<string> {
    return this.#jobs.add(manager, caller, {
      kind: SCRUB_JOB,
      subjectId: runId,
      dataSourceIds: [source_id, target_id],
      exclusiveKey: `target ${target_id}`,
      checkpoint,
    });
  }
}

/** Throws `NotFoundError`. */
export async function findRun(
  manager: EntityManager,
  id: string,
  lock: '' | 'for update' = '',
): Promise<ScrubRunRow> {
  const [row] = await manager.query<ScrubRunRow[]>(`select * from scrub_runs where id = $1 ${lock}`, [id]);
  if (!row) throw new NotFoundError('scrub run');
  return row;
}

async function view(manager: EntityManager, id: string): Promise<ScrubRunView> {
  const [found] = await viewsOf(manager, [id]);
  if (!found) throw new NotFoundError('scrub run');
  return found;
}

async function viewsOf(manager: EntityManager, ids: readonly string[]): Promise<ScrubRunView[]> {
  return viewsWithJobs(manager, { table: 'scrub_runs', viewOf }, ids);
}

function viewOf(row: ScrubRunRow, job: JobRow): ScrubRunView {
  return {
    id: row.id,
    scrubJobId: row.scrub_job_id,
    job: viewOfJob(job),
    ...(row.due_at ? { dueAt: row.due_at.toISOString() } : {}),
    ...(row.result ? { result: row.result } : {}),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}
