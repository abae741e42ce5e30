import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../auth/caller.js';
import type { KnownCallers } from '../auth/known-callers.js';
import type { Role } from '../auth/permissions.js';
import { Conditions } from '../database/conditions.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { createOnce, type IdempotentRequest } from '../http/idempotency.js';
import { type Page, pageOf } from '../http/pages.js';
import { ConflictError } from '../problems/problems.js';
import { ResourceRows } from '../resources/resource-rows.js';
import type { ChangeMember, CreateMember, MembersQuery, MemberView } from './member.js';

interface MemberRow {
  readonly id: string;
  readonly subject: string;
  readonly name: string;
  readonly roles: Role[];
  readonly created_at: Date;
  readonly version: number;
}

const kept = new ResourceRows<MemberRow>({ table: 'members', title: 'member', kind: 'member' });

/** People of a tenant who have roles here beside those that their groups give them. */
export class Members {
  readonly #database: ServiceDatabase;
  readonly #callers: KnownCallers;

  constructor(database: ServiceDatabase, callers: KnownCallers) {
    this.#database = database;
    this.#callers = callers;
  }

  async list({ tenantId }: Caller, query: MembersQuery): Promise<Page<MemberView>> {
    const where = new Conditions().andIf((p) => `${p} = any (roles)`, query.role);
    return this.#database.asTenant(tenantId, async (manager) => {
      const rows = await kept.page(manager, query, where);
      return pageOf(rows.map(viewOf), query);
    });
  }

  async get({ tenantId }: Caller, id: string): Promise<MemberView> {
    return this.#database.asTenant(tenantId, async (manager) => viewOf(await kept.find(manager, id)));
  }

  async create(caller: Caller, request: CreateMember, once?: IdempotentRequest): Promise<MemberView> {
    const { subject, name, roles } = request;
    const view = await this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        const known = await manager.query<unknown[]>('select from members where subject = $1', [subject]);
        if (known.length > 0) throw alreadyMember;
        const id = uuidv7();
        await manager.query(
          'insert into members (tenant_id, id, subject, name, roles) values ($1, $2, $3, $4, $5)',
          [caller.tenantId, id, subject, name, roles],
        );
        await kept.audit(manager, caller, 'added', id, { subject, roles });
        return viewOf(await kept.find(manager, id));
      }),
    );
    this.#callers.forget(caller.tenantId);
    return view;
  }

  async change(caller: Caller, id: string, version: number, request: ChangeMember): Promise<MemberView> {
    const view = await this.#database.asTenant(caller.tenantId, async (manager) => {
      const before = await kept.matching(manager, id, version);
      const { name = before.name, roles = before.roles } = request;
      await manager.query('update members set name = $2, roles = $3, version = version + 1 where id = $1', [
        id,
        name,
        roles,
      ]);
      await kept.audit(manager, caller, 'changed', id, { subject: before.subject, roles });
      return viewOf(await kept.find(manager, id));
    });
    this.#callers.forget(caller.tenantId);
    return view;
  }

  async remove(caller: Caller, id: string, version: number): Promise<void> {
    await this.#database.asTenant(caller.tenantId, async (manager) => {
      const { subject } = await kept.matching(manager, id, version);
      await manager.query('delete from members where id = $1', [id]);
      await kept.audit(manager, caller, 'removed', id, { subject });
    });
    this.#callers.forget(caller.tenantId);
  }
}

const alreadyMember = new ConflictError(
  'already-member',
  'this subject is a member',
  'change the roles of the member that there is',
);

function viewOf(row: MemberRow): MemberView {
  return {
    id: row.id,
    subject: row.subject,
    name: row.name,
    roles: row.roles,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}
