import { ScrubjayError } from '../../domain/errors.js';
import type { JobReason } from './job.js';

/** A mistake that may be gone when the work is tried again. */
export abstract class PassingError extends ScrubjayError {}

/** Codes of errors that may be gone when the work is tried again. */
const passing = new Set([
  'unreachable',
  'connection',
  'copy-in-progress',
  'too-many-connections',
  'service-database',
  'unavailable',
]);

/** Classes of SQLSTATE that pass: lost connections, resources, interventions of an operator, collisions. */
const passingStates = /^(08|40|53|57|55P03)/;

/** True when trying again may help: a lost connection, a full disk, or a mistake of ours. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof ScrubjayError)) return true;
  if (error instanceof PassingError || passing.has(error.code)) return true;
  if (!('sqlState' in error)) return false;
  const { sqlState } = error;
  return sqlState === undefined || (typeof sqlState === 'string' && passingStates.test(sqlState));
}

/** What may be told of an error: its own words when they are ours, and nothing of a stranger's. */
export function reasonOf(error: unknown): JobReason {
  if (error instanceof ScrubjayError) return { code: error.code, detail: error.message, hint: error.hint };
  return {
    code: 'internal',
    detail: 'something went wrong on our side',
    hint: 'look for the job’s id in the worker’s log, and start it again',
  };
}

export const cancelled: JobReason = {
  code: 'cancelled',
  detail: 'somebody cancelled it',
  hint: 'start it again when you like',
};

export const workersDied: JobReason = {
  code: 'worker-lost',
  detail: 'its workers ended without a word, again and again',
  hint: 'look at the workers’ memory and logs, then start it again',
};
