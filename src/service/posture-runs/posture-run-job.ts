import type { EntityManager } from 'typeorm';
import type { DescribedCheck } from '../../domain/posture/evaluate-checks.js';
import { declarationsSchema } from '../../domain/posture/facts/declarations.js';
import { labelledColumns } from '../../domain/posture/facts/labelled-column.js';
import type { MissingInput } from '../../domain/posture/facts/missing-input.js';
import type { Asset } from '../../domain/posture/finding.js';
import { unmaskedColumns } from '../../domain/posture/unmasked-columns.js';
import { packageVersion } from '../../package-version.js';
import type { Rules } from '../../rules/read-rules.js';
import { runPosture } from '../../runs/posture/posture-run.js';
import { recordAudit } from '../audit/audit-log.js';
import type { DataSourceLocations } from '../data-sources/read-location.js';
import type { ServiceDatabase } from '../database/service-database.js';
import type { JobAttempt, JobEnd, JobKind, JobResult } from '../jobs/job-kind.js';
import type { JobRow } from '../jobs/job.js';
import { readKnown } from '../labels/kept-labels.js';
import { readPolicyVersion } from '../policies/policy-versions.js';
import { readExceptionsFor } from '../posture-exceptions/posture-exceptions.js';
import { readPostureSettings } from '../posture-settings/posture-settings.js';
import { NotFoundError } from '../problems/problems.js';
import { notify } from '../webhooks/notify.js';
import { newestResults, rowColumns, writeResults } from './posture-run-rows.js';
import type { PostureRunRow } from './posture-run.js';
import { POSTURE_JOB } from './posture-runs.js';

export interface PostureRunJobParts {
  readonly database: ServiceDatabase;
  readonly locations: DataSourceLocations;
  readonly rules: Rules;
  readonly checks: readonly DescribedCheck[];
}

/** How a caller of the API gives what a run had not. */
const missing: MissingInput = {
  labels: 'scan the data source: POST /data-sources/{id}/scans',
  policy: 'name the policy that it is judged by: PUT /data-sources/{id}/posture-settings',
  production: 'name the data source of production: PUT /data-sources/{id}/posture-settings',
};

/** Ids that a notification holds at most. */
const MOST_NAMED = 100;

/** Asks every check of one data source, and writes the results in the transaction that ends the job. */
export class PostureRunJob implements JobKind {
  readonly id = POSTURE_JOB;
  readonly maxFailures = 5;
  readonly #parts: PostureRunJobParts;

  constructor(parts: PostureRunJobParts) {
    this.#parts = parts;
  }

  async run(attempt: JobAttempt): Promise<JobResult> {
    const { database, locations, checks } = this.#parts;
    const { tenantId, signal, report } = attempt;
    const { run, environment, settings, exceptions, labels, unmasked, before } = await database.asTenant(
      tenantId,
      (manager) => this.#read(manager, attempt.subjectId),
    );
    const location = await locations.locationOf(tenantId, run.data_source_id);
    const production =
      settings.productionId === undefined
        ? undefined
        : await locations.locationOf(tenantId, settings.productionId);
    signal.throwIfAborted();
    const wanted = new Set(run.options.checks);
    const results = await runPosture({
      checks: wanted.size === 0 ? checks : checks.filter(({ id }) => wanted.has(id)),
      declarations: { ...declarationsSchema.parse(settings.declarations), environment, exceptions },
      ...(labels ? { labels } : {}),
      ...(unmasked ? { unmaskedColumns: unmasked } : {}),
      targets: { location, ...(production === undefined ? {} : { production }) },
      timeoutMs: run.options.timeoutSeconds * 1_000,
      missing,
      toolVersion: packageVersion(),
      inventory: 'labels.yaml',
      ...(before ? { before } : {}),
      onProgress: (doing) => report({ phase: 'checking', doing, done: 0, total: 1 }),
    });
    signal.throwIfAborted();
    return async (manager) => {
      await writeResults(manager, run.id, run.data_source_id, results);
      const caller = { tenantId, subject: attempt.createdBy, roles: [] };
      const { score, coverage, counts } = results.score;
      await recordAudit(manager, caller, {
        action: 'posture-run.recorded',
        subject: `posture-run:${run.id}`,
        details: { dataSource: run.data_source_id, score, coverage, counts },
      });
    };
  }

  async ended(manager: EntityManager, job: JobRow, { state, reason }: JobEnd): Promise<readonly string[]> {
    const run = await findRow(manager, job.subject_id);
    // Its data source was removed while it ran: there is nothing left to tell of.
    if (!run) return [];
    const { summary } = run;
    const about = { postureRunId: run.id, dataSourceId: run.data_source_id };
    const jobs = await notify(manager, job.tenant_id, 'posture-run.ended', {
      ...about,
      state,
      ...(reason ? { reason: reason.code } : {}),
      ...(summary ? { score: summary.score.score, coverage: summary.score.coverage } : {}),
    });
    const comparison = state === 'succeeded' ? summary?.comparison : undefined;
    if (!comparison || comparison.regressed.length + comparison.new.length === 0) return jobs;
    const regressed = await notify(manager, job.tenant_id, 'posture.regressed', {
      ...about,
      score: summary!.score.score,
      scoreBefore: comparison.scoreBefore,
      new: comparison.new.length,
      regressed: comparison.regressed.length,
      findings: await checksOf(manager, run.id, [...comparison.regressed, ...comparison.new]),
    });
    return [...jobs, ...regressed];
  }

  async #read(manager: EntityManager, runId: string) {
    const run = await findRow(manager, runId);
    if (!run) throw new NotFoundError('posture run');
    const [{ environment }] = await manager.query<{ environment: Asset['environment'] }[]>(
      'select environment from data_sources where id = $1',
      [run.data_source_id],
    );
    const settings = await readPostureSettings(manager, run.data_source_id);
    const { catalog, labels: all } = await readKnown(manager, run.data_source_id);
    // Before the first scan nobody knows what there is, which is not to know that there is nothing.
    const labels = catalog ? labelledColumns(all) : undefined;
    const types = this.#parts.rules.informationTypes;
    const policy =
      settings.policyId === undefined
        ? undefined
        : await readPolicyVersion(manager, types, settings.policyId);
    return {
      run,
      environment,
      settings,
      exceptions: await readExceptionsFor(manager, run.data_source_id),
      labels,
      unmasked: labels && policy ? unmaskedColumns(labels, policy.policy, types) : undefined,
      before: await newestResults(manager, run.data_source_id),
    };
  }
}

async function findRow(manager: EntityManager, id: string): Promise<PostureRunRow | undefined> {
  const [row] = await manager.query<PostureRunRow[]>(`select ${rowColumns} from posture_runs where id = $1`, [
    id,
  ]);
  return row;
}

/** The checks and subjects of findings: names of tables and settings, as every report has them. */
async function checksOf(
  manager: EntityManager,
  runId: string,
  findingIds: readonly string[],
): Promise<readonly object[]> {
  return manager.query<object[]>(
    `select f ->> 'id' as id, f ->> 'check' as check, f ->> 'severity' as severity, f ->> 'outcome' as outcome,
       f ->> 'subject' as subject
     from posture_runs r, jsonb_array_elements(r.results -> 'findings') as f
     where r.id = $1 and f ->> 'id' = any ($2) limit ${MOST_NAMED}`,
    [runId, [...findingIds]],
  );
}
