import { z } from 'zod';
import { sensitivities } from '../classification/sensitivity.js';
import { rowConditionSchema } from './row-condition.js';

/** A technique with its options as a policy names them: `{ technique: partial, keepEnd: 4 }`. */
export const maskSchema = z.looseObject({
  technique: z.string(),
  /** Pseudonym domain, where it should not be the information type's id. */
  domain: z.string().max(64).optional(),
});

export const ruleSchema = z.strictObject({
  /** All that is given must hold; an empty `when` holds for every labelled column. */
  when: z
    .strictObject({
      /** Information types, each with all its kinds (types that have it as an ancestor). */
      type: z.union([z.string(), z.array(z.string())]).optional(),
      /** At least this sensitive. */
      sensitivity: z.enum(sensitivities).optional(),
      /** `schema.table.column`, `*` for any part. */
      column: z.union([z.string(), z.array(z.string())]).optional(),
      /** JSON path inside a structured column. */
      path: z.string().optional(),
      /** Roles that ask; a rule that names roles, purposes or environments never holds for a scrub. */
      roles: z.array(z.string()).min(1).optional(),
      /** What the role says it asks for. */
      purposes: z.array(z.string()).min(1).optional(),
      /** Environment of the data source: production, staging, … */
      environments: z.array(z.string()).min(1).optional(),
      /** Only within this time; either end may be open. */
      time: z
        .strictObject({
          from: z.iso.datetime({ offset: true }).optional(),
          to: z.iso.datetime({ offset: true }).optional(),
        })
        .optional(),
    })
    .default({}),
  /** `keep` passes the values on; otherwise the technique, or that of the information type's own file. */
  mask: z.union([z.literal('keep'), z.literal('by-type'), maskSchema]),
  /**
   * Rows that are shown as they are: those whose `column` holds the asking user's `attribute` (`user` is
   * the name that they logged in with). Queries only.
   */
  exceptOwnRows: z.strictObject({ column: z.string(), attribute: z.string().default('user') }).optional(),
  /**
   * The rows that the rule decides for; the rules behind it decide for the others. Where the condition is
   * unknown, a rule that masks holds and one that keeps does not. Where no query is asked (a scrub) and inside
   * JSON, rows are not told apart: then a rule that masks holds for all, and one that keeps for none.
   */
  whereRows: rowConditionSchema.optional(),
  /** Why; shown by `policy show` and kept as evidence. */
  because: z.string().optional(),
});

/** Ends by itself, and names who answers for it. */
export const exceptionSchema = z.strictObject({
  role: z.string(),
  /** `schema.table.column`, `*` for any part. */
  column: z.string(),
  until: z.iso.datetime({ offset: true }),
  approvedBy: z.string().min(1),
  because: z.string().min(1),
});

/** The file format of `rules/policies/*.yaml` and of `--policy`. The first rule that holds decides. */
export const policySchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  summary: z.string().optional(),
  /** What happens to columns without a label: stop (default), or mask by the safest technique. */
  unlabelled: z.enum(['refuse', 'mask']).default('refuse'),
  /** Labels nobody has confirmed yet: masked as proposed (default), or stop. */
  unreviewed: z.enum(['mask', 'refuse']).default('mask'),
  /** Columns that are new, or changed since they were reviewed: stop (default), or empty them and go on (null). */
  quarantine: z.enum(['refuse', 'null']).nullable().default('refuse'),
  /** Rows that refer to nothing in the source already: stop, keep them, empty the reference, drop the row. */
  orphans: z.enum(['refuse', 'keep', 'empty', 'drop']).default('refuse'),
  rules: z.array(ruleSchema).min(1),
  /**
   * Roles that may query. `masked` (default): as the rules say; `clear`: everything as it is. A role that is
   * not here sees nothing.
   */
  roles: z
    .record(
      z.string(),
      z.strictObject({
        access: z.enum(['masked', 'clear']).default('masked'),
        purposes: z.array(z.string()).optional(),
      }),
    )
    .default({}),
  /** Columns that a role sees as they are for a while, whatever the rules say. */
  exceptions: z.array(exceptionSchema).default([]),
  sources: z.array(z.string()).default([]),
});

/** Which labels get which technique. */
export type Policy = z.infer<typeof policySchema>;
export type PolicyRule = z.infer<typeof ruleSchema>;
export type OrphanRule = Policy['orphans'];
export type Mask = z.infer<typeof maskSchema>;
export type PolicyException = z.infer<typeof exceptionSchema>;
