import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import type { KnownCallers } from '../auth/known-callers.js';
import type { Role } from '../auth/permissions.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { createOnce, type IdempotentRequest } from '../http/idempotency.js';
import { type Page, pageOf, type PageQuery, startOf } from '../http/pages.js';
import { ConflictError, NotFoundError, PreconditionFailedError } from '../problems/problems.js';
import type { ChangeMember, CreateMember, MemberView } from './member.js';

interface MemberRow {
  readonly id: string;
  readonly subject: string;
  readonly name: string;
  readonly roles: Role[];
  readonly created_at: Date;
  readonly version: number;
}

/** People of a tenant who have roles here beside those that their groups give them. */
export class Members {
  readonly #database: ServiceDatabase;
  readonly #callers: KnownCallers;

  constructor(database: ServiceDatabase, callers: KnownCallers) {
    this.#database = database;
    this.#callers = callers;
  }

  async list({ tenantId }: Caller, query: PageQuery): Promise<Page<MemberView>> {
    return this.#database.asTenant(tenantId, async (manager) => {
      const rows = await manager.query<MemberRow[]>(
        'select * from members where id > $1 order by id limit $2',
        [startOf(query), query.limit + 1],
      );
      return pageOf(rows.map(viewOf), query);
    });
  }

  async get({ tenantId }: Caller, id: string): Promise<MemberView> {
    return this.#database.asTenant(tenantId, async (manager) => viewOf(await find(manager, id)));
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
        await audit(manager, caller, 'added', id, { subject, roles });
        return viewOf(await find(manager, id));
      }),
    );
    this.#callers.forget(caller.tenantId);
    return view;
  }

  async change(caller: Caller, id: string, version: number, request: ChangeMember): Promise<MemberView> {
    const view = await this.#database.asTenant(caller.tenantId, async (manager) => {
      const before = await matching(manager, id, version);
      const { name = before.name, roles = before.roles } = request;
      await manager.query('update members set name = $2, roles = $3, version = version + 1 where id = $1', [
        id,
        name,
        roles,
      ]);
      await audit(manager, caller, 'changed', id, { subject: before.subject, roles });
      return viewOf(await find(manager, id));
    });
    this.#callers.forget(caller.tenantId);
    return view;
  }

  async remove(caller: Caller, id: string, version: number): Promise<void> {
    await this.#database.asTenant(caller.tenantId, async (manager) => {
      const { subject } = await matching(manager, id, version);
      await manager.query('delete from members where id = $1', [id]);
      await audit(manager, caller, 'removed', id, { subject });
    });
    this.#callers.forget(caller.tenantId);
  }
}

const alreadyMember = new ConflictError(
  'already-member',
  'this subject is a member',
  'change the roles of the member that there is',
);

async function matching(manager: EntityManager, id: string, version: number): Promise<MemberRow> {
  const row = await find(manager, id, 'for update');
  if (row.version !== version) throw new PreconditionFailedError();
  return row;
}

async function find(manager: EntityManager, id: string, lock: '' | 'for update' = ''): Promise<MemberRow> {
  const [row] = await manager.query<MemberRow[]>(`select * from members where id = $1 ${lock}`, [id]);
  if (!row) throw new NotFoundError('member');
  return row;
}

function audit(
  manager: EntityManager,
  caller: Caller,
  did: string,
  id: string,
  details: Record<string, unknown>,
) {
  return recordAudit(manager, caller, { action: `member.${did}`, subject: `member:${id}`, details });
}

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
