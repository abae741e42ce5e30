import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Labels } from '../../domain/classification/labels-file.js';
import type { ReadPolicy } from '../../domain/policy/policy-file.js';
import { scrubTargetFor, scrubWay, type ScrubWay } from '../../engines/engine-registry.js';
import { packageVersion } from '../../package-version.js';
import type { Rules } from '../../rules/read-rules.js';
import { type AttestedResult, scrubAndAttest } from '../../runs/attested-scrub.js';
import type { MaskingKey } from '../../runs/masking-key.js';
import { digestOfWork } from '../../runs/resume.js';
import { planRun } from '../../runs/plan-run.js';
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
import { optionsOf, type ScrubJobRow } from '../scrub-jobs/scrub-job.js';
import { scrubJobRows } from '../scrub-jobs/scrub-jobs.js';
import { notify } from '../webhooks/notify.js';
import { ProgressMeter } from './progress-meter.js';
import { type PublicationRecord, readRunCheckpoint, type RunCheckpoint } from './run-checkpoint.js';
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
    const { database, locations } = this.#parts;
    const { tenantId } = attempt;
    const read = await database.asTenant(tenantId, (manager) => this.#read(manager, attempt));
    const { run, scrubJob } = read;
    const from = await locations.locationOf(tenantId, scrubJob.source_id);
    const to = await locations.locationOf(tenantId, scrubJob.target_id);
    const way = scrubWay(from, to);
    const { publication } = readRunCheckpoint(attempt.checkpoint);
    // An attempt before this one may have ended between publishing and recording: then all is done but that.
    const published = publication && (await scrubTargetFor(to).publishedMark(to)) === publication.mark;
    const record = published ? publication.record : await this.#scrub(attempt, read, { from, way });
    if (optionsOf(scrubJob).dropPrevious) await way.dropPrevious();
    return (manager) => keep(manager, attempt, { run, scrubJob, record });
  }

  async #scrub(
    attempt: JobAttempt,
    { scrubJob, labels, policy, key }: ReadForRun,
    { from, way }: { readonly from: string; readonly way: ScrubWay },
  ): Promise<PublicationRecord> {
    const { rules, signingKeyFile } = this.#parts;
    const { signal } = attempt;
    const options = optionsOf(scrubJob);
    const { resumes } = readRunCheckpoint(attempt.checkpoint);
    const signingKey = await readSigningKey({ signingKeyFile, env: {}, maskingKey: key });
    const source = await way.openSource({ schemaBy: 'pg_dump' });
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
        subset: options.subset ?? undefined,
      };
      const plan = await planRun(basis, { source, pseudonyms: key.pseudonyms, words: rules.words });
      if (plan.refusals.length > 0) throw new PlanRefusedError(plan.refusals);
      signal.throwIfAborted();
      const target = await way.openTarget({
        replace: options.replace,
        publishAs: options.publishAs,
        source: await source.identity(),
        allowProductionLikeName: options.allowProductionLikeName,
        work: digestOfWork(plan, await source.identity()),
        // What a hook did before the copy is not known to be there still: with one, a run begins anew.
        resume: (resumes || attempt.attempt > 1) && scrubJob.hooks.before === undefined,
      });
      const meter = new ProgressMeter(plan.tables.length);
      let kept = 0;
      let record: PublicationRecord | undefined;
      const mark = uuidv7();
      await scrubAndAttest({
        ...{ from, source, target, basis, plan, key, signingKey, signal },
        words: rules.words,
        toolVersion: packageVersion(),
        leakHunt: options.leakHunt,
        sampleRows: options.sampleRows,
        anonymity: options.anonymity ?? undefined,
        hooks: scrubJob.hooks,
        onResume: (left) => {
          kept = left.kept.length;
        },
        onProgress: (progress) => attempt.report(meter.scrubbing(progress)),
        onVerifying: (progress) => attempt.report(meter.verifying(progress)),
        publicationMark: mark,
        beforePublishing: async (attested) => {
          record = recordOf(attested, signingKey, kept);
          await attempt.keep({ resumes, publication: { mark, record } } satisfies RunCheckpoint);
        },
      });
      return record!;
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

  async #read(manager: EntityManager, { tenantId, subjectId }: JobAttempt): Promise<ReadForRun> {
    const run = await findRun(manager, subjectId);
    const scrubJob = await scrubJobRows.find(manager, run.scrub_job_id);
    const { labels } = await readKnown(manager, scrubJob.source_id);
    const policy = await readPolicyVersion(
      manager,
      this.#parts.rules.informationTypes,
      scrubJob.policy_id,
      scrubJob.policy_version ?? undefined,
    );
    const key = await this.#parts.keys.of(manager, tenantId);
    return { run, scrubJob, labels, policy, key };
  }
}

interface ReadForRun {
  readonly run: ScrubRunRow;
  readonly scrubJob: ScrubJobRow;
  readonly labels: Labels;
  readonly policy: ReadPolicy;
  readonly key: MaskingKey;
}

function recordOf(
  { statement, envelope, verification }: AttestedResult,
  signer: { readonly id: string; readonly publicKeyPem: string },
  keptTables: number,
): PublicationRecord {
  const { totals, source, target, warnings } = statement.predicate;
  return {
    source: source.display,
    target: target.display,
    signedBy: signer.id,
    publicKey: signer.publicKeyPem,
    envelope: JSON.stringify(envelope),
    result: {
      tables: totals.tables,
      keptTables,
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
    },
  };
}

interface Done {
  readonly run: ScrubRunRow;
  readonly scrubJob: ScrubJobRow;
  readonly record: PublicationRecord;
}

/** Keeps the attestation and what is told of the run, in the transaction that ends its job. */
async function keep(
  manager: EntityManager,
  { tenantId, createdBy }: JobAttempt,
  { run, scrubJob, record: { source, target, signedBy, publicKey, envelope, result } }: Done,
): Promise<void> {
  const attestationId = uuidv7();
  await insertAttestation(manager, tenantId, {
    id: attestationId,
    scrubJobId: scrubJob.id,
    scrubRunId: run.id,
    passed: result.passed,
    ...{ source, target, signedBy, publicKey, envelope },
    keepDays: scrubJob.retention.attestationDays,
  });
  const told: ScrubResult = { attestationId, ...result };
  await manager.query('update scrub_runs set result = $2 where id = $1', [run.id, JSON.stringify(told)]);
  await recordAudit(
    manager,
    { tenantId, subject: createdBy, roles: [] },
    {
      action: 'scrub-run.published',
      subject: `scrub-run:${run.id}`,
      details: { scrubJob: scrubJob.id, attestation: attestationId, rows: result.rows },
    },
  );
}
