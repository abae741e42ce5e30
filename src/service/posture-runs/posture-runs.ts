import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { DescribedCheck } from '../../domain/posture/evaluate-checks.js';
import { reportFormatOf } from '../../domain/posture/reports/report-format.js';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { createOnce, type IdempotentRequest } from '../http/idempotency.js';
import { numberedPageOf, type Page, pageOf, startNumberOf, startOf } from '../http/pages.js';
import type { Jobs } from '../jobs/jobs.js';
import { InvalidRequestError, NotFoundError } from '../problems/problems.js';
import { readPostureSettings } from '../posture-settings/posture-settings.js';
import { readSchedules, writeSchedule } from '../schedules/schedule-rows.js';
import type { Schedule, ScheduleView } from '../schedules/schedule.js';
import type { Scheduled } from '../schedules/scheduler.js';
import { findPostureRun, newestResults, readFindings, readResults, viewsOf } from './posture-run-rows.js';
import {
  type PostureCheckView,
  type PostureFinding,
  type PostureFindingQuery,
  type PostureRunQuery,
  type PostureRunView,
  type PostureTrend,
  type ReportName,
  startPostureRun,
  type StartPostureRun,
} from './posture-run.js';

export const POSTURE_JOB = 'posture-run';

/** Asks how data sources protect what they hold: started here, done by workers. */
export class PostureRuns implements Scheduled {
  readonly #database: ServiceDatabase;
  readonly #jobs: Jobs;
  readonly #checks: readonly DescribedCheck[];

  constructor(database: ServiceDatabase, jobs: Jobs, checks: readonly DescribedCheck[]) {
    this.#database = database;
    this.#jobs = jobs;
    this.#checks = checks;
  }

  /** What is asked, of whatever kind of asset. */
  checks(): readonly PostureCheckView[] {
    return this.#checks.map(({ id, title, severity, why, controls, sources, check: { on, reads } }) => ({
      ...{ id, title, severity, on, reads, why, controls, sources },
    }));
  }

  async list(caller: Caller, query: PostureRunQuery): Promise<Page<PostureRunView>> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const rows = await manager.query<{ id: string }[]>(
        `select id from posture_runs where id > $1 and data_source_id = coalesce($3, data_source_id)
         order by id limit $2`,
        [startOf(query), query.limit + 1, query.dataSourceId ?? null],
      );
      const ids = rows.map(({ id }) => id);
      return pageOf(await viewsOf(manager, ids), query);
    });
  }

  async get(caller: Caller, id: string): Promise<PostureRunView> {
    return this.#database.asTenant(caller.tenantId, (manager) => findPostureRun(manager, id));
  }

  async start(
    caller: Caller,
    dataSourceId: string,
    options: StartPostureRun,
    once?: IdempotentRequest,
  ): Promise<PostureRunView> {
    const view = await this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        await requireDataSource(manager, dataSourceId);
        this.#refuseUnknownChecks(options.checks);
        const { id } = await this.#add(manager, caller, dataSourceId, options);
        return findPostureRun(manager, id);
      }),
    );
    await this.#jobs.announce(caller.tenantId, [view.job.id]);
    return view;
  }

  async cancel(caller: Caller, id: string): Promise<PostureRunView> {
    const { view, announce } = await this.#database.asTenant(caller.tenantId, async (manager) => {
      const { job } = await findPostureRun(manager, id);
      const cancelled = await this.#jobs.cancelWithin(manager, caller, job.id);
      return { view: await findPostureRun(manager, id), announce: cancelled.announce };
    });
    await this.#jobs.announce(caller.tenantId, announce);
    return view;
  }

  async findings(caller: Caller, id: string, query: PostureFindingQuery): Promise<Page<PostureFinding>> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const { hasResults } = await findPostureRun(manager, id);
      if (!hasResults) await readResults(manager, id);
      const rows = await readFindings(manager, id, startNumberOf(query), query);
      const { items, ...page } = numberedPageOf(rows, query, ({ place }) => place);
      return { items: items.map(({ finding }) => finding), ...page };
    });
  }

  async report(caller: Caller, id: string, name: ReportName): Promise<string> {
    const results = await this.#database.asTenant(caller.tenantId, (manager) => readResults(manager, id));
    return reportFormatOf(`posture.${name}`)!.print(results, this.#checks);
  }

  /** Scores of a data source's runs, oldest first: a year of daily ones. */
  async trend(caller: Caller, dataSourceId: string): Promise<PostureTrend> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await requireDataSource(manager, dataSourceId);
      return { items: (await newestResults(manager, dataSourceId))?.trend ?? [] };
    });
  }

  async scheduleOf(caller: Caller, dataSourceId: string): Promise<ScheduleView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const schedule = (await readSchedules(manager, 'posture', [dataSourceId])).get(dataSourceId);
      if (!schedule) throw new NotFoundError('schedule');
      return schedule;
    });
  }

  /** Sets when the data source is looked at by itself; null for never. */
  async setSchedule(caller: Caller, dataSourceId: string, schedule: Schedule | null): Promise<void> {
    await this.#database.asTenant(caller.tenantId, async (manager) => {
      await requireDataSource(manager, dataSourceId);
      await writeSchedule(manager, caller, 'posture', dataSourceId, schedule);
      await recordAudit(manager, caller, {
        action: schedule ? 'posture-schedule.set' : 'posture-schedule.removed',
        subject: `data-source:${dataSourceId}`,
        details: schedule ? { cron: schedule.cron, timeZone: schedule.timeZone } : {},
      });
    });
  }

  async unfinished(manager: EntityManager, dataSourceId: string) {
    const rows = await manager.query<{ state: 'queued' | 'running' }[]>(
      `select j.state from posture_runs p join jobs j on j.tenant_id = p.tenant_id and j.id = p.job_id
       where p.data_source_id = $1 and j.finished_at is null`,
      [dataSourceId],
    );
    return rows.map(({ state }) => state);
  }

  async startDue(manager: EntityManager, caller: Caller, dataSourceId: string): Promise<string | undefined> {
    const there = await manager.query<unknown[]>('select from data_sources where id = $1', [dataSourceId]);
    if (there.length === 0) return undefined;
    return (await this.#add(manager, caller, dataSourceId, startPostureRun.parse({}))).jobId;
  }

  async #add(manager: EntityManager, caller: Caller, dataSourceId: string, options: StartPostureRun) {
    const id = uuidv7();
    const { productionId } = await readPostureSettings(manager, dataSourceId);
    const jobId = await this.#jobs.add(manager, caller, {
      kind: POSTURE_JOB,
      subjectId: id,
      dataSourceIds: [dataSourceId, ...(productionId === undefined ? [] : [productionId])],
    });
    await manager.query(
      `insert into posture_runs (tenant_id, id, data_source_id, job_id, options, created_by)
       values ($1, $2, $3, $4, $5, $6)`,
      [caller.tenantId, id, dataSourceId, jobId, JSON.stringify(options), caller.subject],
    );
    await recordAudit(manager, caller, {
      action: 'posture-run.started',
      subject: `posture-run:${id}`,
      details: { dataSource: dataSourceId, job: jobId },
    });
    return { id, jobId };
  }

  #refuseUnknownChecks(ids: readonly string[]): void {
    const known = new Set(this.#checks.map(({ id }) => id));
    const problems = ids.flatMap((id, i) =>
      known.has(id) ? [] : [{ at: `body.checks.${i}`, problem: 'is no check: see GET /posture-checks' }],
    );
    if (problems.length > 0) throw new InvalidRequestError(problems);
  }
}

async function requireDataSource(manager: EntityManager, id: string): Promise<void> {
  const there = await manager.query<unknown[]>('select from data_sources where id = $1', [id]);
  if (there.length === 0) throw new NotFoundError('data source');
}
