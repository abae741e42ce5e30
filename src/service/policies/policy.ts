import { z } from 'zod';
import { sensitivities } from '../../domain/classification/sensitivity.js';
import { policySchema, ruleSchema } from '../../domain/policy/policy.js';
import { pageQuery } from '../http/pages.js';

/** Characters of a policy's text; the longest that ships has 2,000. */
const LONGEST_SOURCE = 100_000;

const note = z.string().max(1_000).optional().describe('Why, for those who read the history.');

const source = z
  .string()
  .min(1)
  .max(LONGEST_SOURCE)
  .describe('The policy as YAML (or JSON), in the format of rules/policies.');

export const createPolicy = z
  .union([
    z.strictObject({ source, note }),
    z.strictObject({ from: z.string().max(200).describe('Id of a template: gdpr, hipaa, …'), note }),
  ])
  .meta({ id: 'CreatePolicy' });

export const changePolicy = z.strictObject({ source, note }).meta({ id: 'ChangePolicy' });

export const policyView = z
  .strictObject({
    id: z.guid(),
    name: z.string().describe('The id in the policy’s own text.'),
    title: z.string(),
    version: z.int().describe('The number of the newest version; the ETag names it.'),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Policy' });

export const policyVersionSummary = z
  .strictObject({
    number: z.int(),
    sha256: z.string().describe('Of the text: what plans and attestations name the policy by.'),
    note: z.string().nullable(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'PolicyVersionSummary' });

export const policyVersionView = policyVersionSummary
  .extend({
    source: z.string(),
    policy: policySchema.describe('The text as it is understood.'),
  })
  .meta({ id: 'PolicyVersion' });

export const policyTemplate = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    summary: z.string().optional(),
    sha256: z.string(),
    rules: z.int(),
  })
  .meta({ id: 'PolicyTemplate' });

export const versionNumber = z.coerce.number().int().min(1).max(1_000_000);

export const diffQuery = z.strictObject({
  from: versionNumber,
  to: versionNumber.optional().describe('The newest when absent.'),
});

export const policyDiff = z
  .strictObject({
    from: z.int(),
    to: z.int(),
    settings: z.array(z.strictObject({ setting: z.string(), before: z.unknown(), after: z.unknown() })),
    rules: z.array(
      z.strictObject({ change: z.enum(['added', 'removed']), number: z.int(), rule: ruleSchema }),
    ),
  })
  .meta({ id: 'PolicyDiff' });

export const dryRunQuery = z.strictObject({
  dataSource: z.guid().describe('A data source that was scanned.'),
  version: versionNumber.optional().describe('The newest when absent.'),
  limit: z.coerce.number().int().min(1).max(5_000).default(500),
  cursor: pageQuery.shape.cursor,
});

const planProblem = z.strictObject({
  code: z.string(),
  where: z.string(),
  problem: z.string(),
  hint: z.string(),
});

export const dryRun = z
  .strictObject({
    version: z.int(),
    runnable: z.boolean().describe('True when a scrub under this policy would not be refused.'),
    catalogFingerprint: z.string(),
    labelsSha256: z.string(),
    maskedColumns: z.int(),
    refusals: z.int(),
    items: z
      .array(
        z.strictObject({
          where: z.string().describe('schema.table.column, or the table or constraint of a problem.'),
          mask: z
            .strictObject({
              informationType: z.string(),
              sensitivity: z.enum(sensitivities),
              technique: z.string(),
              options: z.record(z.string(), z.unknown()),
              because: z.string(),
            })
            .optional(),
          refusals: z.array(planProblem),
          warnings: z.array(planProblem),
        }),
      )
      .describe('Whatever is masked, refused or warned of, by name.'),
    next: z.string().optional(),
  })
  .meta({ id: 'PolicyDryRun' });

export type CreatePolicy = z.infer<typeof createPolicy>;
export type ChangePolicy = z.infer<typeof changePolicy>;
export type PolicyView = z.infer<typeof policyView>;
export type PolicyVersionSummary = z.infer<typeof policyVersionSummary>;
export type PolicyVersionView = z.infer<typeof policyVersionView>;
export type PolicyTemplate = z.infer<typeof policyTemplate>;
export type PolicyDiffView = z.infer<typeof policyDiff>;
export type DiffQuery = z.infer<typeof diffQuery>;
export type DryRunQuery = z.infer<typeof dryRunQuery>;
export type DryRun = z.infer<typeof dryRun>;
