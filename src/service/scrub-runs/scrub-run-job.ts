import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { planScrub } from '../../domain/scrub/plan-scrub.js';
import { refuseMixedEngines, scrubEngineFor } from '../../engines/engine-registry.js';
import { packageVersion } from '../../package-version.js';
import type { Rules } from '../../rules/read-rules.js';
import { type AttestedResult, scrubAndAttest } from '../../runs/attested-scrub.js';
import type { MaskingKey } from '../../runs/masking-key.js';
import { PlanRefusedError } from '../../runs/scrub-run.js';
import { carriedSchema } from '../../runs/carried-schema.js';
import { readSigningKey } from '../../runs/signing-key.js';
import { insertAttestation } from '../attestations/attestation-rows.js';
import { recordAudit } from '../audit/audit-log.js';
import type { DataSourceLocations } from '../data-sources/read-location.js';
import type { ServiceDatabase } from '../database/service-database.js';
import type { JobAttempt, JobEnd, JobKind, JobResult } from '../jobs/job-kind.js';
import type { JobRow } from '../jobs/job.js';
import { digestOf, readKnown } from '../labels/kept-labels.js';
import { readPolicyVersion } from '../policies/policy-versions.js';
import type { MaskingKeys } from '../secrets/masking-keys.js';
import type { ScrubJobRow } from '../scrub-jobs/scrub-job.js';
import { findScrubJob } from '../scrub-jobs/scrub-jobs.js';
import { notify } from '../webhooks/notify.js';
import { ProgressMeter } from './progress-meter.js';
import type { ScrubResult, ScrubRunRow } from './scrub-run.js';
import { findRun, SCRUB_JOB } from './scrub-runs.js';

/** What a worker needs for scrub runs. */
export interface ScrubRunJobParts {
  readonly database: ServiceDatabase;
  readonly locations: DataSourceLocations;
  readonly keys: MaskingKeys;
  readonly rules: Rules;
  /** Path of the Ed25519 key that signs attestations; derived from the tenant's masking key when undefined. */
  readonly signingKeyFile: string | undefined;
}

/** Carries out a scrub job: plans it from the labels as they are now, copies, verifies, attests. */
export class ScrubRunJob implements JobKind {
  readonly id = SCRUB_JOB;
  readonly maxFailures = 4;
  readonly #parts: ScrubRunJobParts;

  constructor(parts: ScrubRunJobParts) {
    this.#parts = parts;
  }

  async run(attempt: JobAttempt): Promise<JobResult> {
    const { database, locations, rules, signingKeyFile } = this.#parts;
    const { tenantId, signal } = attempt;
    const { run, scrubJob, labels, policy, key } = await database.asTenant(tenantId, (manager) =>
      this.#read(manager, attempt),
    );
    const from = await locations.locationOf(tenantId, scrubJob.source_id);
    const to = await locations.locationOf(tenantId, scrubJob.target_id);
    refuseMixedEngines(from, to);
    const signingKey = await readSigningKey({ signingKeyFile, env: {}, maskingKey: key });
    const source = await scrubEngineFor(from).openSource(from);
    try {
      const basis = {
        catalog: await source.catalog(),
        labels,
        labelsSha256: digestOf(labels),
        policy,
        types: rules.informationTypes,
        keyId: key.id,
        notices: await source.notices(),
        schema: await carriedSchema(source),
      };
      const plan = planScrub(basis);
      if (plan.refusals.length > 0) throw new PlanRefusedError(plan.refusals);
      signal.throwIfAborted();
      const target = await scrubEngineFor(to).openTarget(to, {
        replace: scrubJob.options.replace,
        source: await source.identity(),
        allowProductionLikeName: scrubJob.options.allowProductionLikeName,
      });
      const meter = new ProgressMeter(plan.tables.length);
      const result = await scrubAndAttest({
        ...{ from, source, target, basis, plan, key, signingKey, signal },
        words: rules.words,
        toolVersion: packageVersion(),
        sampleRows: scrubJob.options.sampleRows,
        hooks: scrubJob.hooks,
        onProgress: (progress) => attempt.report(meter.scrubbing(progress)),
        onVerifying: (progress) => attempt.report(meter.verifying(progress)),
      });
      return (manager) => record(manager, attempt, { run, scrubJob, result }, signingKey);
    } finally {
      await source.close();
    }
  }

  async ended(manager: EntityManager, job: JobRow, { state, reason }: JobEnd): Promise<readonly string[]> {
    const [run] = await manager.query<(ScrubRunRow & { name: string })[]>(
      `select r.*, s.name from scrub_runs r
       join scrub_jobs s on s.tenant_id = r.tenant_id and s.id = r.scrub_job_id where r.id = $1`,
      [job.subject_id],
    );
    // A run whose tenant or scrub job is gone has nobody to be told.
    if (!run) return [];
    return notify(manager, job.tenant_id, 'scrub-run.ended', {
      scrubRunId: run.id,
      scrubJobId: run.scrub_job_id,
      scrubJob: run.name,
      state,
      ...(reason ? { reason: reason.code } : {}),
      ...(run.result
        ? { attestationId: run.result.attestationId, tables: run.result.tables, rows: run.result.rows }
        : {}),
    });
  }

  async #read(manager: EntityManager, { tenantId, subjectId }: JobAttempt) {
    const run = await findRun(manager, subjectId);
    const scrubJob = await findScrubJob(manager, run.scrub_job_id);
    const { labels } = await readKnown(manager, scrubJob.source_id);
    const policy = await readPolicyVersion(
      manager,
      this.#parts.rules.informationTypes,
      scrubJob.policy_id,
      scrubJob.policy_version ?? undefined,
    );
    const key: MaskingKey = await this.#parts.keys.of(manager, tenantId);
    return { run, scrubJob, labels, policy, key };
  }
}

interface Done {
  readonly run: ScrubRunRow;
  readonly scrubJob: ScrubJobRow;
  readonly result: AttestedResult;
}

/** Keeps the attestation and what is told of the run, in the transaction that ends its job. */
async function record(
  manager: EntityManager,
  { tenantId, createdBy }: JobAttempt,
  { run, scrubJob, result: { statement, envelope, verification } }: Done,
  signer: { readonly id: string; readonly publicKeyPem: string },
): Promise<void> {
  const { totals, source, target, warnings } = statement.predicate;
  const attestationId = uuidv7();
  await insertAttestation(manager, tenantId, {
    id: attestationId,
    scrubJobId: scrubJob.id,
    scrubRunId: run.id,
    source: source.display,
    target: target.display,
    passed: verification.passed,
    signedBy: signer.id,
    publicKey: signer.publicKeyPem,
    envelope: JSON.stringify(envelope),
    keepDays: scrubJob.retention.attestationDays,
  });
  const result: ScrubResult = {
    attestationId,
    tables: totals.tables,
    rows: totals.rows,
    bytes: totals.bytes,
    maskedColumns: totals.maskedColumns,
    maskedValues: totals.maskedValues,
    passed: verification.passed,
    checks: verification.checks.map(({ check, outcome, examined, unit }) => ({
      check,
      outcome,
      examined,
      unit,
    })),
    warnings: warnings.map(({ code, where, problem }) => ({ code, where, problem })),
  };
  await manager.query('update scrub_runs set result = $2 where id = $1', [run.id, JSON.stringify(result)]);
  await recordAudit(
    manager,
    { tenantId, subject: createdBy, roles: [] },
    {
      action: 'scrub-run.published',
      subject: `scrub-run:${run.id}`,
      details: { scrubJob: scrubJob.id, attestation: attestationId, rows: totals.rows },
    },
  );
}
