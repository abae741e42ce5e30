import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../auth/caller.js';
import { Conditions } from '../database/conditions.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { createOnce, type IdempotentRequest } from '../http/idempotency.js';
import { type Page, pageOf } from '../http/pages.js';
import { ConflictError, InvalidRequestError } from '../problems/problems.js';
import { ResourceRows } from '../resources/resource-rows.js';
import { readSchedules, writeSchedule } from '../schedules/schedule-rows.js';
import type { Schedule } from '../schedules/schedule.js';
import {
  type ChangeScrubJob,
  type CreateScrubJob,
  optionsOf,
  type ScrubJobsQuery,
  type ScrubJobRow,
  type ScrubJobView,
  viewOfScrubJob,
} from './scrub-job.js';

export const scrubJobRows = new ResourceRows<ScrubJobRow>({
  table: 'scrub_jobs',
  title: 'scrub job',
  kind: 'scrub-job',
});

/** What is copied where, under which policy, and when: the definitions that runs carry out. */
export class ScrubJobs {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  async list(caller: Caller, query: ScrubJobsQuery): Promise<Page<ScrubJobView>> {
    const where = new Conditions().andIf((p) => `${p} in (source_id, target_id)`, query.dataSource);
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const rows = await scrubJobRows.page(manager, query, where);
      return pageOf(await viewsOf(manager, rows), query);
    });
  }

  async get(caller: Caller, id: string): Promise<ScrubJobView> {
    return this.#database.asTenant(caller.tenantId, (manager) => view(manager, id));
  }

  async create(caller: Caller, request: CreateScrubJob, once?: IdempotentRequest): Promise<ScrubJobView> {
    refuseUselessSchedule(request.schedule, request.options.replace);
    return this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        await checkSides(manager, request);
        await requirePolicy(manager, request.policyId, request.policyVersion);
        await scrubJobRows.refuseTakenName(manager, request.name);
        const id = uuidv7();
        await manager.query(
          `insert into scrub_jobs (tenant_id, id, name, source_id, target_id, policy_id, policy_version,
             options, retention, hooks, created_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
          [
            ...[caller.tenantId, id, request.name, request.sourceId, request.targetId],
            ...[request.policyId, request.policyVersion ?? null, JSON.stringify(request.options)],
            ...[JSON.stringify(request.retention), JSON.stringify(request.hooks), caller.subject],
          ],
        );
        await writeSchedule(manager, caller, 'scrub', id, request.schedule ?? null);
        const { name, sourceId: source, targetId: target, policyId: policy } = request;
        await scrubJobRows.audit(manager, caller, 'created', id, { name, source, target, policy });
        return view(manager, id);
      }),
    );
  }

  async change(caller: Caller, id: string, version: number, request: ChangeScrubJob): Promise<ScrubJobView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const before = await scrubJobRows.matching(manager, id, version);
      const policyId = request.policyId ?? before.policy_id;
      const policyVersion =
        request.policyVersion === undefined && policyId === before.policy_id
          ? before.policy_version
          : (request.policyVersion ?? null);
      const name = request.name ?? before.name;
      const options = { ...optionsOf(before), ...request.options };
      const schedule = request.schedule;
      if (schedule) refuseUselessSchedule(schedule, options.replace);
      await requirePolicy(manager, policyId, policyVersion ?? undefined);
      if (name !== before.name) await scrubJobRows.refuseTakenName(manager, name);
      await manager.query(
        `update scrub_jobs set name = $2, policy_id = $3, policy_version = $4, options = $5, retention = $6,
           hooks = $7, version = version + 1 where id = $1`,
        [
          ...[id, name, policyId, policyVersion, JSON.stringify(options)],
          JSON.stringify({ ...before.retention, ...request.retention }),
          JSON.stringify(request.hooks ?? before.hooks),
        ],
      );
      if (schedule !== undefined) await writeSchedule(manager, caller, 'scrub', id, schedule);
      await scrubJobRows.audit(manager, caller, 'changed', id, { changed: Object.keys(request).sort() });
      return view(manager, id);
    });
  }

  /** Removes the definition and the records of its runs; attestations stay. */
  async remove(caller: Caller, id: string, version: number): Promise<void> {
    await this.#database.asTenant(caller.tenantId, async (manager) => {
      const row = await scrubJobRows.matching(manager, id, version);
      const running = await manager.query<unknown[]>(
        `select from scrub_runs r join jobs j on j.tenant_id = r.tenant_id and j.id = r.job_id
         where r.scrub_job_id = $1 and j.finished_at is null`,
        [id],
      );
      if (running.length > 0) {
        throw new ConflictError(
          'scrub-job-runs',
          'a run of it has not ended',
          'cancel the run, then try again',
        );
      }
      await writeSchedule(manager, caller, 'scrub', id, null);
      await manager.query('delete from scrub_jobs where id = $1', [id]);
      await scrubJobRows.audit(manager, caller, 'deleted', id, { name: row.name });
    });
  }
}

async function view(manager: EntityManager, id: string): Promise<ScrubJobView> {
  const [found] = await viewsOf(manager, [await scrubJobRows.find(manager, id)]);
  return found;
}

async function viewsOf(manager: EntityManager, rows: readonly ScrubJobRow[]): Promise<ScrubJobView[]> {
  const schedules = await readSchedules(
    manager,
    'scrub',
    rows.map(({ id }) => id),
  );
  return rows.map((row) => viewOfScrubJob(row, schedules.get(row.id)));
}

/** Source and target are two known data sources, and nobody's production is overwritten. */
async function checkSides(manager: EntityManager, { sourceId, targetId }: CreateScrubJob): Promise<void> {
  if (sourceId === targetId) {
    throw new InvalidRequestError([{ at: 'body.targetId', problem: 'is the source: choose another' }]);
  }
  const rows = await manager.query<{ id: string; environment: string; engine: string }[]>(
    'select id, environment, engine from data_sources where id = any ($1)',
    [[sourceId, targetId]],
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  const problems = (['sourceId', 'targetId'] as const)
    .filter((side) => !known.has(side === 'sourceId' ? sourceId : targetId))
    .map((side) => ({ at: `body.${side}`, problem: 'is no data source' }));
  if (problems.length > 0) throw new InvalidRequestError(problems);
  if (known.get(targetId)!.environment === 'production') {
    throw new ConflictError(
      'target-is-production',
      'the target is a data source of production, which a scrub would overwrite',
      'register the target with its own environment (staging, test or development)',
    );
  }
}

async function requirePolicy(
  manager: EntityManager,
  policyId: string,
  version: number | undefined,
): Promise<void> {
  const found = await manager.query<unknown[]>(
    'select from policy_versions where policy_id = $1 and ($2::int is null or number = $2) limit 1',
    [policyId, version ?? null],
  );
  if (found.length > 0) return;
  const at = version === undefined ? 'body.policyId' : 'body.policyVersion';
  throw new InvalidRequestError([{ at, problem: 'is no policy, or none of its versions' }]);
}

/** A copy that is made anew each night must be allowed to replace last night's. */
function refuseUselessSchedule(schedule: Schedule | undefined, replace: boolean): void {
  if (!schedule || replace) return;
  const problem = 'needs options.replace, since each run but the first finds the copy of the one before';
  throw new InvalidRequestError([{ at: 'body.schedule', problem }]);
}
