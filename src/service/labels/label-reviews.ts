import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { ReviewView } from './label.js';
import type { reviewActions } from './review-actions.js';

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

/** A history entry as the database keeps it. */
export interface ReviewRow extends Omit<
  ReviewView,
  'label' | 'dataSource' | 'column' | 'at' | 'informationType'
> {
  readonly label_id: string;
  readonly data_source_id: string;
  readonly column_name: string;
  readonly at: Date;
  readonly information_type: string | null;
}

export function reviewOf(row: ReviewRow): ReviewView {
  return {
    id: row.id,
    label: row.label_id,
    dataSource: row.data_source_id,
    column: row.column_name,
    action: row.action,
    by: row.by,
    at: row.at.toISOString(),
    informationType: row.information_type,
    sensitivity: row.sensitivity,
    path: row.path,
    note: row.note,
  };
}
