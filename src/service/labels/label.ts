import { z } from 'zod';
import { labelStatuses } from '../../domain/classification/label.js';
import { sensitivities } from '../../domain/classification/sensitivity.js';
import { pageQuery } from '../http/pages.js';
import { reviewActions } from './review-actions.js';

/** Query strings know no booleans. */
const truth = z.enum(['true', 'false']).transform((text) => text === 'true');

export const labelsQuery = pageQuery.extend({
  dataSource: z.guid().optional(),
  informationType: z.string().max(100).optional().describe('An information type, or "none".'),
  sensitivity: z.enum(sensitivities).optional(),
  status: z.enum(labelStatuses).optional(),
  needsReview: truth
    .optional()
    .describe('What a steward should look at: sensitive and only proposed, or flagged.'),
  sensitive: truth.optional(),
  table: z.string().max(300).optional().describe('schema.table'),
  column: z.string().max(500).optional().describe('The column’s full name: schema.table.column.'),
});

export const labelView = z
  .strictObject({
    id: z.guid(),
    dataSource: z.guid(),
    column: z.string(),
    informationType: z.string().nullable(),
    sensitivity: z.enum(sensitivities),
    status: z.enum(labelStatuses),
    confidence: z.number().nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: z.string().nullable(),
    reason: z.string().nullable(),
    review: z.string().nullable().describe('Why somebody should look at it again.'),
    paths: z.record(z.string(), z.string()).nullable().describe('JSON path to information type.'),
    plainPaths: z.array(z.string()).nullable().describe('JSON paths declared to hold nothing sensitive.'),
    needsReview: z.boolean(),
    sensitive: z.boolean(),
    updatedAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'Label' });

const reason = z.string().trim().min(1).max(2_000).optional();
const path = z
  .string()
  .max(500)
  .regex(/^\$/, 'is no JSON path: write it from the root, such as $.contact.email')
  .optional()
  .describe('Decides on this JSON path inside the column.');
const informationType = z.string().max(100).describe('An information type, or "none".');

const confirm = z.strictObject({ decision: z.literal('confirm'), reason }).describe('It is as labelled.');
const reject = z
  .strictObject({ decision: z.literal('reject'), reason, path })
  .describe('Nothing sensitive is there.');
const relabel = z
  .strictObject({
    decision: z.literal('relabel'),
    informationType,
    sensitivity: z.enum(sensitivities).optional().describe('That of the type when absent.'),
    reason,
    path,
  })
  .describe('It is something else.');

export const decisionRequest = z
  .discriminatedUnion('decision', [confirm, reject, relabel])
  .meta({ id: 'LabelDecision' });

/** Labels of one request at most: a larger set is decided by `where`. */
const MOST_LABELS = 1_000;

const chosenLabels = {
  labels: z
    .array(z.strictObject({ id: z.guid(), version: z.int().min(1).max(2_147_483_647) }))
    .min(1)
    .max(MOST_LABELS)
    .optional()
    .describe('These labels in these versions: all of them, or none.'),
  where: z
    .strictObject({
      dataSource: z.guid(),
      minConfidence: z.number().min(0).max(1).default(0),
      informationType: informationType.optional(),
    })
    .optional()
    .describe('All labels of a data source that are proposed, not flagged, and this sure.'),
};

export const bulkDecision = z
  .discriminatedUnion('decision', [
    confirm.extend(chosenLabels),
    reject.omit({ path: true }).extend(chosenLabels),
    relabel.omit({ path: true }).extend(chosenLabels),
  ])
  .refine(({ labels, where }) => (labels === undefined) !== (where === undefined), {
    message: 'needs either "labels" or "where"',
  })
  .meta({ id: 'BulkLabelDecision' });

export const bulkResult = z
  .strictObject({
    decided: z.int(),
    waitingForReview: z.int().describe('Labels of the same data sources that still wait.'),
  })
  .meta({ id: 'BulkReviewResult' });

export const proposalRequest = z
  .strictObject({
    informationType,
    sensitivity: z.enum(sensitivities).optional(),
    reason: z.string().trim().min(1).max(2_000),
  })
  .meta({ id: 'LabelProposal' });

export const commentRequest = z
  .strictObject({ text: z.string().trim().min(1).max(5_000) })
  .meta({ id: 'LabelComment' });

export const approvalRequest = z.strictObject({ reason }).meta({ id: 'ApprovalRequest' });

export const reviewView = z
  .strictObject({
    id: z.guid(),
    label: z.guid(),
    dataSource: z.guid(),
    column: z.string(),
    action: z.enum(reviewActions),
    by: z.string().describe('Who, or "scan:" and the id of the scan.'),
    at: z.iso.datetime(),
    informationType: z.string().nullable(),
    sensitivity: z.string().nullable(),
    path: z.string().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'LabelReview' });

export type LabelsQuery = z.infer<typeof labelsQuery>;
export type LabelView = z.infer<typeof labelView>;
export type DecisionRequest = z.infer<typeof decisionRequest>;
export type BulkDecision = z.infer<typeof bulkDecision>;
export type BulkResult = z.infer<typeof bulkResult>;
export type ProposalRequest = z.infer<typeof proposalRequest>;
export type CommentRequest = z.infer<typeof commentRequest>;
export type ApprovalRequest = z.infer<typeof approvalRequest>;
export type ReviewView = z.infer<typeof reviewView>;
