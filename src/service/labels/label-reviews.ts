import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';

/**
 * What can happen to a label. The first four are a scan's doing; `proposed`, `commented` and
 * `approval-requested` are words of people that decide nothing; the last three decide.
 */
export const reviewActions = [
  'found',
  'flagged',
  'renamed',
  'vanished',
  'proposed',
  'commented',
  'approval-requested',
  'confirmed',
  'rejected',
  'relabelled',
] as const;

/** One entry of a label's history. */
export interface LabelReview {
  readonly labelId: string;
  readonly dataSourceId: string;
  /** Printed name at the time. */
  readonly column: string;
  readonly action: (typeof reviewActions)[number];
  /** A caller's subject, or `scan:<id>`. */
  readonly by: string;
  readonly informationType?: string | null;
  readonly sensitivity?: string;
  readonly path?: string;
  readonly note?: string;
}

/** Adds to the history of labels, in the transaction of the change that it tells of. */
export async function recordReviews(
  manager: EntityManager,
  tenantId: string,
  reviews: readonly LabelReview[],
): Promise<void> {
  if (reviews.length === 0) return;
  const rows = reviews.map((review) => ({
    id: uuidv7(),
    label_id: review.labelId,
    data_source_id: review.dataSourceId,
    column_name: review.column,
    action: review.action,
    by: review.by,
    information_type: review.informationType,
    sensitivity: review.sensitivity,
    path: review.path,
    note: review.note,
  }));
  await manager.query(
    `insert into label_reviews
     select $1, id, label_id, data_source_id, column_name, action, by, now(), information_type, sensitivity, path, note
     from jsonb_to_recordset($2::jsonb) as r (id uuid, label_id uuid, data_source_id uuid, column_name text,
       action text, by text, information_type text, sensitivity text, path text, note text)`,
    [tenantId, JSON.stringify(rows)],
  );
}
