import type { EntityManager } from 'typeorm';
import type { Policy } from '../../domain/policy/policy.js';
import { normaliseQuery } from '../../domain/rewriting/normalise-query.js';
import type { KnownCatalog } from '../../engines/query-source.js';
import { QueryFailedError } from '../../engines/query-source.js';
import { type RunningQuery, runMaskedQuery } from '../../runs/masked-query.js';
import type { Rules } from '../../rules/read-rules.js';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import type { DataSourceLocations } from '../data-sources/read-location.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { readKnown } from '../labels/kept-labels.js';
import { readPolicyVersion } from '../policies/policy-versions.js';
import { ConflictError, ForbiddenRoleError, NotFoundError } from '../problems/problems.js';
import type { MaskingKeys } from '../secrets/masking-keys.js';
import { exceptionsFor } from './break-glass-rows.js';
import { limitedRows, type Tally } from './limited-rows.js';
import type { QueryAnswer, QueryLine, QueryPolicyView, RunQuery, SetQueryPolicy } from './query.js';

interface QueryPolicyRow {
  readonly policy_id: string;
  readonly set_by: string;
  readonly set_at: Date;
}

/** A query with its answer under way. */
interface Run {
  readonly running: RunningQuery;
  readonly rows: AsyncIterable<readonly (string | null)[]>;
  readonly tally: Tally;
  /** To be called whatever happened, once. */
  readonly end: (failure?: unknown) => Promise<void>;
}

/** Catalogs that are kept between queries. */
const MOST_CATALOGS = 50;

/** Queries of people, each as the policy of its data source lets them see it. */
export class Queries {
  readonly #database: ServiceDatabase;
  readonly #rules: Pick<Rules, 'informationTypes' | 'words'>;
  readonly #locations: DataSourceLocations;
  readonly #keys: MaskingKeys;
  readonly #catalogs = new Map<string, KnownCatalog>();

  constructor(
    database: ServiceDatabase,
    rules: Pick<Rules, 'informationTypes' | 'words'>,
    locations: DataSourceLocations,
    keys: MaskingKeys,
  ) {
    this.#database = database;
    this.#rules = rules;
    this.#locations = locations;
    this.#keys = keys;
  }

  async policy(caller: Caller, dataSourceId: string): Promise<QueryPolicyView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await requireSource(manager, dataSourceId);
      return viewOf(await findPolicy(manager, dataSourceId));
    });
  }

  /** From now on the data source is queried under this policy, in its newest version. */
  async setPolicy(
    caller: Caller,
    dataSourceId: string,
    { policyId }: SetQueryPolicy,
  ): Promise<QueryPolicyView> {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      await requireSource(manager, dataSourceId);
      const policy = await manager.query<unknown[]>('select from policies where id = $1', [policyId]);
      if (policy.length === 0) throw new NotFoundError('policy');
      await manager.query(
        `insert into query_policies (tenant_id, data_source_id, policy_id, set_by) values ($1, $2, $3, $4)
         on conflict (tenant_id, data_source_id) do update set policy_id = $3, set_by = $4, set_at = now()`,
        [caller.tenantId, dataSourceId, policyId, caller.subject],
      );
      await audit(manager, caller, 'query-policy.set', dataSourceId, { policy: policyId });
      return viewOf(await findPolicy(manager, dataSourceId));
    });
  }

  /** Nobody queries the data source any more. */
  async removePolicy(caller: Caller, dataSourceId: string): Promise<void> {
    await this.#database.asTenant(caller.tenantId, async (manager) => {
      await requireSource(manager, dataSourceId);
      await findPolicy(manager, dataSourceId);
      await manager.query('delete from query_policies where data_source_id = $1', [dataSourceId]);
      await audit(manager, caller, 'query-policy.removed', dataSourceId, {});
    });
  }

  /** The whole answer, within the limits. */
  async answer(caller: Caller, dataSourceId: string, request: RunQuery): Promise<QueryAnswer> {
    const run = await this.#start(caller, dataSourceId, request);
    const rows: (string | null)[][] = [];
    try {
      for await (const row of run.rows) rows.push([...row]);
    } catch (error) {
      await run.end(error);
      throw error;
    }
    await run.end();
    const { columns, maskedColumns } = run.running;
    return { columns: [...columns], rows, ...run.tally, maskedColumns: [...maskedColumns] };
  }

  /** The answer line by line, at the pace of who reads it. Refusals are thrown before the first line. */
  async lines(caller: Caller, dataSourceId: string, request: RunQuery): Promise<AsyncGenerator<string>> {
    return writeLines(await this.#start(caller, dataSourceId, request));
  }

  async #start(caller: Caller, dataSourceId: string, request: RunQuery): Promise<Run> {
    const startedAt = performance.now();
    const { basis, environment, key } = await this.#read(caller, dataSourceId);
    const location = await this.#locations.locationOf(caller.tenantId, dataSourceId);
    const { purpose, sql, timeoutMs } = request;
    const role = roleFor(caller, basis.policy, request.role);
    const record = (did: string, engine: string, details: Readonly<Record<string, unknown>>) =>
      this.#database.asTenant(caller.tenantId, (manager) =>
        audit(manager, caller, did, dataSourceId, {
          ...{ role, ...(purpose === undefined ? {} : { purpose }), ...details },
          query: normaliseQuery(engine, sql),
        }),
      );
    const running = await runMaskedQuery({
      ...basis,
      ...{ location, sql, key, timeoutMs, types: this.#rules.informationTypes, words: this.#rules.words },
      known: this.#catalogs.get(dataSourceId),
      subject: {
        ...{ role, environment, at: new Date(), attributes: { user: caller.subject } },
        ...(purpose === undefined ? {} : { purpose }),
      },
      wasRefused: ({ code, reason }, engine) => record('query.refused', engine, { code, reason }),
      willRun: ({ statements }, engine) =>
        record('query.run', engine, { maskedColumns: statements.flatMap((one) => one.maskedColumns) }),
    });
    this.#keep(dataSourceId, running.known);
    const tally: Tally = { rowCount: 0 };
    // A query that sends nothing for long is ended by the server's own time-out.
    return {
      ...{ running, tally, rows: limitedRows(running, request, startedAt, tally) },
      end: async (failure) => {
        await running.close();
        const durationMs = Math.round(performance.now() - startedAt);
        const failed = failure === undefined ? {} : { failed: codeOf(failure) };
        await this.#database.asTenant(caller.tenantId, (manager) =>
          audit(manager, caller, 'query.ended', dataSourceId, { role, ...tally, durationMs, ...failed }),
        );
      },
    };
  }

  async #read(caller: Caller, dataSourceId: string) {
    return this.#database.asTenant(caller.tenantId, async (manager) => {
      const { environment } = await requireSource(manager, dataSourceId);
      const { policy_id } = await findPolicy(manager, dataSourceId);
      const { policy } = await readPolicyVersion(manager, this.#rules.informationTypes, policy_id);
      const { labels } = await readKnown(manager, dataSourceId);
      const exceptions = [...policy.exceptions, ...(await exceptionsFor(manager, caller, dataSourceId))];
      const key = await this.#keys.of(manager, caller.tenantId);
      return { basis: { labels, policy: { ...policy, exceptions } }, environment, key };
    });
  }

  #keep(dataSourceId: string, known: KnownCatalog): void {
    this.#catalogs.delete(dataSourceId);
    if (this.#catalogs.size >= MOST_CATALOGS) this.#catalogs.delete(this.#catalogs.keys().next().value!);
    this.#catalogs.set(dataSourceId, known);
  }
}

async function* writeLines({ running, rows, tally, end }: Run): AsyncGenerator<string> {
  const line = (content: QueryLine) => `${JSON.stringify(content)}\n`;
  let failure: unknown;
  try {
    yield line({ columns: [...running.columns], maskedColumns: [...running.maskedColumns] });
    for await (const row of rows) yield line({ row: [...row] });
    yield line({ ...tally });
  } catch (error) {
    failure = error;
    const detail = error instanceof QueryFailedError ? error.message : 'the query did not end well';
    yield line({ failed: { code: codeOf(error), detail } });
  } finally {
    await end(failure);
  }
}

function codeOf(error: unknown): string {
  return error instanceof QueryFailedError ? error.state : 'internal';
}

/** The role of the policy that the credential gives; what it does not give cannot be asked for. */
function roleFor({ roles }: Caller, policy: Policy, wanted: string | undefined): string {
  const known = roles.filter((role) => Object.hasOwn(policy.roles, role));
  if (wanted !== undefined) {
    if (known.some((role) => role === wanted)) return wanted;
    throw new ForbiddenRoleError(known);
  }
  if (known.length === 1) return known[0];
  throw new ForbiddenRoleError(known);
}

export async function requireSource(manager: EntityManager, id: string): Promise<{ environment: string }> {
  const [source] = await manager.query<{ environment: string }[]>(
    'select environment from data_sources where id = $1',
    [id],
  );
  if (!source) throw new NotFoundError('data source');
  return source;
}

async function findPolicy(manager: EntityManager, dataSourceId: string): Promise<QueryPolicyRow> {
  const [row] = await manager.query<QueryPolicyRow[]>(
    'select policy_id, set_by, set_at from query_policies where data_source_id = $1',
    [dataSourceId],
  );
  if (!row) throw noPolicy;
  return row;
}

const noPolicy = new ConflictError(
  'no-query-policy',
  'nobody decided what queries of this data source may show, so that they show nothing',
  'a steward sets it: PUT /data-sources/{id}/query-policy',
);

function audit(
  manager: EntityManager,
  caller: Caller,
  action: string,
  dataSourceId: string,
  details: Record<string, unknown>,
): Promise<void> {
  return recordAudit(manager, caller, { action, subject: `data-source:${dataSourceId}`, details });
}

function viewOf(row: QueryPolicyRow): QueryPolicyView {
  return { policyId: row.policy_id, setBy: row.set_by, setAt: row.set_at.toISOString() };
}
