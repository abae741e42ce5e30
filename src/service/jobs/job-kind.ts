import type { EntityManager } from 'typeorm';
import type { JobProgress, JobReason, JobRow, JobState } from './job.js';

/** What one attempt at a job works with. */
export interface JobAttempt {
  readonly tenantId: string;
  readonly jobId: string;
  /** What the job is about. */
  readonly subjectId: string;
  /** Who asked for it, as the audit log names them. */
  readonly createdBy: string;
  /** From 1. Whoever holds an older number has lost the job. */
  readonly attempt: number;
  /** What an earlier attempt kept, to go on from there; null for none. */
  readonly checkpoint: unknown;
  /** Aborted with a `JobInterruption` when the attempt must end: stop at the next place that is safe. */
  readonly signal: AbortSignal;
  /** Tells how far the job is. Cheap: written now and then, never waited for. */
  readonly report: (progress: JobProgress) => void;
  /** Keeps a checkpoint; replaces the one before. Rejects when the job was lost to another worker. */
  readonly keep: (checkpoint: unknown) => Promise<void>;
}

/** Why an attempt must end before its work does. */
export class JobInterruption extends Error {
  constructor(readonly why: 'cancelled' | 'lost' | 'stopping') {
    super(`the attempt ends: ${why}`);
  }
}

/** Writes what a job brought, in the transaction in which it becomes `succeeded`: all of it or nothing. */
export type JobResult = (manager: EntityManager) => Promise<void>;

/** How a job ended, and why when it did not succeed. */
export interface JobEnd {
  readonly state: Exclude<JobState, 'queued' | 'running'>;
  readonly reason?: JobReason;
}

/** One kind of long work. Adding one is adding a file that makes one, and naming it in `job-kinds.ts`. */
export interface JobKind {
  readonly id: string;
  /** After so many failures that may pass (lost connections, dead workers) the job has failed. */
  readonly maxFailures: number;
  /**
   * Does the work. It may run again after any part of itself, on another machine: every step must bear
   * that, and what must happen once belongs in the result.
   */
  run(attempt: JobAttempt): Promise<JobResult>;
  /** Within the transaction that ends the job, whichever way, on whichever process. Gives jobs to announce. */
  ended?(manager: EntityManager, job: JobRow, end: JobEnd): Promise<readonly string[]>;
}
