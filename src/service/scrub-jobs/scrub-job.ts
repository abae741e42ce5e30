import { z } from 'zod';
import { subsetSchema } from '../../domain/scrub/subset/subset.js';
import { publishWays } from '../../engines/scrub-target.js';
import { leakHuntScopes } from '../../runs/verify-step.js';
import { changesOf } from '../http/changes.js';
import { pageQuery } from '../http/pages.js';
import { scheduleSchema, scheduleView, type ScheduleView } from '../schedules/schedule.js';

const optionsSchema = z.strictObject({
  replace: z.boolean().default(false).describe('Replaces what stands under the target’s name.'),
  publishAs: z
    .enum(publishWays)
    .default('database')
    .describe('How the verified copy takes the target’s place: as a database, as its schemas, or in place.'),
  dropPrevious: z.boolean().default(false).describe('Drops what was replaced, once the copy is published.'),
  subset: subsetSchema
    .meta({ id: 'ScrubSubset' })
    .nullable()
    .default(null)
    .describe('Copies a referentially whole part of the rows; null for all.'),
  leakHunt: z
    .enum(leakHuntScopes)
    .default('full')
    .describe(
      'Which originals are looked for in the copy: all of every masked column, or those of a sample.',
    ),
  sampleRows: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(500)
    .describe(
      'Rows of each table that are compared one by one, and that a sampled leak hunt takes originals from.',
    ),
  anonymity: z
    .array(z.string().min(1).max(300))
    .max(100)
    .nullable()
    .default(null)
    .describe(
      'Attests k-anonymity and l-diversity by what labels tell, and by these columns (schema.table.column) besides; null for no report.',
    ),
  allowProductionLikeName: z
    .boolean()
    .default(false)
    .describe('Takes a target whose name looks like production.'),
});

const retentionSchema = z.strictObject({
  runs: z.int().min(1).max(10_000).default(100).describe('Runs that are kept, the newest first.'),
  days: z.int().min(1).max(3_650).default(365).describe('Days that a run is kept.'),
  attestationDays: z
    .int()
    .min(1)
    .max(36_500)
    .nullable()
    .default(null)
    .describe('Days that an attestation is kept; null for ever.'),
});

const hook = z.string().max(65_536);

const hooksSchema = z.strictObject({
  before: hook.optional().describe('SQL run in the work database before anything is copied.'),
  after: hook
    .optional()
    .describe('SQL run in the work database when all is copied, before verification: it is verified too.'),
});

const name = z.string().trim().min(1).max(200).describe('Unique within the tenant.');

export const scrubJobsQuery = pageQuery.extend({
  dataSource: z.guid().optional().describe('That it copies from or to.'),
});

export const createScrubJob = z
  .strictObject({
    name,
    sourceId: z.guid().describe('The data source that is copied.'),
    targetId: z.guid().describe('The data source that the copy becomes; none of production.'),
    policyId: z.guid(),
    policyVersion: z.int().min(1).optional().describe('The newest at the time of each run when left out.'),
    options: optionsSchema.prefault({}),
    retention: retentionSchema.prefault({}),
    hooks: hooksSchema.default({}),
    schedule: scheduleSchema.optional(),
  })
  .meta({ id: 'CreateScrubJob' });

export const changeScrubJob = z
  .strictObject({
    name: name.optional(),
    policyId: z.guid().optional(),
    policyVersion: z.int().min(1).nullable().optional().describe('Null for the newest.'),
    options: changesOf(optionsSchema).optional(),
    retention: changesOf(retentionSchema).optional(),
    hooks: hooksSchema.optional(),
    schedule: scheduleSchema.nullable().optional().describe('Null for none.'),
  })
  .meta({ id: 'ChangeScrubJob' });

export const scrubJobSchema = z
  .strictObject({
    id: z.guid(),
    name: z.string(),
    sourceId: z.guid(),
    targetId: z.guid(),
    policyId: z.guid(),
    policyVersion: z.int().optional(),
    options: optionsSchema,
    retention: retentionSchema,
    hooks: hooksSchema,
    schedule: scheduleView.optional(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'ScrubJob' });

export type ScrubJobsQuery = z.infer<typeof scrubJobsQuery>;
export type CreateScrubJob = z.infer<typeof createScrubJob>;
export type ChangeScrubJob = z.infer<typeof changeScrubJob>;
export type ScrubJobView = z.infer<typeof scrubJobSchema>;

export interface ScrubJobRow {
  readonly id: string;
  readonly name: string;
  readonly source_id: string;
  readonly target_id: string;
  readonly policy_id: string;
  readonly policy_version: number | null;
  /** As they were when it was written; what came into being since has its default. */
  readonly options: Partial<ScrubJobView['options']>;
  readonly retention: ScrubJobView['retention'];
  readonly hooks: ScrubJobView['hooks'];
  readonly created_by: string;
  readonly created_at: Date;
  readonly version: number;
}

export function optionsOf({ options }: ScrubJobRow): ScrubJobView['options'] {
  return optionsSchema.parse(options);
}

export function viewOfScrubJob(row: ScrubJobRow, schedule: ScheduleView | undefined): ScrubJobView {
  return {
    id: row.id,
    name: row.name,
    sourceId: row.source_id,
    targetId: row.target_id,
    policyId: row.policy_id,
    ...(row.policy_version === null ? {} : { policyVersion: row.policy_version }),
    options: optionsOf(row),
    retention: row.retention,
    hooks: row.hooks,
    ...(schedule ? { schedule } : {}),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}
