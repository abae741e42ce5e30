import { z } from 'zod';
import { sensitivities } from '../../domain/classification/sensitivity.js';
import { pageQuery } from '../http/pages.js';

export const findingsQuery = pageQuery.extend({
  dataSource: z.guid().optional(),
  informationType: z.string().max(100).optional().describe('An information type, or "none".'),
  sensitivity: z.enum(sensitivities).optional(),
  minConfidence: z.coerce.number().min(0).max(1).optional(),
  table: z.string().max(300).optional().describe('schema.table'),
});

export const findingSummary = z
  .strictObject({
    id: z.guid(),
    dataSource: z.guid(),
    column: z.string().describe('schema.table.column'),
    informationType: z.string().nullable().describe('Null when the column holds nothing sensitive.'),
    sensitivity: z.enum(sensitivities),
    confidence: z.number().describe('Calibrated probability that this is right.'),
    scan: z.guid(),
    foundAt: z.iso.datetime(),
  })
  .meta({ id: 'FindingSummary' });

export const finding = findingSummary
  .extend({
    evidence: z
      .array(z.strictObject({ source: z.string(), says: z.string(), weight: z.number() }))
      .describe('Counts and shapes, never a value; the weight is in log-odds.'),
    runnerUp: z.strictObject({ informationType: z.string().nullable(), confidence: z.number() }).nullable(),
    paths: z.record(z.string(), z.string()).nullable().describe('JSON path to information type.'),
  })
  .meta({ id: 'Finding' });

export type FindingsQuery = z.infer<typeof findingsQuery>;
export type FindingSummary = z.infer<typeof findingSummary>;
export type Finding = z.infer<typeof finding>;
