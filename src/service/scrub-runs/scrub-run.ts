import { z } from 'zod';
import { pageQuery } from '../http/pages.js';
import { jobSchema } from '../jobs/job.js';

export const scrubResultSchema = z
  .strictObject({
    attestationId: z.guid(),
    tables: z.int(),
    keptTables: z
      .int()
      .default(0)
      .describe('Of them, those that an attempt before had copied and that had not changed since.'),
    rows: z.int(),
    bytes: z.int(),
    maskedColumns: z.int(),
    maskedValues: z.int(),
    passed: z.boolean(),
    checks: z.array(
      z.strictObject({
        check: z.string(),
        outcome: z.enum(['passed', 'failed', 'unknown']),
        examined: z.int(),
        unit: z.string(),
      }),
    ),
    warnings: z.array(z.strictObject({ code: z.string(), where: z.string(), problem: z.string() })),
  })
  .meta({ id: 'ScrubResult' });

export type ScrubResult = z.infer<typeof scrubResultSchema>;

export const scrubRunSchema = z
  .strictObject({
    id: z.guid(),
    scrubJobId: z.guid(),
    job: jobSchema,
    dueAt: z.iso.datetime().optional().describe('When its schedule wanted it.'),
    result: scrubResultSchema.optional(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ScrubRun' });

export type ScrubRunView = z.infer<typeof scrubRunSchema>;

export const scrubRunQuery = pageQuery.extend({ scrubJobId: z.guid().optional() });

export type ScrubRunQuery = z.infer<typeof scrubRunQuery>;

export interface ScrubRunRow {
  readonly id: string;
  readonly scrub_job_id: string;
  readonly job_id: string;
  readonly due_at: Date | null;
  readonly result: ScrubResult | null;
  readonly created_by: string;
  readonly created_at: Date;
}
