import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import { allows } from '../auth/permissions.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { type Page, pageOf, type PageQuery, startOf } from '../http/pages.js';
import type { Jobs } from '../jobs/jobs.js';
import { ConflictError, ForbiddenError } from '../problems/problems.js';
import { notify } from '../webhooks/notify.js';
import type { WebhookEvent } from '../webhooks/webhook.js';
import { requireSource } from './queries.js';
import type { BreakGlassView, RequestBreakGlass } from './break-glass.js';
import { type BreakGlassRow, findBreakGlass, stateOf, viewOfBreakGlass } from './break-glass-rows.js';

/** Seeing more than a policy shows, for a while: asked for with a reason, approved by somebody else. */
export class BreakGlassRequests {
  readonly #database: ServiceDatabase;
  readonly #jobs: Jobs;

  constructor(database: ServiceDatabase, jobs: Jobs) {
    this.#database = database;
    this.#jobs = jobs;
  }

  async list(caller: Caller, dataSourceId: string, query: PageQuery): Promise<Page<BreakGlassView>> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await requireSource(manager, dataSourceId);
      const rows = await manager.query<BreakGlassRow[]>(
        'select * from break_glass where data_source_id = $1 and id > $2 order by id limit $3',
        [dataSourceId, startOf(query), query.limit + 1],
      );
      return pageOf(rows.map(viewOfBreakGlass), query);
    });
  }

  async request(caller: Caller, dataSourceId: string, request: RequestBreakGlass): Promise<BreakGlassView> {
    if (!caller.roles.some((role) => role === request.role))
      throw new ForbiddenError(`the role ${request.role}`);
    return this.#telling(caller, 'break-glass.requested', async (manager) => {
      await requireSource(manager, dataSourceId);
      const id = uuidv7();
      const { role, columns, reason, minutes } = request;
      await manager.query(
        `insert into break_glass (tenant_id, id, data_source_id, role, columns, reason, minutes, requested_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [caller.tenantId, id, dataSourceId, role, columns, reason, minutes, caller.subject],
      );
      return findBreakGlass(manager, id);
    });
  }

  /** Lets the requester see, from now on and as long as they asked for. Nobody approves their own. */
  async approve(caller: Caller, id: string): Promise<BreakGlassView> {
    return this.#telling(caller, 'break-glass.approved', async (manager) => {
      const row = await findBreakGlass(manager, id, 'for update');
      if (row.requested_by === caller.subject) throw ownRequest;
      if (stateOf(row, new Date()) !== 'waiting') throw notWaiting;
      await manager.query('update break_glass set approved_by = $2, approved_at = now() where id = $1', [
        id,
        caller.subject,
      ]);
      return findBreakGlass(manager, id);
    });
  }

  /** Ends it before its time, or turns the request down. The requester may, and whoever may approve. */
  async end(caller: Caller, id: string): Promise<BreakGlassView> {
    return this.#telling(caller, 'break-glass.ended', async (manager) => {
      const row = await findBreakGlass(manager, id, 'for update');
      const mayEnd = row.requested_by === caller.subject || allows('break-glass:approve', caller.roles);
      if (!mayEnd) throw new ForbiddenError('break-glass:approve');
      if (stateOf(row, new Date()) === 'over') throw alreadyOver;
      await manager.query('update break_glass set ended_by = $2, ended_at = now() where id = $1', [
        id,
        caller.subject,
      ]);
      return findBreakGlass(manager, id);
    });
  }

  /** The change, its audit event and what webhooks are told, in one transaction. */
  async #telling(
    caller: Caller,
    event: WebhookEvent,
    change: (manager: EntityManager) => Promise<BreakGlassRow>,
  ): Promise<BreakGlassView> {
    const { view, jobs } = await this.#database.asTenant(caller.tenantId, async (manager) => {
      const row = await change(manager);
      const { id, data_source_id: dataSourceId, role, columns, minutes, requested_by: requestedBy } = row;
      const told = {
        breakGlassId: id,
        dataSourceId,
        role,
        columns,
        minutes,
        requestedBy,
        by: caller.subject,
      };
      await recordAudit(manager, caller, {
        action: event,
        subject: `data-source:${dataSourceId}`,
        details: { ...told, reason: row.reason },
      });
      return { view: viewOfBreakGlass(row), jobs: await notify(manager, caller.tenantId, event, told) };
    });
    await this.#jobs.announce(caller.tenantId, jobs);
    return view;
  }
}

const ownRequest = new ConflictError(
  'own-request',
  'nobody approves their own request',
  'ask another steward or the tenant’s admin',
);

const notWaiting = new ConflictError(
  'not-waiting',
  'the request was approved, ended or is too old',
  'list the requests, or ask for a new one',
);

const alreadyOver = new ConflictError('already-over', 'it is over already', 'nothing more is to be done');
