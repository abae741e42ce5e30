import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { DescribedCheck } from '../../domain/posture/evaluate-checks.js';
import type { PostureException } from '../../domain/posture/facts/declarations.js';
import type { Caller } from '../auth/caller.js';
import { Conditions } from '../database/conditions.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { createOnce, type IdempotentRequest } from '../http/idempotency.js';
import { type Page, pageOf } from '../http/pages.js';
import { InvalidRequestError } from '../problems/problems.js';
import { ResourceRows } from '../resources/resource-rows.js';
import {
  type ChangePostureException,
  type CreatePostureException,
  exceptionOf,
  type PostureExceptionQuery,
  type PostureExceptionRow,
  type PostureExceptionView,
  viewOf,
} from './posture-exception.js';

const kept = new ResourceRows<PostureExceptionRow>({
  table: 'posture_exceptions',
  title: 'posture exception',
  kind: 'posture-exception',
});

/** What somebody accepts for a time: findings stay in every report, marked, and leave the score. */
export class PostureExceptions {
  readonly #database: ServiceDatabase;
  readonly #checks: ReadonlySet<string>;

  constructor(database: ServiceDatabase, checks: readonly DescribedCheck[]) {
    this.#database = database;
    this.#checks = new Set(checks.map(({ id }) => id));
  }

  async list(caller: Caller, query: PostureExceptionQuery): Promise<Page<PostureExceptionView>> {
    const where = new Conditions().andIf(
      (p) => `(data_source_id is null or data_source_id = ${p})`,
      query.dataSourceId,
    );
    const rows = await this.#database.readAsTenant<PostureExceptionRow>(
      caller.tenantId,
      `select * from posture_exceptions ${where.sql} order by id limit ${query.limit + 1}`,
      where.values,
    );
    return pageOf(rows.map(viewOf), query);
  }

  async get(caller: Caller, id: string): Promise<PostureExceptionView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => viewOf(await kept.find(manager, id)));
  }

  async create(
    caller: Caller,
    request: CreatePostureException,
    once?: IdempotentRequest,
  ): Promise<PostureExceptionView> {
    const { dataSourceId, check, subject, owner, reason, expires } = request;
    refusePast(expires);
    if (!this.#checks.has(check)) {
      throw new InvalidRequestError([{ at: 'body.check', problem: 'is no check: see GET /posture-checks' }]);
    }
    return this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        if (dataSourceId !== undefined) await requireDataSource(manager, dataSourceId);
        const id = uuidv7();
        await manager.query(
          `insert into posture_exceptions
             (tenant_id, id, data_source_id, check_id, subject, owner, reason, expires, created_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
          [
            ...[caller.tenantId, id, dataSourceId ?? null, check, subject ?? null],
            ...[owner, reason, expires, caller.subject],
          ],
        );
        await kept.audit(manager, caller, 'created', id, { ...request });
        return viewOf(await kept.find(manager, id));
      }),
    );
  }

  async change(
    caller: Caller,
    id: string,
    version: number,
    request: ChangePostureException,
  ): Promise<PostureExceptionView> {
    if (request.expires !== undefined) refusePast(request.expires);
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const before = await kept.matching(manager, id, version);
      const { owner, reason, expires } = { ...before, ...request };
      await manager.query(
        `update posture_exceptions set owner = $2, reason = $3, expires = $4, version = version + 1
         where id = $1`,
        [id, owner, reason, expires],
      );
      await kept.audit(manager, caller, 'changed', id, { ...request });
      return viewOf(await kept.find(manager, id));
    });
  }

  /** What it covered counts again from the next run on. */
  async remove(caller: Caller, id: string, version: number): Promise<void> {
    await this.#database.asTenant(caller.tenantId, async (manager) => {
      const before = await kept.matching(manager, id, version);
      await manager.query('delete from posture_exceptions where id = $1', [id]);
      await kept.audit(manager, caller, 'removed', id, { check: before.check_id, owner: before.owner });
    });
  }
}

/** Exceptions that may cover findings of a data source; expired ones too, so that results name them. */
export async function readExceptionsFor(
  manager: EntityManager,
  dataSourceId: string,
): Promise<PostureException[]> {
  const rows = await manager.query<PostureExceptionRow[]>(
    'select * from posture_exceptions where data_source_id is null or data_source_id = $1 order by id',
    [dataSourceId],
  );
  return rows.map(exceptionOf);
}

async function requireDataSource(manager: EntityManager, id: string): Promise<void> {
  const there = await manager.query<unknown[]>('select from data_sources where id = $1', [id]);
  if (there.length === 0)
    throw new InvalidRequestError([{ at: 'body.dataSourceId', problem: 'is no data source' }]);
}

function refusePast(expires: string): void {
  if (expires >= new Date().toISOString().slice(0, 10)) return;
  throw new InvalidRequestError([{ at: 'body.expires', problem: 'has passed: name a day to come' }]);
}
