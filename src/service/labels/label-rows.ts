import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type ColumnName, parseNameParts, printColumnName } from '../../domain/catalog/catalog.js';
import { isSensitive, needsReview } from '../../domain/classification/label-decisions.js';
import type { KeptLabel } from '../../domain/classification/labels-file.js';
import type { Label } from '../../domain/classification/label.js';
import type { Sensitivity } from '../../domain/classification/sensitivity.js';

/** A label as the database keeps it. */
export interface LabelRow {
  readonly id: string;
  readonly data_source_id: string;
  readonly column_name: string;
  readonly information_type: string | null;
  readonly sensitivity: Sensitivity;
  readonly status: Label['status'];
  readonly confidence: number | null;
  readonly decided_by: string | null;
  readonly decided_at: string | null;
  readonly reason: string | null;
  readonly review: string | null;
  /** Wrapped, since "nothing sensitive" (null) is not "nothing known" (no row value). */
  readonly proposed: { readonly type: string | null } | null;
  readonly paths: Readonly<Record<string, string>> | null;
  readonly plain_paths: readonly string[] | null;
  readonly structure: string | null;
  readonly needs_review: boolean;
  readonly sensitive: boolean;
  readonly updated_at: Date;
  readonly version: number;
}

/** The domain's label of a row. */
export function labelOf(row: LabelRow): KeptLabel {
  return {
    column: columnNameOf(row.column_name),
    informationType: row.information_type,
    sensitivity: row.sensitivity,
    status: row.status,
    ...(row.confidence !== null && { confidence: row.confidence }),
    ...(row.decided_by !== null && { decidedBy: row.decided_by }),
    ...(row.decided_at !== null && { decidedAt: row.decided_at }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.review !== null && { review: row.review }),
    ...(row.proposed && { proposed: row.proposed.type }),
    ...(row.paths && { paths: row.paths }),
    ...(row.plain_paths && { plainPaths: row.plain_paths }),
    ...(row.structure !== null && { structure: row.structure }),
  };
}

/** The inverse of `printColumnName`, for names that it printed. */
export function columnNameOf(printed: string): ColumnName {
  const [schema, table, column] = parseNameParts(printed)!;
  return { schema, table, column };
}

/** A label to write; with the id it has, or a new one. */
export interface LabelWrite {
  readonly id: string;
  readonly label: KeptLabel;
}

export function newLabel(label: KeptLabel): LabelWrite {
  return { id: uuidv7(), label };
}

const upsert = `insert into labels (tenant_id, data_source_id, id, column_name, information_type, sensitivity, status,
       confidence, decided_by, decided_at, reason, review, proposed, paths, plain_paths, structure,
       needs_review, sensitive, updated_at)
     select $1, $2, id, column_name, information_type, sensitivity, status,
       confidence, decided_by, decided_at, reason, review, proposed, paths, plain_paths, structure,
       needs_review, sensitive, now()
     from jsonb_to_recordset($3::jsonb) as w (id uuid, column_name text, information_type text, sensitivity text,
       status text, confidence float8, decided_by text, decided_at text, reason text, review text,
       proposed jsonb, paths jsonb, plain_paths jsonb, structure text, needs_review boolean, sensitive boolean)
     on conflict (tenant_id, id) do update set
       column_name = excluded.column_name, information_type = excluded.information_type,
       sensitivity = excluded.sensitivity, status = excluded.status, confidence = excluded.confidence,
       decided_by = excluded.decided_by, decided_at = excluded.decided_at, reason = excluded.reason,
       review = excluded.review, proposed = excluded.proposed, paths = excluded.paths,
       plain_paths = excluded.plain_paths, structure = excluded.structure,
       needs_review = excluded.needs_review, sensitive = excluded.sensitive,
       updated_at = now(), version = labels.version + 1`;

/** Inserts labels, or changes those whose id is known; each change is a new version. */
export async function writeLabels(
  manager: EntityManager,
  tenantId: string,
  dataSourceId: string,
  writes: readonly LabelWrite[],
): Promise<void> {
  if (writes.length === 0) return;
  await manager.query(upsert, [tenantId, dataSourceId, JSON.stringify(writes.map(fieldsOf))]);
}

/** Writes one label as `writeLabels` does, and gives its row as it is then. */
export async function writeLabel(
  manager: EntityManager,
  tenantId: string,
  dataSourceId: string,
  write: LabelWrite,
): Promise<LabelRow> {
  const [row] = await manager.query<[LabelRow]>(`${upsert} returning *`, [
    ...[tenantId, dataSourceId, JSON.stringify([fieldsOf(write)])],
  ]);
  return row;
}

function fieldsOf({ id, label }: LabelWrite): object {
  return {
    id,
    column_name: printColumnName(label.column),
    information_type: label.informationType,
    sensitivity: label.sensitivity,
    status: label.status,
    confidence: label.confidence,
    decided_by: label.decidedBy,
    decided_at: label.decidedAt,
    reason: label.reason,
    review: label.review,
    // An absent field becomes SQL's NULL; a JSON null inside the object stays one.
    proposed: label.proposed === undefined ? undefined : { type: label.proposed },
    paths: label.paths,
    plain_paths: label.plainPaths,
    structure: label.structure,
    needs_review: needsReview(label),
    sensitive: isSensitive(label),
  };
}
