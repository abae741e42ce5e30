import type { Sensitivity } from '../../domain/classification/sensitivity.js';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import { Conditions, ofType } from '../database/conditions.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { type Page, pageOf, startOf } from '../http/pages.js';
import { NotFoundError } from '../problems/problems.js';
import type { Finding, FindingsQuery, FindingSummary } from './finding.js';

interface SummaryRow {
  readonly id: string;
  readonly data_source_id: string;
  readonly column_name: string;
  readonly information_type: string | null;
  readonly sensitivity: Sensitivity;
  readonly confidence: number;
  readonly scan_id: string;
  readonly found_at: string;
}

interface FindingRow extends Omit<SummaryRow, 'found_at'> {
  readonly found_at: Date;
  readonly evidence: Finding['evidence'];
  readonly runner_up: Finding['runnerUp'];
  readonly paths: Finding['paths'];
}

const summaryColumns =
  'id, data_source_id, column_name, information_type, sensitivity, confidence, scan_id, found_at';

/** What scans found, column by column. */
export class Findings {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  async list({ tenantId }: Caller, query: FindingsQuery): Promise<Page<FindingSummary>> {
    const { dataSource, informationType, sensitivity, minConfidence, table } = query;
    const where = new Conditions()
      .and((p) => `id > ${p}`, startOf(query))
      .andIf((p) => `data_source_id = ${p}`, dataSource)
      .andIf(ofType(informationType), informationType)
      .andIf((p) => `sensitivity = ${p}`, sensitivity)
      .andIf((p) => `confidence >= ${p}`, minConfidence)
      .andIf((p) => `starts_with(column_name, ${p} || '.')`, table);
    const rows = await this.#database.readAsTenant<SummaryRow>(
      tenantId,
      `select ${summaryColumns} from findings ${where.sql} order by id limit ${query.limit + 1}`,
      where.values,
    );
    return pageOf(rows.map(summaryOf), query);
  }

  /** With its evidence; who read it is audited. */
  async get(caller: Caller, id: string): Promise<Finding> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const [row] = await manager.query<FindingRow[]>('select * from findings where id = $1', [id]);
      if (!row) throw new NotFoundError('finding');
      await recordAudit(manager, caller, {
        action: 'finding.evidence-read',
        subject: `finding:${id}`,
        details: { dataSource: row.data_source_id, column: row.column_name },
      });
      const { evidence, runner_up: runnerUp, paths } = row;
      return { ...summaryOf({ ...row, found_at: row.found_at.toISOString() }), evidence, runnerUp, paths };
    });
  }
}

function summaryOf(row: SummaryRow): FindingSummary {
  return {
    id: row.id,
    dataSource: row.data_source_id,
    column: row.column_name,
    informationType: row.information_type,
    sensitivity: row.sensitivity,
    confidence: row.confidence,
    scan: row.scan_id,
    foundAt: row.found_at,
  };
}
