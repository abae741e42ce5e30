import { z } from 'zod';
import { jobSchema } from '../jobs/job.js';
import { pageQuery } from '../http/pages.js';

export const startScan = z
  .strictObject({
    metadataOnly: z.boolean().default(false).describe('Reads names and types, and no row.'),
    incremental: z
      .boolean()
      .default(false)
      .describe('Looks only at tables that changed since the last scan under the same rules.'),
    sampleRows: z.int().min(1).max(10_000).default(200).describe('Rows to sample from each table at most.'),
    timeoutSeconds: z.int().min(1).max(600).default(10).describe('Longest time for the sample of one table.'),
  })
  .meta({ id: 'StartScan' });

export type StartScan = z.infer<typeof startScan>;

export const scanResultSchema = z
  .strictObject({
    tables: z.int(),
    columns: z.int().describe('Columns that the scan looked at.'),
    added: z.int().describe('Columns that had no label before.'),
    renamed: z.int(),
    vanished: z.int(),
    flagged: z.int().describe('Decisions that should be looked at again.'),
    newlySensitive: z.array(z.string()).describe('New columns that are proposed as sensitive.'),
    waitingForReview: z.int(),
    unread: z
      .array(z.strictObject({ table: z.string(), reason: z.string() }))
      .describe('Tables whose rows could not be read: they were judged by names and types alone.'),
  })
  .meta({ id: 'ScanResult' });

export type ScanResult = z.infer<typeof scanResultSchema>;

export const scanSchema = z
  .strictObject({
    id: z.guid(),
    dataSourceId: z.guid(),
    options: startScan,
    job: jobSchema,
    result: scanResultSchema.optional(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Scan' });

export type ScanView = z.infer<typeof scanSchema>;

export const scanQuery = pageQuery.extend({ dataSourceId: z.guid().optional() });

export type ScanQuery = z.infer<typeof scanQuery>;

export interface ScanRow {
  readonly id: string;
  readonly data_source_id: string;
  readonly job_id: string;
  readonly options: StartScan;
  readonly result: ScanResult | null;
  readonly created_by: string;
  readonly created_at: Date;
}
