import type { EntityManager } from 'typeorm';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { InvalidRequestError, NotFoundError } from '../problems/problems.js';
import { postureSettingsSchema, type PostureSettingsView } from './posture-setting.js';

/** What people know of data sources, and what these are judged by. */
export class PostureSettings {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  async get({ tenantId }: Caller, dataSourceId: string): Promise<PostureSettingsView> {
    return this.#database.asTenant(tenantId, async (manager) => {
      await requireDataSource(manager, dataSourceId);
      return readPostureSettings(manager, dataSourceId);
    });
  }

  async set(
    caller: Caller,
    dataSourceId: string,
    settings: PostureSettingsView,
  ): Promise<PostureSettingsView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await requireDataSource(manager, dataSourceId);
      await refuseUnknown(manager, dataSourceId, settings);
      await manager.query(
        `insert into posture_settings (tenant_id, data_source_id, settings, changed_by) values ($1, $2, $3, $4)
         on conflict (tenant_id, data_source_id) do update set
           settings = excluded.settings, changed_by = excluded.changed_by, changed_at = now()`,
        [caller.tenantId, dataSourceId, JSON.stringify(settings), caller.subject],
      );
      await recordAudit(manager, caller, {
        action: 'posture-settings.set',
        subject: `data-source:${dataSourceId}`,
        details: { settings },
      });
      return settings;
    });
  }
}

/** The settings of a data source; none are as good as empty ones. */
export async function readPostureSettings(
  manager: EntityManager,
  dataSourceId: string,
): Promise<PostureSettingsView> {
  const [row] = await manager.query<{ settings: PostureSettingsView }[]>(
    'select settings from posture_settings where data_source_id = $1',
    [dataSourceId],
  );
  return postureSettingsSchema.parse(row?.settings ?? {});
}

async function requireDataSource(manager: EntityManager, id: string): Promise<void> {
  const there = await manager.query<unknown[]>('select from data_sources where id = $1', [id]);
  if (there.length === 0) throw new NotFoundError('data source');
}

async function refuseUnknown(
  manager: EntityManager,
  dataSourceId: string,
  { policyId, productionId }: PostureSettingsView,
): Promise<void> {
  const problems: { at: string; problem: string }[] = [];
  if (policyId !== undefined) {
    const there = await manager.query<unknown[]>('select from policies where id = $1', [policyId]);
    if (there.length === 0) problems.push({ at: 'body.policyId', problem: 'is no policy' });
  }
  if (productionId === dataSourceId) {
    problems.push({ at: 'body.productionId', problem: 'is the data source itself' });
  } else if (productionId !== undefined) {
    const there = await manager.query<unknown[]>(
      `select from data_sources where id = $1 and environment = 'production'`,
      [productionId],
    );
    if (there.length === 0)
      problems.push({ at: 'body.productionId', problem: 'is no data source of production' });
  }
  if (problems.length > 0) throw new InvalidRequestError(problems);
}
