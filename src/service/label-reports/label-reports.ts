import { sensitivities, type Sensitivity } from '../../domain/classification/sensitivity.js';
import type { Caller } from '../auth/caller.js';
import { Conditions } from '../database/conditions.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { type Page, pageOf, type PageQuery, startOf } from '../http/pages.js';
import type { ReviewView } from '../labels/label.js';
import { reviewOf, type ReviewRow } from '../labels/label-reviews.js';
import type { ChangesQuery, CoverageReport, InventoryQuery, InventoryReport } from './label-report.js';

interface InventoryRow {
  readonly information_type: string;
  readonly sensitivities: readonly Sensitivity[];
  readonly columns: string;
  readonly decided: string;
  readonly data_source_id: string;
  readonly name: string;
  readonly environment: string;
}

interface CoverageRow {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly scanned_at: Date | null;
  readonly unread: readonly string[] | null;
  readonly columns: string;
  readonly sensitive: string;
  readonly decided: string;
  readonly waiting: string;
}

/** What is where, how much of it is decided, and what changed: over all labels of a tenant. */
export class LabelReports {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  async inventory({ tenantId }: Caller, query: InventoryQuery): Promise<InventoryReport> {
    const where = new Conditions()
      .andIf((p) => `data_source_id = ${p}`, query.dataSource)
      .andIf((p) => `l.sensitivity = ${p}`, query.sensitivity);
    const rows = await this.#database.asTenant(tenantId, (manager) =>
      manager.query<InventoryRow[]>(
        `select information_type, data_source_id, d.name, d.environment, count(*) as columns,
           count(*) filter (where status <> 'proposed' and review is null) as decided,
           array_agg(distinct l.sensitivity) as sensitivities
         from (select data_source_id, sensitivity, status, review, information_type from labels
               union all
               -- What stands inside documents counts where it stands.
               select data_source_id, sensitivity, status, review, inside.value
               from labels, jsonb_each_text(paths) as inside) as l
         join data_sources as d on d.id = data_source_id
         ${where.sql === '' ? 'where' : `${where.sql} and`} information_type is not null
         group by information_type, data_source_id, d.name, d.environment
         order by information_type, d.name`,
        where.values,
      ),
    );
    const types = [...Map.groupBy(rows, (row) => row.information_type)];
    const items = types.map(([informationType, group]) => ({
      informationType,
      columns: sum(group.map(({ columns }) => columns)),
      decided: sum(group.map(({ decided }) => decided)),
      sensitivity: highest(group.flatMap((row) => row.sensitivities)),
      dataSources: group.map((row) => ({
        id: row.data_source_id,
        name: row.name,
        environment: row.environment,
        columns: Number(row.columns),
      })),
    }));
    return { items: items.sort((a, b) => b.columns - a.columns) };
  }

  /** One entry a data source, in the order they were registered. */
  async coverage({ tenantId }: Caller, query: PageQuery): Promise<Page<CoverageReport>> {
    return this.#database.asTenant(tenantId, async (manager) => {
      const rows = await manager.query<CoverageRow[]>(
        `select d.id, d.name, d.environment, c.scanned_at, c.scanned->'unread' as unread, l.*
         from data_sources as d
         left join catalogs as c on c.data_source_id = d.id
         cross join lateral (
           select count(*) as columns,
             count(*) filter (where sensitive) as sensitive,
             count(*) filter (where sensitive and not needs_review or status <> 'proposed' and review is null)
               as decided,
             count(*) filter (where needs_review) as waiting
           from labels where data_source_id = d.id) as l
         where d.id > $1 order by d.id limit $2`,
        [startOf(query), query.limit + 1],
      );
      return pageOf(rows.map(coverageOf), query);
    });
  }

  /** What scans found and people said since a time, in all data sources or one. */
  async changes({ tenantId }: Caller, query: ChangesQuery): Promise<Page<ReviewView>> {
    const where = new Conditions()
      .and((p) => `id > ${p}`, startOf(query))
      .and((p) => `at >= ${p}`, query.since)
      .andIf((p) => `data_source_id = ${p}`, query.dataSource)
      .andIf((p) => `action = ${p}`, query.action);
    return this.#database.asTenant(tenantId, async (manager) => {
      const rows = await manager.query<ReviewRow[]>(
        `select * from label_reviews ${where.sql} order by id limit ${query.limit + 1}`,
        where.values,
      );
      return pageOf(rows.map(reviewOf), query);
    });
  }
}

function coverageOf(row: CoverageRow): CoverageReport {
  const [decided, waiting] = [Number(row.decided), Number(row.waiting)];
  return {
    id: row.id,
    name: row.name,
    environment: row.environment,
    scannedAt: row.scanned_at?.toISOString() ?? null,
    columns: Number(row.columns),
    sensitive: Number(row.sensitive),
    decided,
    waitingForReview: waiting,
    coverage: decided + waiting === 0 ? null : decided / (decided + waiting),
    unreadTables: [...(row.unread ?? [])],
  };
}

function sum(counts: readonly string[]): number {
  return counts.reduce((total, count) => total + Number(count), 0);
}

function highest(found: readonly Sensitivity[]): Sensitivity {
  return sensitivities.findLast((sensitivity) => found.includes(sensitivity))!;
}
