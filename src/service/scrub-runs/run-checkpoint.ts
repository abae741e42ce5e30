import { z } from 'zod';
import { scrubResultSchema } from './scrub-run.js';

/** All that is recorded of a copy when it is published. */
const recordSchema = z.strictObject({
  source: z.string(),
  target: z.string(),
  signedBy: z.string(),
  publicKey: z.string(),
  /** The signed text, to the byte. */
  envelope: z.string(),
  result: scrubResultSchema.omit({ attestationId: true }),
});

/**
 * What an attempt at a run leaves to the next. The tables that were copied are kept in the work database,
 * beside what they are about; here is what only our own database can know.
 */
const runCheckpoint = z.strictObject({
  /** True for a run that somebody resumed: it goes on with what the last one left in the work database. */
  resumes: z.boolean().default(false),
  /** Kept before a copy is published: whether it was, its mark in the target says. */
  publication: z.strictObject({ mark: z.string(), record: recordSchema }).optional(),
});

export type RunCheckpoint = z.infer<typeof runCheckpoint>;
export type PublicationRecord = z.infer<typeof recordSchema>;

/** Reads a job's checkpoint; null is that of a run that begins. */
export function readRunCheckpoint(checkpoint: unknown): RunCheckpoint {
  return runCheckpoint.parse(checkpoint ?? {});
}

/** The checkpoint of the job that goes on with a run. */
export function resuming(checkpoint: unknown): RunCheckpoint {
  return { ...readRunCheckpoint(checkpoint), resumes: true };
}
