import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { roles } from '../../src/service/auth/permissions.js';
import { ApiClient } from '../support/api-client.js';
import { type Operation, operationsOf, valuesOf } from '../support/openapi.js';
import { scannedSource } from '../support/scanned-source.js';
import { startService, type TestService, type TestTenant } from '../support/service.js';

const keepAll = 'id: shop\ntitle: Shop\nrules:\n  - mask: keep\n';

/** Bodies that a schema alone cannot make valid. */
const bodies: Readonly<Record<string, (ids: ReadonlyMap<string, string>) => unknown>> = {
  DataSources_create: () => ({ name: 'x', environment: 'test', location: 'postgres://127.0.0.1/x' }),
  DataSources_change: () => ({ name: 'x' }),
  Labels_decideMany: (ids) => ({ decision: 'confirm', labels: [{ id: ids.get('labels'), version: 1 }] }),
  Policies_change: () => ({ source: keepAll }),
  Webhooks_change: () => ({ enabled: false }),
  ScrubJobs_change: () => ({ name: 'x' }),
  Scans_setSchedule: () => ({ cron: '0 3 * * *' }),
  PostureRuns_setSchedule: () => ({ cron: '0 3 * * *' }),
  PostureExceptions_change: () => ({ reason: 'x' }),
  BreakGlass_request: () => ({
    role: 'engineer',
    columns: ['a.b.c'],
    reason: 'a reason of mine',
    minutes: 5,
  }),
  Labels_decide: () => ({ decision: 'confirm' }),
  Labels_propose: () => ({ informationType: 'email-address', reason: 'x' }),
};

describe('tenants', () => {
  let service: TestService;
  let ours: TestTenant;
  let us: ApiClient;
  let them: ApiClient;
  /** One id of each resource of ours, by the first part of its path. */
  const ids = new Map<string, string>();
  beforeAll(async () => {
    service = await startService({ RATE_LIMIT_PER_MINUTE: '100000' });
    ours = await service.tenant(roles);
    us = new ApiClient(service, ours.token);
    them = new ApiClient(service, (await service.tenant(roles)).token);
    const source = await scannedSource(us, ours, 'create table people (id int primary key, email text)', {
      'people.email': 'email-address',
    });
    const policy = await us.post<{ id: string }>('/policies', { source: keepAll });
    await startWork(source, policy.body.id);
    await us.post('/members', { subject: 'oidc:https://id.example#1', name: 'One', roles: ['steward'] });
    for (const { path } of operationsOf(service)) {
      const [, resource] = path.split('/');
      if (!path.includes('{id}') || ids.has(resource)) continue;
      const tenant = resource === 'tenants' ? 'id' : 'tenant_id';
      const [row] = await service.own.query<{ id: string }>(
        `select id from ${resource.replaceAll('-', '_')} where ${tenant} = $1 limit 1`,
        [ours.id],
      );
      if (row) ids.set(resource, row.id);
    }
  });
  afterAll(() => service.stop());

  /** Long work of ours under way; nobody does it here. */
  async function startWork(sourceId: string, policyId: string): Promise<void> {
    const target = await us.post<{ id: string }>('/data-sources', {
      name: 'copy',
      environment: 'staging',
      location: 'postgres://127.0.0.1/copy',
    });
    await us.post(`/data-sources/${sourceId}/scans`);
    const job = await us.post<{ id: string }>('/scrub-jobs', {
      ...{ name: 'nightly', sourceId, targetId: target.body.id, policyId },
    });
    await us.post(`/scrub-jobs/${job.body.id}/runs`);
    await us.post(`/data-sources/${sourceId}/posture-runs`, {});
    await us.post('/posture-exceptions', {
      ...{ check: 'pg-eol', owner: 'One', reason: 'planned', expires: '2099-01-01' },
    });
    await us.post(`/data-sources/${sourceId}/break-glass`, {
      ...{ role: 'engineer', columns: ['public.people.email'], reason: 'a reason of ours', minutes: 5 },
    });
    await us.post('/webhooks', { name: 'us', url: 'http://127.0.0.1:9/hook', events: ['scan.ended'] });
    await service.own.query(
      `insert into attestations (tenant_id, id, scrub_job_id, scrub_run_id, source, target, passed, signed_by,
         public_key, envelope) values ($1, $2, $3, $2, 's', 't', true, 'k', 'p', '{}')`,
      [ours.id, randomUUID(), job.body.id],
    );
  }

  function urlOf({ path, parameters }: Operation): string {
    const [, resource] = path.split('/');
    const valueOf = (name: string): string => {
      const [first] = parameters.find((parameter) => parameter.name === name)?.schema?.enum ?? [];
      return typeof first === 'string' ? first : '1';
    };
    return path
      .replace('{id}', ids.get(resource) ?? randomUUID())
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => valueOf(name));
  }

  function bodyOf({ id, body }: Operation): unknown {
    if (!body) return undefined;
    return bodies[id]?.(ids) ?? fc.sample(valuesOf(body), { numRuns: 1, seed: 3 })[0];
  }

  it('are invisible to the service’s role outside a tenant’s transaction', async () => {
    const tables = await service.own.query<{ name: string }>(
      `select table_name as name from information_schema.columns
       where table_schema = 'public' and column_name = 'tenant_id' union select 'tenants'`,
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const { name } of tables) {
      const rows = await service.own.query(`select from ${name} limit 1`);
      const seen = await service.database.withoutTenant(`select * from ${name}`, []);
      expect([name, rows.length >= 0, seen.length]).toEqual([name, true, 0]);
    }
  });

  it('cannot be entered by resetting the role', async () => {
    const [row] = await service.database.withoutTenant<{ role: string }>('select current_user as role', []);
    expect(row).toEqual({ role: 'scrubjay_service' });
  });

  it('cannot be written into by another tenant’s transaction', async () => {
    const [their] = await service.own.query<{ id: string }>('select id from tenants where id <> $1', [
      ours.id,
    ]);
    const write = service.database.asTenant(their.id, (manager) =>
      manager.query(`insert into members values ($1, $2, 'x', 'x', '{}')`, [ours.id, randomUUID()]),
    );
    await expect(write).rejects.toMatchObject({
      message: expect.stringContaining('row-level security') as string,
    });
  });

  it('find nothing of one another on any route', async () => {
    const before = await everything();
    const wrong: string[] = [];
    for (const operation of operationsOf(service)) {
      if (!operation.path.includes('{id}')) continue;
      const query = operation.id === 'Policies_dryRun' ? `?dataSource=${ids.get('data-sources')}` : '';
      const diff = operation.id === 'Policies_diff' ? '?from=1' : '';
      const answer = await them.call(operation.method, `${urlOf(operation)}${query}${diff}`, {
        body: bodyOf(operation),
        headers: { 'if-match': '"1"' },
      });
      const problem = String(answer.headers['content-type']).includes('application/problem+json');
      if (answer.status !== 404 || !problem) wrong.push(`${operation.id}: ${answer.status} ${answer.text}`);
    }
    expect(wrong).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('find nothing of one another by ids inside a request', async () => {
    const made = await them.post<{ id: string }>('/policies', {
      source: 'id: own\ntitle: Own\nrules:\n  - mask: keep\n',
    });
    const dataSource = ids.get('data-sources')!;
    const dry = await them.get(`/policies/${made.body.id}/dry-run?dataSource=${dataSource}`);
    const named = await them.post('/label-decisions', {
      decision: 'confirm',
      labels: [{ id: ids.get('labels'), version: 1 }],
    });
    const all = await them.post('/label-decisions', { decision: 'confirm', where: { dataSource } });
    expect([dry.status, named.status, all.status]).toEqual([404, 404, 404]);
  });

  it('find nothing of one another in any list', async () => {
    for (const { method, path, parameters, streams } of operationsOf(service)) {
      if (method !== 'GET' || path.includes('{') || path.startsWith('/health') || streams) continue;
      const since = parameters.some(({ name }) => name === 'since') ? '?since=2020-01-01T00:00:00Z' : '';
      const answer = await them.get(`${path}${since}`);
      expect([path, answer.status]).toEqual([path, 200]);
      for (const id of [...ids.values(), ours.id]) expect(answer.text).not.toContain(id);
    }
  });

  it('are all tried: each resource of the document has an id here', () => {
    const resources = operationsOf(service).filter(({ path }) => path.includes('{id}'));
    const missing = resources.map(({ path }) => path.split('/')[1]).filter((resource) => !ids.has(resource));
    expect([...new Set(missing)]).toEqual([]);
  });

  /** What our tenant holds, to see that nobody changed it. */
  async function everything(): Promise<unknown> {
    return service.own.query(
      `select (select jsonb_agg(to_jsonb(l) order by id) from labels as l where tenant_id = $1) as labels,
         (select jsonb_agg(to_jsonb(d) order by id) from data_sources as d where tenant_id = $1) as sources,
         (select jsonb_agg(to_jsonb(p) order by id) from policies as p where tenant_id = $1) as policies,
         (select jsonb_agg(to_jsonb(j) order by id) from jobs as j where tenant_id = $1) as jobs,
         (select jsonb_agg(to_jsonb(s) order by id) from scrub_jobs as s where tenant_id = $1) as scrub_jobs,
         (select jsonb_agg(to_jsonb(k) - 'last_used_at' order by id) from api_keys as k where tenant_id = $1) as keys`,
      [ours.id],
    );
  }
});
