import { z } from 'zod';
import { severities } from '../../domain/posture/check-text.js';
import {
  comparisonSchema,
  findingSchema,
  type PostureResults,
  postureResultsSchema,
  scoreSchema,
  trendSchema,
} from '../../domain/posture/posture-results.js';
import { outcomes } from '../../domain/posture/verdict.js';
import { pageQuery } from '../http/pages.js';
import { jobSchema } from '../jobs/job.js';

export const startPostureRun = z
  .strictObject({
    checks: z
      .array(z.string().max(100))
      .max(500)
      .default([])
      .describe('Ids of the only checks to ask; all without.'),
    timeoutSeconds: z.int().min(1).max(120).default(10).describe('Longest time for one query or handshake.'),
  })
  .meta({ id: 'StartPostureRun' });

export type StartPostureRun = z.infer<typeof startPostureRun>;

/** What of a run's results is kept for ever. */
export const postureSummary = z
  .strictObject({
    finishedAt: z.iso.datetime(),
    score: scoreSchema.omit({ assets: true }),
    checks: z.string().describe('Digest of the checks that were asked: another one means other questions.'),
    problems: postureResultsSchema.shape.problems.describe('What could not be looked at as a whole.'),
    exceptions: postureResultsSchema.shape.exceptions.describe('Exceptions that cover nothing any more.'),
    comparison: comparisonSchema
      .optional()
      .describe('What changed since the run before, as ids of findings; absent for the first run.'),
  })
  .meta({ id: 'PostureSummary' });

export type PostureSummary = z.infer<typeof postureSummary>;

export const postureRunSchema = z
  .strictObject({
    id: z.guid(),
    dataSourceId: z.guid(),
    options: startPostureRun,
    job: jobSchema,
    summary: postureSummary.optional(),
    hasResults: z.boolean().describe('Findings and reports are kept for the newest 30 runs.'),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'PostureRun' });

export type PostureRunView = z.infer<typeof postureRunSchema>;

export const postureRunQuery = pageQuery.extend({ dataSourceId: z.guid().optional() });

export type PostureRunQuery = z.infer<typeof postureRunQuery>;

export const postureFindingQuery = pageQuery.extend({
  outcome: z.enum(outcomes).optional(),
  severity: z.enum(severities).optional(),
  check: z.string().max(100).optional(),
  change: z.enum(['new', 'regressed']).optional().describe('Only what changed so since the run before.'),
});

export type PostureFindingQuery = z.infer<typeof postureFindingQuery>;

export const postureFinding = findingSchema.meta({ id: 'PostureFinding' });

export type PostureFinding = z.infer<typeof findingSchema>;

export const postureTrend = z
  .strictObject({ items: z.array(trendSchema).readonly() })
  .meta({ id: 'PostureTrend' });

export type PostureTrend = z.infer<typeof postureTrend>;

/** The formats of a report, by the name that the path gives, with what each is sent as. */
export const reportTypes = {
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  sarif: 'application/sarif+json',
  'oscal.json': 'application/oscal+json',
  'junit.xml': 'application/xml',
} as const;

export const reportName = z.enum(Object.keys(reportTypes) as (keyof typeof reportTypes)[]);

export type ReportName = keyof typeof reportTypes;

export const postureCheckView = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    severity: z.enum(severities),
    on: z.string().describe('The kind of asset that it is asked of.'),
    reads: z.array(z.string()).readonly(),
    why: z.string(),
    controls: z.array(z.strictObject({ framework: z.string(), id: z.string() })).readonly(),
    sources: z.array(z.string()).readonly(),
  })
  .meta({ id: 'PostureCheck' });

export type PostureCheckView = z.infer<typeof postureCheckView>;

export interface PostureRunRow {
  readonly id: string;
  readonly data_source_id: string;
  readonly job_id: string;
  readonly options: StartPostureRun;
  readonly summary: PostureSummary | null;
  readonly has_results: boolean;
  readonly created_by: string;
  readonly created_at: Date;
}

export function summaryOf(results: PostureResults): PostureSummary {
  const { finishedAt, score, checks, problems, exceptions, comparison } = results;
  const { assets: _, ...figures } = score;
  return {
    finishedAt,
    score: figures,
    checks: checks.sha256,
    problems,
    exceptions,
    ...(comparison ? { comparison } : {}),
  };
}
