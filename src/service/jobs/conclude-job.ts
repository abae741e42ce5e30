import type { EntityManager } from 'typeorm';
import type { JobEnd, JobKind, JobResult } from './job-kind.js';
import { endJob } from './job-records.js';
import type { JobRow } from './job.js';

/**
 * Ends a job, writes what it brought, and does what its kind does at the end, all in the caller's
 * transaction. Gives the ids of jobs to announce; undefined when the job was another's already.
 */
export async function concludeJob(
  manager: EntityManager,
  kinds: ReadonlyMap<string, JobKind>,
  job: JobRow,
  end: JobEnd,
  result?: JobResult,
): Promise<readonly string[] | undefined> {
  // First, so that the row's lock and its attempt decide whether the rest may be written.
  if (!(await endJob(manager, job, end))) return undefined;
  await result?.(manager);
  return (await kinds.get(job.kind)?.ended?.(manager, job, end)) ?? [];
}
