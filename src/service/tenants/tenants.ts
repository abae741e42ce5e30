import type { EntityManager } from 'typeorm';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { type Page, pageOf, type PageQuery, startOf } from '../http/pages.js';
import { NotFoundError, PreconditionFailedError } from '../problems/problems.js';
import type { ChangeTenant, TenantView } from './tenant.js';

interface TenantRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly created_at: Date;
  readonly version: number;
}

/**
 * Tenants as a credential sees them: its own, and no other. They are made by the operator of the service
 * (`npm start -- create-tenant`), since no credential stands above tenants; and they are not deleted, since
 * their audit log must outlive them.
 */
export class Tenants {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  async list({ tenantId }: Caller, query: PageQuery): Promise<Page<TenantView>> {
    return this.#database.asTenant(tenantId, async (manager) => {
      const rows = await manager.query<TenantRow[]>(
        'select * from tenants where id > $1 order by id limit $2',
        [startOf(query), query.limit + 1],
      );
      return pageOf(rows.map(viewOf), query);
    });
  }

  async get({ tenantId }: Caller, id: string): Promise<TenantView> {
    return this.#database.asTenant(tenantId, async (manager) => viewOf(await find(manager, id)));
  }

  async change(caller: Caller, id: string, version: number, { name }: ChangeTenant): Promise<TenantView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await find(manager, id);
      // The version is compared by the change itself: the service may lock no row of this table.
      const [changed] = await manager.query<[TenantRow[], number]>(
        'update tenants set name = $2, version = version + 1 where id = $1 and version = $3 returning *',
        [id, name, version],
      );
      if (changed.length === 0) throw new PreconditionFailedError();
      await recordAudit(manager, caller, {
        action: 'tenant.changed',
        subject: `tenant:${id}`,
        details: { name },
      });
      return viewOf(changed[0]);
    });
  }
}

async function find(manager: EntityManager, id: string): Promise<TenantRow> {
  const [row] = await manager.query<TenantRow[]>('select * from tenants where id = $1', [id]);
  if (!row) throw new NotFoundError('tenant');
  return row;
}

function viewOf(row: TenantRow): TenantView {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}
