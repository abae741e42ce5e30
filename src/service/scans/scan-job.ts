import type { EntityManager } from 'typeorm';
import { printRelationName, type Table } from '../../domain/catalog/catalog.js';
import type { Classifier } from '../../domain/classification/classifier.js';
import { isUnchanged } from '../../domain/classification/label-decisions.js';
import type { Labels } from '../../domain/classification/labels-file.js';
import { fingerprintRules } from '../../domain/classification/rules-fingerprint.js';
import { engineFor } from '../../engines/engine-registry.js';
import { classifyDataSource } from '../../runs/classify-run.js';
import type { DataSourceLocations } from '../data-sources/read-location.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { recordScan } from '../findings/record-scan.js';
import type { JobAttempt, JobEnd, JobKind, JobResult } from '../jobs/job-kind.js';
import type { JobRow } from '../jobs/job.js';
import { readKnown } from '../labels/kept-labels.js';
import { NotFoundError } from '../problems/problems.js';
import { notify } from '../webhooks/notify.js';
import type { ScanResult, ScanRow, StartScan } from './scan.js';
import { SCAN_JOB } from './scans.js';

/** Classifies a data source and writes what it found in the transaction that ends the job. */
export class ScanJob implements JobKind {
  readonly id = SCAN_JOB;
  readonly maxFailures = 5;
  readonly #database: ServiceDatabase;
  readonly #locations: DataSourceLocations;
  readonly #classifier: () => Promise<Classifier>;

  /** @param classifier asked for at each scan: a process that scans nothing never compiles one */
  constructor(
    database: ServiceDatabase,
    locations: DataSourceLocations,
    classifier: () => Promise<Classifier>,
  ) {
    this.#database = database;
    this.#locations = locations;
    this.#classifier = classifier;
  }

  async run(attempt: JobAttempt): Promise<JobResult> {
    const { tenantId, subjectId, signal, report } = attempt;
    const { row, labels } = await this.#database.asTenant(tenantId, async (manager) => {
      const scan = await findScan(manager, subjectId);
      if (!scan) throw new NotFoundError('scan');
      return { row: scan, labels: (await readKnown(manager, scan.data_source_id)).labels };
    });
    const { options } = row;
    const classifier = await this.#classifier();
    const rules = fingerprintRules(classifier);
    const looked = new Set<string>();
    const location = await this.#locations.locationOf(tenantId, row.data_source_id);
    const session = await engineFor(location).open(location);
    try {
      const { catalog, proposals, failures } = await classifyDataSource({
        session,
        classifier,
        signal,
        options: {
          rows: options.sampleRows,
          timeoutMs: options.timeoutSeconds * 1_000,
          metadataOnly: options.metadataOnly,
          only: (table) => {
            if (options.incremental && isKnown(table, labels, { ...options, rules })) return false;
            looked.add(printRelationName(table));
            return true;
          },
        },
        onProgress: ({ done, total, table }) =>
          report({
            phase: 'tables',
            doing: printRelationName(table),
            done,
            total,
            tables: { done, total },
          }),
      });
      // Beside tables left out as unchanged, a view's labels would be mere guesses from names.
      const told = options.incremental
        ? proposals.filter(({ column: { schema, table } }) =>
            looked.has(printRelationName({ schema, name: table })),
          )
        : proposals;
      const unread = failures.map(({ table, reason }) => ({ table: printRelationName(table), reason }));
      const stillUnread = (labels.scanned?.unread ?? []).filter((table) => !looked.has(table));
      const scanned = {
        rules,
        values: !options.metadataOnly,
        unread: [...stillUnread, ...unread.map(({ table }) => table)].sort(),
      };
      return async (manager) => {
        const caller = { tenantId, subject: attempt.createdBy, roles: [] };
        const scan = { id: row.id, dataSourceId: row.data_source_id, catalog, proposals: told, scanned };
        const { columns, changes, newlySensitive, waitingForReview } = await recordScan(
          manager,
          caller,
          scan,
        );
        const result: ScanResult = {
          tables: looked.size,
          columns,
          added: changes.added.length,
          renamed: changes.renamed.length,
          vanished: changes.vanished.length,
          flagged: changes.flagged.length,
          newlySensitive: [...newlySensitive],
          waitingForReview,
          unread,
        };
        await manager.query('update scans set result = $2 where id = $1', [row.id, JSON.stringify(result)]);
      };
    } finally {
      await session.close();
    }
  }

  async ended(manager: EntityManager, job: JobRow, { state, reason }: JobEnd): Promise<readonly string[]> {
    const scan = await findScan(manager, job.subject_id);
    // Its data source was removed while it ran: there is nothing left to tell of.
    if (!scan) return [];
    const { id, data_source_id, result } = scan;
    const about = { scanId: id, dataSourceId: data_source_id };
    const jobs = await notify(manager, job.tenant_id, 'scan.ended', {
      ...about,
      state,
      ...(reason ? { reason: reason.code } : {}),
      ...(result ? { columns: result.columns, waitingForReview: result.waitingForReview } : {}),
    });
    const columns = result?.newlySensitive ?? [];
    if (columns.length === 0) return jobs;
    const found = { ...about, columns: columns.slice(0, 100), count: columns.length };
    return [...jobs, ...(await notify(manager, job.tenant_id, 'sensitive-column.found', found))];
  }
}

/** True when the last scan saw this table under these rules, as well as this one would. */
function isKnown(
  table: Table,
  labels: Labels,
  { metadataOnly, rules }: Pick<StartScan, 'metadataOnly'> & { readonly rules: string },
): boolean {
  const { scanned } = labels;
  return (
    scanned !== undefined &&
    scanned.rules === rules &&
    (scanned.values || metadataOnly) &&
    !scanned.unread.includes(printRelationName(table)) &&
    isUnchanged(labels, table)
  );
}

async function findScan(manager: EntityManager, id: string): Promise<ScanRow | undefined> {
  const [row] = await manager.query<ScanRow[]>('select * from scans where id = $1', [id]);
  return row;
}
