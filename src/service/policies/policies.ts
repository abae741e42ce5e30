import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { diffPolicies } from '../../domain/policy/diff-policies.js';
import { parsePolicy } from '../../domain/policy/policy-file.js';
import type { Rules } from '../../rules/read-rules.js';
import type { Caller } from '../auth/caller.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { createOnce, type IdempotentRequest } from '../http/idempotency.js';
import { numberedPageOf, type Page, pageOf, type PageQuery, startNumberOf } from '../http/pages.js';
import { readKnown } from '../labels/kept-labels.js';
import { ConflictError, NotFoundError } from '../problems/problems.js';
import { ResourceRows } from '../resources/resource-rows.js';
import { dryRunOf } from './dry-run.js';
import type {
  ChangePolicy,
  CreatePolicy,
  DiffQuery,
  DryRun,
  DryRunQuery,
  PolicyDiffView,
  PolicyTemplate,
  PolicyVersionSummary,
  PolicyVersionView,
  PolicyView,
} from './policy.js';
import { findVersion, POLICY_FILE, type PolicyVersionRow, readPolicyVersion } from './policy-versions.js';

interface PolicyRow {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly created_by: string;
  readonly created_at: Date;
  readonly version: number;
}

const kept = new ResourceRows<PolicyRow>({ table: 'policies', title: 'policy', kind: 'policy' });

/** A tenant's policies: each change is a new version, and old versions stay as they were. */
export class Policies {
  readonly #database: ServiceDatabase;
  readonly #rules: Pick<Rules, 'informationTypes' | 'policySources'>;

  constructor(database: ServiceDatabase, rules: Pick<Rules, 'informationTypes' | 'policySources'>) {
    this.#database = database;
    this.#rules = rules;
  }

  /** The policies that ship, to begin from. */
  templates(): readonly PolicyTemplate[] {
    return [...this.#rules.policySources.values()].map((source) => {
      const { policy, sha256 } = this.#parse(source);
      const { id, title, summary, rules } = policy;
      return { id, title, ...(summary !== undefined && { summary }), sha256, rules: rules.length };
    });
  }

  async list(caller: Caller, query: PageQuery): Promise<Page<PolicyView>> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const rows = await kept.page(manager, query);
      return pageOf(rows.map(viewOf), query);
    });
  }

  async get(caller: Caller, id: string): Promise<PolicyView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => viewOf(await kept.find(manager, id)));
  }

  async create(caller: Caller, request: CreatePolicy, once?: IdempotentRequest): Promise<PolicyView> {
    const source = 'source' in request ? request.source : this.#templateNamed(request.from);
    const { policy, sha256 } = this.#parse(source);
    return this.#database.asTenant(caller.tenantId, (manager) =>
      createOnce(manager, caller.tenantId, once, async () => {
        const taken = await manager.query<unknown[]>('select from policies where name = $1', [policy.id]);
        if (taken.length > 0) throw nameTaken;
        const id = uuidv7();
        await manager.query(
          `insert into policies (tenant_id, id, name, title, created_by, version) values ($1, $2, $3, $4, $5, 1)`,
          [caller.tenantId, id, policy.id, policy.title, caller.subject],
        );
        await this.#addVersion(manager, caller, id, 1, { source, sha256, note: request.note });
        await kept.audit(manager, caller, 'created', id, { name: policy.id, sha256 });
        return viewOf(await kept.find(manager, id));
      }),
    );
  }

  async change(caller: Caller, id: string, version: number, request: ChangePolicy): Promise<PolicyView> {
    const { policy, sha256 } = this.#parse(request.source);
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const before = await kept.matching(manager, id, version);
      if (policy.id !== before.name) throw otherName;
      const number = version + 1;
      await manager.query('update policies set title = $2, version = $3 where id = $1', [
        id,
        policy.title,
        number,
      ]);
      await this.#addVersion(manager, caller, id, number, { ...request, sha256 });
      await kept.audit(manager, caller, 'changed', id, { name: policy.id, version: number, sha256 });
      return viewOf(await kept.find(manager, id));
    });
  }

  async remove(caller: Caller, id: string, version: number): Promise<void> {
    await this.#database.asTenant(caller.tenantId, async (manager) => {
      const policy = await kept.matching(manager, id, version);
      await manager.query('delete from policies where id = $1', [id]);
      await kept.audit(manager, caller, 'deleted', id, { name: policy.name });
    });
  }

  async versions(caller: Caller, id: string, query: PageQuery): Promise<Page<PolicyVersionSummary>> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await kept.find(manager, id);
      const rows = await manager.query<PolicyVersionRow[]>(
        'select * from policy_versions where policy_id = $1 and number > $2 order by number limit $3',
        [id, startNumberOf(query), query.limit + 1],
      );
      return numberedPageOf(rows.map(summaryOf), query, ({ number }) => number);
    });
  }

  async version(caller: Caller, id: string, number: number): Promise<PolicyVersionView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await kept.find(manager, id);
      const row = await findVersion(manager, id, number);
      return { ...summaryOf(row), source: row.source, policy: this.#parse(row.source).policy };
    });
  }

  async diff(caller: Caller, id: string, { from, to }: DiffQuery): Promise<PolicyDiffView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await kept.find(manager, id);
      const { informationTypes } = this.#rules;
      const before = await readPolicyVersion(manager, informationTypes, id, from);
      const after = await readPolicyVersion(manager, informationTypes, id, to);
      const { settings, rules } = diffPolicies(before.policy, after.policy);
      return { from: before.number, to: after.number, settings: [...settings], rules: [...rules] };
    });
  }

  /** What a scrub of a data source under this policy would mask and refuse. */
  async dryRun(caller: Caller, id: string, query: DryRunQuery): Promise<DryRun> {
    const { informationTypes } = this.#rules;
    const { known, policy } = await this.#database.asTenant(caller.tenantId, async (manager) => {
      await kept.find(manager, id);
      const source = await manager.query<unknown[]>('select from data_sources where id = $1', [
        query.dataSource,
      ]);
      if (source.length === 0) throw new NotFoundError('data source');
      return {
        policy: await readPolicyVersion(manager, informationTypes, id, query.version),
        known: await readKnown(manager, query.dataSource),
      };
    });
    const { catalog, labels } = known;
    if (!catalog) throw neverScanned;
    return dryRunOf({ catalog, labels }, policy, informationTypes, query);
  }

  #parse(source: string) {
    return parsePolicy(source, POLICY_FILE, this.#rules.informationTypes);
  }

  #templateNamed(id: string): string {
    const source = this.#rules.policySources.get(id);
    if (source === undefined) throw new NotFoundError('policy template');
    return source;
  }

  async #addVersion(
    manager: EntityManager,
    caller: Caller,
    id: string,
    number: number,
    { source, sha256, note }: { readonly source: string; readonly sha256: string; readonly note?: string },
  ): Promise<void> {
    await manager.query(
      `insert into policy_versions (tenant_id, policy_id, number, source, sha256, note, created_by)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [caller.tenantId, id, number, source, sha256, note, caller.subject],
    );
  }
}

const nameTaken = new ConflictError(
  'name-taken',
  'a policy with this id exists',
  'change that one, or write another id into the text',
);

const otherName = new ConflictError(
  'policy-renamed',
  'the text has another id than the policy',
  'keep the id, or create a policy of that id',
);

const neverScanned = new ConflictError(
  'not-scanned',
  'the data source was never scanned, so there are no labels to decide on',
  'start a scan of it first',
);

function viewOf(row: PolicyRow): PolicyView {
  return {
    id: row.id,
    name: row.name,
    title: row.title,
    version: row.version,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

function summaryOf(row: PolicyVersionRow): PolicyVersionSummary {
  return {
    number: row.number,
    sha256: row.sha256,
    note: row.note,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}
