import { v7 as uuidv7 } from 'uuid';
import { newApiKey } from '../auth/api-key-credentials.js';
import type { Caller } from '../auth/caller.js';
import type { KnownCallers } from '../auth/known-callers.js';
import type { Role } from '../auth/permissions.js';
import { Conditions } from '../database/conditions.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { createOnce, type IdempotentRequest } from '../http/idempotency.js';
import { type Page, pageOf } from '../http/pages.js';
import { InvalidRequestError } from '../problems/problems.js';
import { ResourceRows } from '../resources/resource-rows.js';
import type { ApiKeysQuery, ApiKeyView, ChangeApiKey, CreateApiKey, NewApiKeyView } from './api-key.js';

interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly roles: Role[];
  readonly created_by: string;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
  readonly version: number;
}

const kept = new ResourceRows<ApiKeyRow>({ table: 'api_keys', title: 'API key', kind: 'api-key' });

/** The keys that a tenant's machines come with. A key is never deleted: who did what with it stays known. */
export class ApiKeys {
  readonly #database: ServiceDatabase;
  readonly #callers: KnownCallers;

  constructor(database: ServiceDatabase, callers: KnownCallers) {
    this.#database = database;
    this.#callers = callers;
  }

  async list({ tenantId }: Caller, query: ApiKeysQuery): Promise<Page<ApiKeyView>> {
    const where = new Conditions().andIf(
      (p) => `(revoked_at is null and (expires_at is null or expires_at > now())) = ${p}`,
      query.active,
    );
    return this.#database.asTenant(tenantId, async (manager) => {
      const rows = await kept.page(manager, query, where);
      return pageOf(rows.map(viewOf), query);
    });
  }

  async get({ tenantId }: Caller, id: string): Promise<ApiKeyView> {
    return this.#database.asTenant(tenantId, async (manager) => viewOf(await kept.find(manager, id)));
  }

  /** The token is in the first answer only: what is kept to repeat the answer does not hold it. */
  async create(caller: Caller, request: CreateApiKey, once?: IdempotentRequest): Promise<NewApiKeyView> {
    const { name, roles, expiresAt } = request;
    if (expiresAt !== undefined && Date.parse(expiresAt) <= Date.now())
      throw new InvalidRequestError([{ at: 'body.expiresAt', problem: 'lies in the past' }]);
    let token: string | undefined;
    const view = await this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        const made = newApiKey();
        const id = uuidv7();
        await manager.query(
          `insert into api_keys (tenant_id, id, name, prefix, hash, roles, created_by, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [caller.tenantId, id, name, made.prefix, made.hash, roles, caller.subject, expiresAt],
        );
        await kept.audit(manager, caller, 'created', id, { name, roles, expiresAt });
        token = made.token;
        return viewOf(await kept.find(manager, id));
      }),
    );
    return { ...view, ...(token !== undefined && { token }) };
  }

  async change(caller: Caller, id: string, version: number, { name }: ChangeApiKey): Promise<ApiKeyView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await kept.matching(manager, id, version);
      await manager.query('update api_keys set name = $2, version = version + 1 where id = $1', [id, name]);
      await kept.audit(manager, caller, 'changed', id, { name });
      return viewOf(await kept.find(manager, id));
    });
  }

  /** From now on the key opens nothing; revoking it again changes nothing. */
  async revoke(caller: Caller, id: string, version: number): Promise<void> {
    await this.#database.asTenant(caller.tenantId, async (manager) => {
      const { revoked_at: revokedAt } = await kept.matching(manager, id, version);
      if (revokedAt) return;
      await manager.query('update api_keys set revoked_at = now(), version = version + 1 where id = $1', [
        id,
      ]);
      await kept.audit(manager, caller, 'revoked', id, {});
    });
    // Other processes hear it from the database; this one need not wait for that.
    this.#callers.forget(caller.tenantId);
  }
}

function viewOf(row: ApiKeyRow): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    roles: row.roles,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    version: row.version,
  };
}
