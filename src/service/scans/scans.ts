import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { createOnce, type IdempotentRequest } from '../http/idempotency.js';
import { type Page, pageOf, startOf } from '../http/pages.js';
import { type JobRow, viewOfJob } from '../jobs/job.js';
import type { Jobs } from '../jobs/jobs.js';
import { viewsWithJobs } from '../jobs/views-with-jobs.js';
import { NotFoundError } from '../problems/problems.js';
import { readSchedules, writeSchedule } from '../schedules/schedule-rows.js';
import type { Schedule, ScheduleView } from '../schedules/schedule.js';
import type { Scheduled } from '../schedules/scheduler.js';
import { type ScanQuery, type ScanRow, type ScanView, startScan, type StartScan } from './scan.js';

export const SCAN_JOB = 'scan';

/** Looks at data sources: started here, done by workers. */
export class Scans implements Scheduled {
  readonly #database: ServiceDatabase;
  readonly #jobs: Jobs;

  constructor(database: ServiceDatabase, jobs: Jobs) {
    this.#database = database;
    this.#jobs = jobs;
  }

  async list(caller: Caller, query: ScanQuery): Promise<Page<ScanView>> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const rows = await manager.query<{ id: string }[]>(
        `select id from scans where id > $1 and data_source_id = coalesce($3, data_source_id) order by id limit $2`,
        [startOf(query), query.limit + 1, query.dataSourceId ?? null],
      );
      return pageOf(
        await viewsOf(
          manager,
          rows.map(({ id }) => id),
        ),
        query,
      );
    });
  }

  async get(caller: Caller, id: string): Promise<ScanView> {
    return this.#database.asTenant(caller.tenantId, (manager) => find(manager, id));
  }

  async start(
    caller: Caller,
    dataSourceId: string,
    options: StartScan,
    once?: IdempotentRequest,
  ): Promise<ScanView> {
    const view = await this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        await requireDataSource(manager, dataSourceId);
        const { id } = await this.#add(manager, caller, dataSourceId, options);
        return find(manager, id);
      }),
    );
    await this.#jobs.announce(caller.tenantId, [view.job.id]);
    return view;
  }

  async cancel(caller: Caller, id: string): Promise<ScanView> {
    const { view, announce } = await this.#database.asTenant(caller.tenantId, async (manager) => {
      const { job } = await find(manager, id);
      const cancelled = await this.#jobs.cancelWithin(manager, caller, job.id);
      return { view: await find(manager, id), announce: cancelled.announce };
    });
    await this.#jobs.announce(caller.tenantId, announce);
    return view;
  }

  async scheduleOf(caller: Caller, dataSourceId: string): Promise<ScheduleView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const schedule = (await readSchedules(manager, 'scan', [dataSourceId])).get(dataSourceId);
      if (!schedule) throw new NotFoundError('schedule');
      return schedule;
    });
  }

  /** Sets when the data source is scanned by itself; null for never. */
  async setSchedule(caller: Caller, dataSourceId: string, schedule: Schedule | null): Promise<void> {
    await this.#database.asTenant(caller.tenantId, async (manager) => {
      await requireDataSource(manager, dataSourceId);
      await writeSchedule(manager, caller, 'scan', dataSourceId, schedule);
      await recordAudit(manager, caller, {
        action: schedule ? 'scan-schedule.set' : 'scan-schedule.removed',
        subject: `data-source:${dataSourceId}`,
        details: schedule ? { cron: schedule.cron, timeZone: schedule.timeZone } : {},
      });
    });
  }

  async unfinished(manager: EntityManager, dataSourceId: string) {
    const rows = await manager.query<{ state: 'queued' | 'running' }[]>(
      `select j.state from scans s join jobs j on j.tenant_id = s.tenant_id and j.id = s.job_id
       where s.data_source_id = $1 and j.finished_at is null`,
      [dataSourceId],
    );
    return rows.map(({ state }) => state);
  }

  async startDue(manager: EntityManager, caller: Caller, dataSourceId: string): Promise<string | undefined> {
    const there = await manager.query<unknown[]>('select from data_sources where id = $1', [dataSourceId]);
    if (there.length === 0) return undefined;
    const options = startScan.parse({ incremental: true });
    return (await this.#add(manager, caller, dataSourceId, options)).jobId;
  }

  async #add(manager: EntityManager, caller: Caller, dataSourceId: string, options: StartScan) {
    const id = uuidv7();
    const jobId = await this.#jobs.add(manager, caller, {
      kind: SCAN_JOB,
      subjectId: id,
      dataSourceIds: [dataSourceId],
    });
    await manager.query(
      `insert into scans (tenant_id, id, data_source_id, job_id, options, created_by)
       values ($1, $2, $3, $4, $5, $6)`,
      [caller.tenantId, id, dataSourceId, jobId, JSON.stringify(options), caller.subject],
    );
    await recordAudit(manager, caller, {
      action: 'scan.started',
      subject: `scan:${id}`,
      details: { dataSource: dataSourceId, job: jobId },
    });
    return { id, jobId };
  }
}

async function requireDataSource(manager: EntityManager, id: string): Promise<void> {
  const there = await manager.query<unknown[]>('select from data_sources where id = $1', [id]);
  if (there.length === 0) throw new NotFoundError('data source');
}

async function find(manager: EntityManager, id: string): Promise<ScanView> {
  const [view] = await viewsOf(manager, [id]);
  if (!view) throw new NotFoundError('scan');
  return view;
}

async function viewsOf(manager: EntityManager, ids: readonly string[]): Promise<ScanView[]> {
  return viewsWithJobs(manager, { table: 'scans', viewOf }, ids);
}

function viewOf(row: ScanRow, job: JobRow): ScanView {
  return {
    id: row.id,
    dataSourceId: row.data_source_id,
    options: row.options,
    job: viewOfJob(job),
    ...(row.result ? { result: row.result } : {}),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}
