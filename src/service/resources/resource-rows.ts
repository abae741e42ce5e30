import type { EntityManager } from 'typeorm';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import { Conditions } from '../database/conditions.js';
import { type PageQuery, startOf } from '../http/pages.js';
import { ConflictError, NotFoundError, PreconditionFailedError } from '../problems/problems.js';

/**
 * The rows of one kind of resource, in the transaction of their tenant: found by id, in the version that a
 * change was made on, or page by page; and what is audited of them. SQL that is a resource's own stays
 * with it.
 */
export class ResourceRows<Row extends { readonly id: string; readonly version: number }> {
  readonly #table: string;
  readonly #title: string;
  readonly #kind: string;

  /**
   * @param table that holds them
   * @param title what people call one: `API key`
   * @param kind how the audit log names one: `api-key`
   */
  constructor({
    table,
    title,
    kind,
  }: {
    readonly table: string;
    readonly title: string;
    readonly kind: string;
  }) {
    this.#table = table;
    this.#title = title;
    this.#kind = kind;
  }

  /** Throws `NotFoundError`, also for what is another tenant's. */
  async find(manager: EntityManager, id: string, lock: '' | 'for update' = ''): Promise<Row> {
    const [row] = await manager.query<Row[]>(`select * from ${this.#table} where id = $1 ${lock}`, [id]);
    if (!row) throw new NotFoundError(this.#title);
    return row;
  }

  /** The row, locked, in the version that the caller read. Throws `NotFoundError`, `PreconditionFailedError`. */
  async matching(manager: EntityManager, id: string, version: number): Promise<Row> {
    const row = await this.find(manager, id, 'for update');
    if (row.version !== version) throw new PreconditionFailedError();
    return row;
  }

  /** The rows of a page, and one more where there is a next one: what `pageOf` takes. */
  async page(manager: EntityManager, query: PageQuery, where = new Conditions()): Promise<Row[]> {
    where.and((p) => `id > ${p}`, startOf(query));
    return manager.query<Row[]>(
      `select * from ${this.#table} ${where.sql} order by id limit ${query.limit + 1}`,
      where.values,
    );
  }

  /** Throws `ConflictError` when another has the name. */
  async refuseTakenName(manager: EntityManager, name: string): Promise<void> {
    const taken = await manager.query<unknown[]>(`select from ${this.#table} where name = $1`, [name]);
    if (taken.length === 0) return;
    throw new ConflictError(
      'name-taken',
      `a ${this.#title} of this name exists`,
      'choose another name, or change that one',
    );
  }

  /** Keeps that something was done to one: `did` is `created`, `changed`, … */
  audit(
    manager: EntityManager,
    caller: Caller,
    did: string,
    id: string,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    return recordAudit(manager, caller, {
      action: `${this.#kind}.${did}`,
      subject: `${this.#kind}:${id}`,
      details,
    });
  }
}
