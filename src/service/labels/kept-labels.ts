import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Catalog } from '../../domain/catalog/catalog.js';
import { type Labels, printLabels, type ScanRecord } from '../../domain/classification/labels-file.js';
import type { DeclaredReference } from '../../domain/classification/labels-file.js';
import { labelOf, type LabelRow } from './label-rows.js';

/** What is known of one data source: its structure as last scanned, and its labels with their ids. */
export interface KnownDataSource {
  /** Undefined before the first scan. */
  readonly catalog: Catalog | undefined;
  readonly labels: Labels;
  /** Ids of labels by the printed name of the column. */
  readonly labelIds: ReadonlyMap<string, string>;
}

interface CatalogRow {
  readonly catalog: Catalog;
  readonly scanned: ScanRecord;
  readonly references: readonly DeclaredReference[];
}

/** Reads all labels of a data source: what plans are made from and scans are merged into. */
export async function readKnown(manager: EntityManager, dataSourceId: string): Promise<KnownDataSource> {
  const [kept] = await manager.query<CatalogRow[]>(
    'select catalog, scanned, "references" from catalogs where data_source_id = $1',
    [dataSourceId],
  );
  const rows = await manager.query<LabelRow[]>(
    'select * from labels where data_source_id = $1 order by column_name',
    [dataSourceId],
  );
  return {
    catalog: kept?.catalog,
    labels: {
      ...(kept && { scanned: kept.scanned }),
      columns: new Map(rows.map((row) => [row.column_name, labelOf(row)])),
      references: kept?.references ?? [],
    },
    labelIds: new Map(rows.map(({ column_name, id }) => [column_name, id])),
  };
}

/** SHA-256 (hex) of the labels as their file would read: what plans and attestations name them by. */
export function digestOf(labels: Labels): string {
  return createHash('sha256').update(printLabels(labels)).digest('hex');
}
