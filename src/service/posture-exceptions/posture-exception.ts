import { z } from 'zod';
import type { PostureException } from '../../domain/posture/facts/declarations.js';
import { pageQuery } from '../http/pages.js';

const owner = z.string().trim().min(1).max(200).describe('Who answers for it.');
const reason = z.string().trim().min(1).max(2_000).describe('Why it is accepted, in a sentence.');
const expires = z.iso.date().describe('The last day on which it counts (UTC); none that has passed.');

export const createPostureException = z
  .strictObject({
    dataSourceId: z.guid().optional().describe('Every data source without one.'),
    check: z.string().min(1).max(100).describe('A check’s id: see GET /posture-checks.'),
    subject: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('Only this subject, as findings name it; * for any characters.'),
    owner,
    reason,
    expires,
  })
  .meta({ id: 'CreatePostureException' });

export const changePostureException = z
  .strictObject({ owner: owner.optional(), reason: reason.optional(), expires: expires.optional() })
  .meta({ id: 'ChangePostureException' });

export const postureExceptionSchema = createPostureException
  .extend({
    id: z.guid(),
    expires: z.string(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'PostureException' });

export const postureExceptionQuery = pageQuery.extend({
  dataSourceId: z.guid().optional().describe('Those that hold for it, general ones too.'),
});

export type CreatePostureException = z.infer<typeof createPostureException>;
export type ChangePostureException = z.infer<typeof changePostureException>;
export type PostureExceptionView = z.infer<typeof postureExceptionSchema>;
export type PostureExceptionQuery = z.infer<typeof postureExceptionQuery>;

export interface PostureExceptionRow {
  readonly id: string;
  readonly data_source_id: string | null;
  readonly check_id: string;
  readonly subject: string | null;
  readonly owner: string;
  readonly reason: string;
  readonly expires: string;
  readonly created_by: string;
  readonly created_at: Date;
  readonly version: number;
}

export function viewOf(row: PostureExceptionRow): PostureExceptionView {
  return {
    id: row.id,
    ...(row.data_source_id === null ? {} : { dataSourceId: row.data_source_id }),
    ...exceptionOf(row),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}

/** As results carry it. */
export function exceptionOf({
  check_id,
  subject,
  owner,
  reason,
  expires,
}: PostureExceptionRow): PostureException {
  return { check: check_id, ...(subject === null ? {} : { subject }), owner, reason, expires };
}
