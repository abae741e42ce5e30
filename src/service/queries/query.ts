import { z } from 'zod';

const MEBIBYTE = 1 << 20;

export const runQuery = z
  .strictObject({
    sql: z.string().min(1).max(100_000).describe('A single SELECT, in the language of the data source.'),
    role: z
      .string()
      .max(100)
      .optional()
      .describe('One of the roles of the credential, where it has several that the policy knows.'),
    purpose: z.string().max(200).optional().describe('What it is asked for; a policy may ask for one.'),
    rows: z.int().min(1).max(100_000).default(1_000).describe('Rows at most.'),
    bytes: z
      .int()
      .min(1)
      .max(64 * MEBIBYTE)
      .default(8 * MEBIBYTE)
      .describe('Bytes of the answer’s rows at most.'),
    timeoutMs: z.int().min(100).max(120_000).default(30_000).describe('Milliseconds that it may take.'),
  })
  .meta({ id: 'RunQuery' });

const columns = z.array(z.strictObject({ name: z.string(), type: z.string() }));

/** Why rows are missing from an answer; absent when all are there. */
const truncatedBy = z.enum(['rows', 'bytes', 'time']);

export const queryAnswer = z
  .strictObject({
    columns,
    rows: z.array(z.array(z.string().nullable())).describe('Values in text form; null is NULL.'),
    rowCount: z.int(),
    truncatedBy: truncatedBy.optional(),
    maskedColumns: z.array(z.string()).describe('Columns whose values passed through a mask.'),
  })
  .meta({ id: 'QueryAnswer' });

/** What a line of a streamed answer holds: the columns first, then rows, then how it ended. */
export const queryLine = z
  .union([
    z.strictObject({ columns, maskedColumns: z.array(z.string()) }),
    z.strictObject({ row: z.array(z.string().nullable()) }),
    z.strictObject({ rowCount: z.int(), truncatedBy: truncatedBy.optional() }),
    z.strictObject({ failed: z.strictObject({ code: z.string(), detail: z.string() }) }),
  ])
  .meta({ id: 'QueryLine' });

export const setQueryPolicy = z.strictObject({ policyId: z.guid() }).meta({ id: 'SetQueryPolicy' });

export const queryPolicyView = z
  .strictObject({ policyId: z.guid(), setBy: z.string(), setAt: z.iso.datetime() })
  .meta({ id: 'QueryPolicy' });

export type RunQuery = z.infer<typeof runQuery>;
export type QueryAnswer = z.infer<typeof queryAnswer>;
export type QueryLine = z.infer<typeof queryLine>;
export type TruncatedBy = z.infer<typeof truncatedBy>;
export type SetQueryPolicy = z.infer<typeof setQueryPolicy>;
export type QueryPolicyView = z.infer<typeof queryPolicyView>;
