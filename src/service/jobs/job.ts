import { z } from 'zod';

/** A job waits, runs, or has ended in one of three ways; there is nothing in between. */
export const jobStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

export type JobState = (typeof jobStates)[number];

/** How a job ended other than well, or why it is tried again. */
export const reasonSchema = z
  .strictObject({ code: z.string(), detail: z.string(), hint: z.string() })
  .meta({ id: 'JobReason' });

export type JobReason = z.infer<typeof reasonSchema>;

/** How far a job is. What is being counted depends on the phase; rows and bytes are totals so far. */
export const progressSchema = z
  .strictObject({
    phase: z.string(),
    doing: z.string().describe('What is under way: a table, an index.'),
    done: z.number(),
    total: z.number(),
    tables: z.strictObject({ done: z.int(), total: z.int() }).optional(),
    rows: z.int().optional(),
    bytes: z.int().optional(),
    bytesPerSecond: z.number().optional(),
    etaSeconds: z.number().optional().describe('Of the phase, at the pace so far.'),
  })
  .meta({ id: 'JobProgress' });

export type JobProgress = z.infer<typeof progressSchema>;

export const jobSchema = z
  .strictObject({
    id: z.guid(),
    kind: z.string(),
    subjectId: z.guid().describe('What the job is about: the id of a scan, a scrub run, a delivery.'),
    state: z.enum(jobStates),
    attempt: z.int().describe('How often a worker took it up.'),
    cancelRequested: z.boolean(),
    progress: progressSchema.optional(),
    reason: reasonSchema.optional(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().optional(),
    finishedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'Job' });

export type JobView = z.infer<typeof jobSchema>;

/** A row of `jobs`. */
export interface JobRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly kind: string;
  readonly subject_id: string;
  readonly data_source_ids: readonly string[];
  readonly exclusive_key: string | null;
  readonly state: JobState;
  readonly attempt: number;
  readonly failures: number;
  readonly cancel_requested_at: Date | null;
  readonly progress: JobProgress | null;
  readonly checkpoint: unknown;
  readonly reason: JobReason | null;
  readonly created_by: string;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

export function isEnded(state: JobState): boolean {
  return state !== 'queued' && state !== 'running';
}

export function viewOfJob(row: JobRow): JobView {
  return {
    id: row.id,
    kind: row.kind,
    subjectId: row.subject_id,
    state: row.state,
    attempt: row.attempt,
    cancelRequested: row.cancel_requested_at !== null,
    ...(row.progress ? { progress: row.progress } : {}),
    ...(row.reason ? { reason: row.reason } : {}),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    ...(row.started_at ? { startedAt: row.started_at.toISOString() } : {}),
    ...(row.finished_at ? { finishedAt: row.finished_at.toISOString() } : {}),
  };
}
