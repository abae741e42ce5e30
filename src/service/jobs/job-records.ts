import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../auth/caller.js';
import { NotFoundError } from '../problems/problems.js';
import { cancelled, workersDied } from './job-failure.js';
import type { JobEnd } from './job-kind.js';
import { isEnded, type JobProgress, type JobReason, type JobRow } from './job.js';

/**
 * The jobs table alone says what a job's state is. Each function here is one step between states, within
 * a tenant's transaction; all times are the database's, so that no machine's clock matters.
 */

/** The channel on which the ids of jobs that changed are told. */
export const NEWS_CHANNEL = 'scrubjay_jobs';

export interface NewJob {
  readonly kind: string;
  readonly subjectId: string;
  /** Only so many jobs run on one data source at a time. */
  readonly dataSourceIds?: readonly string[];
  /** Of the jobs with one key only one runs at a time. */
  readonly exclusiveKey?: string;
  readonly delayMs?: number;
  /** Of an earlier job on the same subject, to go on from there. */
  readonly checkpoint?: unknown;
}

/** Adds a job. Announce it to the queue once the transaction is through. */
export async function insertJob(manager: EntityManager, caller: Caller, job: NewJob): Promise<string> {
  const id = uuidv7();
  await manager.query(
    `insert into jobs
       (tenant_id, id, kind, subject_id, data_source_ids, exclusive_key, created_by, run_after, checkpoint)
     values ($1, $2, $3, $4, $5, $6, $7, now() + $8 * interval '1 millisecond', $9)`,
    [
      caller.tenantId,
      id,
      job.kind,
      job.subjectId,
      [...(job.dataSourceIds ?? [])],
      job.exclusiveKey ?? null,
      caller.subject,
      job.delayMs ?? 0,
      job.checkpoint == null ? null : JSON.stringify(job.checkpoint),
    ],
  );
  return id;
}

export async function findJob(
  manager: EntityManager,
  id: string,
  lock: '' | 'for update' = '',
): Promise<JobRow> {
  const [row] = await manager.query<JobRow[]>(`select * from jobs where id = $1 ${lock}`, [id]);
  if (!row) throw new NotFoundError('job');
  return row;
}

/** What a worker that was told of a job may do with it. */
export type Claim =
  | { readonly verdict: 'claimed'; readonly job: JobRow }
  /** Not now: it runs elsewhere, its time has not come, or its data source is busy. */
  | { readonly verdict: 'wait'; readonly afterMs: number }
  /** It was cancelled, or its workers died too often: to be ended without a try. */
  | { readonly verdict: 'end'; readonly job: JobRow; readonly end: JobEnd }
  /** It has ended, or it is no more. */
  | { readonly verdict: 'over' };

export interface ClaimTerms {
  readonly worker: string;
  readonly leaseMs: number;
  readonly deferMs: number;
  /** Jobs that may run on one data source at a time. */
  readonly perDataSource: number;
  /** Failures after which a job of this kind is given up; undefined for a kind that this worker cannot do. */
  readonly maxFailures: (kind: string) => number | undefined;
}

interface ClaimRow extends JobRow {
  readonly wait_ms: number;
}

/** Takes a job, also one whose worker died. Exactly one of those who try gets it. */
export async function claimJob(manager: EntityManager, id: string, terms: ClaimTerms): Promise<Claim> {
  const [row] = await manager.query<ClaimRow[]>(
    `select *, ceil(1000 * extract(epoch from
       case state when 'running' then lease_until else run_after end - now()))::int as wait_ms
     from jobs where id = $1 for update`,
    [id],
  );
  if (!row || isEnded(row.state)) return { verdict: 'over' };
  if (row.wait_ms > 0) return { verdict: 'wait', afterMs: Math.min(row.wait_ms, 60_000) };
  if (row.cancel_requested_at)
    return { verdict: 'end', job: row, end: { state: 'cancelled', reason: cancelled } };
  const maxFailures = terms.maxFailures(row.kind);
  // A newer release's job: a newer worker will take it.
  if (maxFailures === undefined) return { verdict: 'wait', afterMs: terms.deferMs };
  const failures = row.failures + (row.state === 'running' ? 1 : 0);
  if (failures >= maxFailures) {
    return { verdict: 'end', job: row, end: { state: 'failed', reason: workersDied } };
  }
  if (!(await hasRoom(manager, row, terms.perDataSource))) return { verdict: 'wait', afterMs: terms.deferMs };
  const [[job]] = await manager.query<[JobRow[], number]>(
    `update jobs set state = 'running', attempt = attempt + 1, failures = $2, worker = $3,
       lease_until = now() + $4 * interval '1 millisecond', started_at = coalesce(started_at, now())
     where id = $1 returning *`,
    [id, failures, terms.worker, terms.leaseMs],
  );
  await tell(manager, id);
  return { verdict: 'claimed', job: job };
}

/** Looks under locks, so that two who look at the same time do not both see room. */
async function hasRoom(manager: EntityManager, job: JobRow, perDataSource: number): Promise<boolean> {
  const keys = [...job.data_source_ids, ...(job.exclusive_key === null ? [] : [job.exclusive_key])].sort();
  if (keys.length === 0) return true;
  // In one order for everybody: no two wait for each other.
  for (const key of keys) {
    await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`job ${key}`]);
  }
  const [{ full }] = await manager.query<[{ full: boolean }]>(
    `select exists (
       select from jobs where state = 'running' and id <> $1 and exclusive_key = $2
     ) or exists (
       select from unnest($3::uuid[]) as source
       where (select count(*) from jobs where state = 'running' and id <> $1 and source = any (data_source_ids)) >= $4
     ) as full`,
    [job.id, job.exclusive_key, job.data_source_ids, perDataSource],
  );
  return !full;
}

/** Gives a sign of life. Undefined when the job was lost to another worker. */
export async function renewLease(
  manager: EntityManager,
  { id, attempt }: JobRow,
  leaseMs: number,
): Promise<{ readonly cancelRequested: boolean } | undefined> {
  const [[row]] = await manager.query<[{ cancelled: boolean }[], number]>(
    `update jobs set lease_until = now() + $3 * interval '1 millisecond'
     where id = $1 and attempt = $2 and state = 'running'
     returning cancel_requested_at is not null as cancelled`,
    [id, attempt, leaseMs],
  );
  return row && { cancelRequested: row.cancelled };
}

export async function writeProgress(
  manager: EntityManager,
  { id, attempt }: JobRow,
  progress: JobProgress,
): Promise<void> {
  await manager.query(`update jobs set progress = $3 where id = $1 and attempt = $2 and state = 'running'`, [
    id,
    attempt,
    JSON.stringify(progress),
  ]);
  await tell(manager, id);
}

/** False when the job was lost to another worker: its checkpoint is not ours to write. */
export async function writeCheckpoint(
  manager: EntityManager,
  { id, attempt }: JobRow,
  checkpoint: unknown,
): Promise<boolean> {
  const [, written] = await manager.query<[unknown[], number]>(
    `update jobs set checkpoint = $3 where id = $1 and attempt = $2 and state = 'running'`,
    [id, attempt, JSON.stringify(checkpoint)],
  );
  return written === 1;
}

/**
 * Ends the attempt's job. False when it is not the attempt's any more: then nothing that the attempt
 * wrote in this transaction may stand.
 */
export async function endJob(
  manager: EntityManager,
  { id, attempt }: JobRow,
  { state, reason }: JobEnd,
): Promise<boolean> {
  const [, ended] = await manager.query<[unknown[], number]>(
    `update jobs set state = $3, reason = $4, finished_at = now(), lease_until = null,
       checkpoint = case when $3 = 'succeeded' then null else checkpoint end
     where id = $1 and attempt = $2 and state in ('queued', 'running')`,
    [id, attempt, state, reason ? JSON.stringify(reason) : null],
  );
  await tell(manager, id);
  return ended === 1;
}

/** Gives a job back: after a failure that may pass, or (without a reason) because its worker stops. */
export async function giveBack(
  manager: EntityManager,
  { id, attempt }: JobRow,
  after: { readonly delayMs: number; readonly reason?: JobReason },
): Promise<void> {
  await manager.query(
    `update jobs set state = 'queued', lease_until = null, worker = null, reason = $3,
       failures = failures + $4, run_after = now() + $5 * interval '1 millisecond'
     where id = $1 and attempt = $2 and state = 'running'`,
    [id, attempt, after.reason ? JSON.stringify(after.reason) : null, after.reason ? 1 : 0, after.delayMs],
  );
  await tell(manager, id);
}

/** Asks the worker of a running job to stop it. */
export async function requestCancel(manager: EntityManager, id: string): Promise<void> {
  await manager.query(
    'update jobs set cancel_requested_at = coalesce(cancel_requested_at, now()) where id = $1',
    [id],
  );
  await tell(manager, id);
  await tell(manager, cancelNews(id));
}

/** What is told when a running job is to be cancelled, besides its id. */
export function cancelNews(id: string): string {
  return `cancel ${id}`;
}

async function tell(manager: EntityManager, news: string): Promise<void> {
  await manager.query('select pg_notify($1, $2)', [NEWS_CHANNEL, news]);
}
