import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type Catalog, printColumnName } from '../../domain/catalog/catalog.js';
import { fingerprintCatalog } from '../../domain/catalog/fingerprint.js';
import {
  isSensitive,
  type LabelChanges,
  mergeProposals,
  needsReview,
} from '../../domain/classification/label-decisions.js';
import type { LabelProposal } from '../../domain/classification/label.js';
import type { KeptLabel, Labels, ScanRecord } from '../../domain/classification/labels-file.js';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import { type KnownDataSource, readKnown } from '../labels/kept-labels.js';
import { type LabelReview, recordReviews } from '../labels/label-reviews.js';
import { newLabel, type LabelWrite, writeLabels } from '../labels/label-rows.js';

/** What a scan brought back. */
export interface Scan {
  readonly id: string;
  readonly dataSourceId: string;
  readonly catalog: Catalog;
  /** Of all tables, or of those that the scan looked at. */
  readonly proposals: readonly LabelProposal[];
  /** What the next scan may leave out: under which rules this one looked, and what it could not read. */
  readonly scanned: ScanRecord;
}

/** What a scan changed, for its job's result and for those who want to be told. */
export interface RecordedScan {
  readonly columns: number;
  readonly changes: LabelChanges;
  /** Printed names of columns that had no label and are proposed as sensitive. */
  readonly newlySensitive: readonly string[];
  readonly waitingForReview: number;
}

/**
 * Keeps what a scan found: findings with their evidence, proposals merged into the labels (decisions
 * stay, as `mergeProposals` says), the history of each changed label, the catalog, and an audit event.
 * Call it within the transaction that ends the scan, so that either all of it is there or nothing; called
 * again for the same scan it changes nothing more than the dates.
 */
export async function recordScan(manager: EntityManager, caller: Caller, scan: Scan): Promise<RecordedScan> {
  const { dataSourceId, catalog, proposals } = scan;
  // Two scans of one data source that end together are merged one after the other.
  await manager.query('select from data_sources where id = $1 for update', [dataSourceId]);
  const known = await readKnown(manager, dataSourceId);
  const { labels, changes } = mergeProposals(known.labels, catalog, proposals);

  await writeFindings(manager, caller.tenantId, scan);
  const ids = await writeMerged(manager, caller.tenantId, dataSourceId, known, labels, changes);
  await recordReviews(manager, caller.tenantId, historyOf(scan, known, labels, changes, ids));
  await writeCatalog(manager, caller.tenantId, scan);

  const newlySensitive = changes.added.filter((name) => isSensitive(labels.columns.get(name)!));
  const waitingForReview = [...labels.columns.values()].filter(needsReview).length;
  const recorded = { columns: proposals.length, changes, newlySensitive, waitingForReview };
  await recordAudit(manager, caller, {
    action: 'scan.recorded',
    subject: `data-source:${dataSourceId}`,
    details: {
      scan: scan.id,
      columns: recorded.columns,
      added: changes.added.length,
      renamed: changes.renamed.length,
      vanished: changes.vanished.length,
      flagged: changes.flagged.length,
      waitingForReview,
    },
  });
  return recorded;
}

/** One row a column: what an earlier scan said of it is replaced, under the same id. */
async function writeFindings(manager: EntityManager, tenantId: string, scan: Scan): Promise<void> {
  const rows = scan.proposals.map((proposal) => ({
    id: uuidv7(),
    column_name: printColumnName(proposal.column),
    information_type: proposal.informationType,
    sensitivity: proposal.sensitivity,
    confidence: proposal.confidence,
    evidence: proposal.evidence,
    runner_up: proposal.runnerUp,
    paths: proposal.paths,
  }));
  await manager.query(
    `insert into findings (tenant_id, id, data_source_id, column_name, information_type, sensitivity, confidence,
       evidence, runner_up, paths, scan_id, found_at)
     select $1, id, $2, column_name, information_type, sensitivity, confidence, evidence, runner_up, paths, $3, now()
     from jsonb_to_recordset($4::jsonb) as f (id uuid, column_name text, information_type text, sensitivity text,
       confidence float8, evidence jsonb, runner_up jsonb, paths jsonb)
     on conflict (tenant_id, data_source_id, column_name) do update set
       information_type = excluded.information_type, sensitivity = excluded.sensitivity,
       confidence = excluded.confidence, evidence = excluded.evidence, runner_up = excluded.runner_up,
       paths = excluded.paths, scan_id = excluded.scan_id, found_at = excluded.found_at`,
    [tenantId, scan.dataSourceId, scan.id, JSON.stringify(rows)],
  );
  await manager.query('delete from findings where data_source_id = $1 and column_name <> all ($2::text[])', [
    scan.dataSourceId,
    namesIn(scan.catalog),
  ]);
}

/** Writes only labels that changed; gives the ids of all. */
async function writeMerged(
  manager: EntityManager,
  tenantId: string,
  dataSourceId: string,
  { labels: before, labelIds }: KnownDataSource,
  after: Labels,
  { renamed, vanished }: LabelChanges,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map(labelIds);
  for (const { from, to } of renamed) ids.set(to, labelIds.get(from)!);
  const writes: LabelWrite[] = [];
  for (const [name, label] of after.columns) {
    const id = ids.get(name);
    const write = id === undefined ? newLabel(label) : { id, label };
    ids.set(name, write.id);
    if (!isSame(label, before.columns.get(name))) writes.push(write);
  }
  // Renamed columns may swap names: uniqueness is looked at when all are written.
  await manager.query('set constraints all deferred');
  await writeLabels(manager, tenantId, dataSourceId, writes);
  await manager.query('delete from labels where id = any ($1::uuid[])', [
    vanished.map((name) => labelIds.get(name)),
  ]);
  return ids;
}

function historyOf(
  { id, dataSourceId }: Scan,
  known: KnownDataSource,
  { columns }: Labels,
  { added, renamed, flagged, vanished }: LabelChanges,
  ids: ReadonlyMap<string, string>,
): readonly LabelReview[] {
  const entry = (action: LabelReview['action'], column: string, note?: string): LabelReview => {
    const label = columns.get(column) ?? known.labels.columns.get(column)!;
    const { informationType, sensitivity } = label;
    const labelId = ids.get(column)!;
    const by = `scan:${id}`;
    return { labelId, dataSourceId, column, action, by, informationType, sensitivity, ...(note && { note }) };
  };
  return [
    ...added.map((column) => entry('found', column)),
    ...renamed.map(({ from, to }) => entry('renamed', to, `was ${from}`)),
    ...flagged.map((column) => entry('flagged', column, columns.get(column)!.review)),
    ...vanished.map((column) => entry('vanished', column)),
  ];
}

async function writeCatalog(manager: EntityManager, tenantId: string, scan: Scan): Promise<void> {
  await manager.query(
    `insert into catalogs (tenant_id, data_source_id, fingerprint, catalog, scanned, scanned_at)
     values ($1, $2, $3, $4, $5, now())
     on conflict (tenant_id, data_source_id) do update set
       fingerprint = excluded.fingerprint, catalog = excluded.catalog, scanned = excluded.scanned,
       scanned_at = excluded.scanned_at`,
    [
      tenantId,
      scan.dataSourceId,
      fingerprintCatalog(scan.catalog),
      JSON.stringify(scan.catalog),
      JSON.stringify(scan.scanned),
    ],
  );
}

function namesIn({ tables, views }: Catalog): readonly string[] {
  return [...tables, ...views].flatMap(({ schema, name, columns }) =>
    columns.map((column) => printColumnName({ schema, table: name, column: column.name })),
  );
}

function isSame(a: KeptLabel, b: KeptLabel | undefined): boolean {
  return b !== undefined && JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(label: KeptLabel): object {
  return Object.fromEntries(Object.entries(label).sort(([x], [y]) => (x < y ? -1 : 1)));
}
