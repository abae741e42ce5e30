import { ApiClient } from '../support/api-client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { recordFindings } from '../support/scanned-source.js';
import { catalogOf } from '../support/planning.js';
import { startService, type TestService, type TestTenant } from '../support/service.js';

const schema = `
  create table people (id int primary key, name text, email text, born date);
  insert into people select i, 'Canary ' || i, 'canary' || i || '@example.org', date '1980-01-01' + i from generate_series(1, 2500) i`;
const policy = `id: shop
title: Shop
roles:
  engineer: {}
  auditor: { purposes: [complaint] }
  steward: { access: clear }
rules:
  - { when: { type: date-of-birth }, mask: { technique: generalise-date } }
  - { mask: by-type }
`;

describe('queries of people', () => {
  let service: TestService;
  let shop: TestDatabase;
  let tenant: TestTenant;
  let steward: ApiClient;
  let engineer: ApiClient;
  let source: string;

  beforeAll(async () => {
    service = await startService();
    shop = await createDatabase(schema);
    tenant = await service.tenant(['steward', 'auditor']);
    steward = new ApiClient(service, await service.key(tenant.id, ['steward']));
    engineer = new ApiClient(service, await service.key(tenant.id, ['engineer']));
    const registered = await steward.post<{ id: string }>('/data-sources', {
      ...{ name: 'shop', environment: 'production', location: shop.url },
    });
    source = registered.body.id;
    await recordFindings(steward, tenant, source, await catalogOf(schema), {
      'people.name': 'person-name',
      'people.email': 'email-address',
      'people.born': 'date-of-birth',
    });
  });
  afterAll(async () => {
    await service.stop();
    await shop.drop();
  });

  const ask = (client: ApiClient, sql: string, more: object = {}) =>
    client.post<{ code: string; rows: string[][]; truncatedBy?: string }>(`/data-sources/${source}/query`, {
      sql,
      ...more,
    });
  const one = 'select id, name, email, born from people where id = 7';

  it('show nothing before a steward decided what they may show', async () => {
    expect(await ask(engineer, one)).toMatchObject({ status: 409, body: { code: 'no-query-policy' } });
    const made = await steward.post<{ id: string }>('/policies', { source: policy });
    const url = `/data-sources/${source}/query-policy`;
    const set = { body: { policyId: made.body.id } };
    expect((await engineer.call('PUT', url, set)).status).toBe(403);
    expect(await steward.call('PUT', url, set)).toMatchObject({
      status: 200,
      body: { policyId: made.body.id },
    });
    expect((await engineer.get(url)).body).toMatchObject({ policyId: made.body.id });
  });

  it('show a role what the policy lets it see', async () => {
    const { body, text, status } = await ask(engineer, one);
    expect(status).toBe(200);
    expect(text).not.toContain('canary7');
    expect(body).toMatchObject({
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'name' },
        { name: 'email' },
        { name: 'born', type: 'date' },
      ],
      rowCount: 1,
      maskedColumns: expect.arrayContaining(['public.people.email']) as unknown,
    });
    expect(body.rows[0][3]).toBe('1980-01-01');
    const again = await ask(engineer, `select count(*) from people where email = '${body.rows[0][2]}'`);
    expect(again.body.rows).toEqual([['1']]);
    expect((await ask(steward, one)).body.rows[0]).toEqual([
      '7',
      'Canary 7',
      'canary7@example.org',
      '1980-01-08',
    ]);
  });

  it('are asked in a role of the credential, for a purpose where the policy wants one', async () => {
    const both = new ApiClient(service, await service.key(tenant.id, ['engineer', 'steward']));
    expect(await ask(both, one)).toMatchObject({ status: 403, body: { code: 'forbidden-role' } });
    expect((await ask(both, one, { role: 'engineer' })).text).not.toContain('canary7');
    expect(await ask(engineer, one, { role: 'steward' })).toMatchObject({ status: 403 });
    const auditor = new ApiClient(service, await service.key(tenant.id, ['auditor']));
    expect(await ask(auditor, one)).toMatchObject({ status: 422, body: { code: 'role-refused' } });
    expect(await ask(auditor, one, { purpose: 'complaint' })).toMatchObject({ status: 200 });
    const operator = new ApiClient(service, await service.key(tenant.id, ['operator']));
    expect(await ask(operator, one)).toMatchObject({ status: 403, body: { code: 'forbidden-role' } });
  });

  it.each([
    'delete from people',
    'select 1; select 2',
    'begin',
    "select set_config('scrubjay.key_inner', '', false)",
    'select pg_read_file($$/etc/passwd$$)',
    'with gone as (delete from people returning *) select * from gone',
    'explain select email from people',
    'select nothing(email) from people',
    'declare c cursor for select 1',
    '',
  ])('refuse %s, whoever asks', async (sql) => {
    for (const client of [engineer, steward]) {
      const { status } = await ask(client, sql);
      expect([400, 422]).toContain(status);
    }
    expect(await shop.query('select count(*)::int as n from people')).toEqual([{ n: 2500 }]);
  });

  it('say nothing of values when they fail', async () => {
    const failed = await ask(engineer, 'select cast(email as int) from people');
    expect(failed).toMatchObject({ status: 422, body: { code: 'query-failed' } });
    expect(failed.text).not.toMatch(/canary|@example/);
    expect((await ask(steward, 'select cast(email as int) from people')).text).not.toMatch(/canary|@example/);
  });

  it('end at the limits that they were given', async () => {
    const all = 'select id, email from people order by id';
    expect((await ask(engineer, all, { rows: 600 })).body).toMatchObject({
      rowCount: 600,
      truncatedBy: 'rows',
    });
    expect((await ask(engineer, all, { bytes: 500 })).body).toMatchObject({ truncatedBy: 'bytes' });
    const exact = await ask(engineer, all, { rows: 2500 });
    expect(exact.body).toMatchObject({ rowCount: 2500 });
    expect(exact.body.truncatedBy).toBeUndefined();
    const endless = 'select count(*) from generate_series(1, 10000000000) a';
    const slow = await ask(engineer, endless, { timeoutMs: 300 });
    expect(slow).toMatchObject({ status: 422, body: { code: 'query-failed' } });
  });

  it('stream, and say how they ended', async () => {
    const { text, headers } = await engineer.post(`/data-sources/${source}/query/stream`, {
      ...{ sql: 'select id, email from people order by id', rows: 2400 },
    });
    expect(headers['content-type']).toContain('jsonl');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(2402);
    expect(lines[0]).toMatchObject({ columns: [{ name: 'id' }, { name: 'email' }] });
    expect(lines.at(-1)).toEqual({ rowCount: 2400, truncatedBy: 'rows' });
    const failing = await engineer.post(`/data-sources/${source}/query/stream`, {
      sql: 'select 1 / (id - 900) from people order by id',
    });
    expect(failing.text.trim().split('\n').at(-1)).toContain('"failed":{"code":"22012"');
  });

  it('leave their text without values in the audit log, and how they ended', async () => {
    await ask(engineer, "select email from people where name = 'Canary 7'");
    await ask(engineer, 'vacuum');
    const auditor = new ApiClient(service, await service.key(tenant.id, ['auditor']));
    const { body, text } = await auditor.get<{ items: { action: string; details: object }[] }>(
      '/audit-events?limit=100',
    );
    expect(text).not.toContain('Canary 7');
    const actions = body.items.filter(({ action }) => action.startsWith('query.'));
    expect(actions.at(-3)).toMatchObject({
      action: 'query.run',
      details: { role: 'engineer', query: 'select email from people where name = ?' },
    });
    expect(actions.at(-2)).toMatchObject({ action: 'query.ended', details: { rowCount: 0 } });
    expect(actions.at(-1)).toMatchObject({ action: 'query.refused', details: { code: 'statement' } });
  });

  it('hide a column that nobody decided on yet', async () => {
    await shop.query('alter table people add secret text default $$hush$$');
    expect((await ask(engineer, 'select secret from people where id = 7')).body.rows).toEqual([[null]]);
    await shop.query('alter table people drop secret');
  });

  it('are nobody else’s: another tenant does not find the data source', async () => {
    const other = await service.tenant(['engineer', 'steward']);
    const stranger = new ApiClient(service, other.token);
    expect(await ask(stranger, one)).toMatchObject({ status: 404 });
    expect((await stranger.get(`/data-sources/${source}/query-policy`)).status).toBe(404);
    const glass = await stranger.post(`/data-sources/${source}/break-glass`, {
      ...{ role: 'engineer', columns: ['public.people.email'], reason: 'to see what I may', minutes: 5 },
    });
    expect(glass.status).toBe(404);
  });

  describe('under break-glass', () => {
    const url = () => `/data-sources/${source}/break-glass`;
    const wish = {
      role: 'engineer',
      columns: ['public.people.email'],
      reason: 'incident 4711: mails bounce',
      minutes: 30,
    };

    it('see what another person approved, as long as they did', async () => {
      const requester = new ApiClient(service, await service.key(tenant.id, ['engineer', 'steward']));
      const made = await requester.post<{ id: string; state: string }>(url(), wish);
      expect(made).toMatchObject({ status: 201, body: { state: 'waiting' } });
      const seen = () => ask(requester, one, { role: 'engineer' });
      expect((await seen()).text).not.toContain('canary7@');
      const own = await requester.post(`/break-glass/${made.body.id}/approve`);
      expect(own).toMatchObject({ status: 409, body: { code: 'own-request' } });
      expect((await engineer.post(`/break-glass/${made.body.id}/approve`)).status).toBe(403);
      expect(await steward.post(`/break-glass/${made.body.id}/approve`)).toMatchObject({
        status: 200,
        body: { state: 'open', until: expect.any(String) as unknown },
      });
      const open = await seen();
      expect(open.body.rows[0][2]).toBe('canary7@example.org');
      expect(open.body.rows[0][1]).not.toBe('Canary 7');
      expect((await ask(engineer, one)).text).not.toContain('canary7@');
      expect((await steward.post(`/break-glass/${made.body.id}/approve`)).status).toBe(409);
      await service.own.query("update break_glass set approved_at = now() - interval '31 minutes'");
      expect((await seen()).text).not.toContain('canary7@');
    });

    it('see no more once somebody ended it, and it is all in the audit log', async () => {
      const made = await engineer.post<{ id: string }>(url(), wish);
      await steward.post(`/break-glass/${made.body.id}/approve`);
      expect((await ask(engineer, one)).text).toContain('canary7@');
      expect(await engineer.post(`/break-glass/${made.body.id}/end`)).toMatchObject({
        body: { state: 'over' },
      });
      expect((await ask(engineer, one)).text).not.toContain('canary7@');
      const auditor = new ApiClient(service, await service.key(tenant.id, ['auditor']));
      const { text } = await auditor.get('/audit-events?limit=200');
      for (const did of ['requested', 'approved', 'ended']) expect(text).toContain(`break-glass.${did}`);
    });

    it('tell webhooks of it', async () => {
      const operator = new ApiClient(service, await service.key(tenant.id, ['operator']));
      await operator.post('/webhooks', {
        ...{ name: 'security', url: 'http://127.0.0.1:9/hook', events: ['break-glass.requested'] },
      });
      await engineer.post(url(), wish);
      const told = await service.own.query(
        "select payload from webhook_deliveries where event = 'break-glass.requested'",
      );
      expect(told).toHaveLength(1);
    });

    it('ask for a reason, columns and a time', async () => {
      for (const wrong of [{ reason: 'no' }, { columns: ['email'] }, { minutes: 9_999 }, { role: 'steward' }])
        expect([400, 403]).toContain((await engineer.post(url(), { ...wish, ...wrong })).status);
    });
  });
});
