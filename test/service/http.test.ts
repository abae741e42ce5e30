import { ApiClient } from '../support/api-client.js';
import { startService, type TestService } from '../support/service.js';

describe('requests', () => {
  let service: TestService;
  let client: ApiClient;
  beforeAll(async () => {
    service = await startService({
      CORS_ORIGINS: 'https://console.example',
      TRUSTED_PROXIES: '127.0.0.1',
      ALLOW_PRIVATE_ADDRESSES: 'false',
    });
    client = new ApiClient(service, (await service.tenant(['tenant-admin', 'steward', 'auditor'])).token);
  });
  afterAll(() => service.stop());

  const json = { 'content-type': 'application/json' };
  const source = { name: 'shop', environment: 'production', location: 'postgres://8.8.8.8/shop' };

  it.each([
    ['malformed JSON', '{"name":', 400],
    ['a body that is no object', '[]', 400],
    ['nothing', '', 400],
    ['a text that no database can keep', JSON.stringify({ ...source, name: 'a\u0000b' }), 400],
    ['half a surrogate pair', `{"name":"\\ud800","environment":"test","location":"x"}`, 400],
    ['nesting without end', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 400],
    ['a key that changes prototypes', '{"__proto__":{"admin":true}}', 400],
    ['more than a mebibyte', JSON.stringify({ ...source, name: 'x'.repeat(1_100_000) }), 413],
  ])('with %s are refused with a clear problem', async (_, body, status) => {
    const answer = await client.call('POST', '/data-sources', { body, headers: json });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      status,
      instance: expect.stringContaining('urn:scrubjay:request:') as string,
    });
    expect(answer.text).not.toMatch(/ at |node_modules|\.ts/);
  });

  it('with another content type are refused', async () => {
    const answer = await client.call('POST', '/data-sources', {
      body: 'name=x',
      headers: { 'content-type': 'text/csv' },
    });
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } });
  });

  it('with unknown fields or wrong types are told each place', async () => {
    const answer = await client.post('/data-sources', { ...source, environment: 'prod', admin: true });
    expect(answer.status).toBe(400);
    const places = (answer.body.problems as { at: string }[]).map(({ at }) => at);
    expect(places).toEqual(expect.arrayContaining(['body.environment', 'body']));
    expect((await client.get('/labels?limt=3')).status).toBe(400);
    expect((await client.get('/labels?limit=0')).status).toBe(400);
    expect((await client.get('/labels?limit=5&limit=6')).status).toBe(400);
  });

  it('for lists are answered with what the filters ask for', async () => {
    for (const environment of ['production', 'test'] as const)
      await client.post('/data-sources', { ...source, name: `for lists, ${environment}`, environment });
    const { body } = await client.get<{ items: { environment: string; engine: string }[] }>(
      '/data-sources?environment=test&engine=postgres',
    );
    expect(body.items.length).toBeGreaterThan(0);
    expect(body.items.every((item) => item.environment === 'test' && item.engine === 'postgres')).toBe(true);
    expect((await client.get('/data-sources?engine=sqlserver')).body).toEqual({ items: [] });
    expect((await client.get('/data-sources?engine=oracle')).status).toBe(400);
    expect((await client.get('/members?role=auditor')).body).toEqual({ items: [] });
    expect((await client.get(`/scrub-jobs?dataSource=${crypto.randomUUID()}`)).body).toEqual({ items: [] });
  });

  it('with a cursor that no list gave are refused', async () => {
    for (const cursor of ['x', 'AAAA', "' or 1=1 --", Buffer.from('not-a-uuid').toString('base64url')]) {
      const answer = await client.get(`/data-sources?cursor=${encodeURIComponent(cursor)}`);
      expect(answer).toMatchObject({ status: 400, body: { problems: [{ at: 'query.cursor' }] } });
    }
    expect((await client.get('/audit-events?cursor=AAAA')).status).toBe(400);
  });

  it('with SQL in names keep it as the text it is', async () => {
    const name = `x'); drop table labels; --`;
    const made = await client.post('/data-sources', { ...source, name });
    expect(made).toMatchObject({ status: 201, body: { name } });
    expect((await client.get('/labels')).status).toBe(200);
  });

  it('for a data source at a private or metadata address are refused', async () => {
    for (const host of [
      '127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '[::1]',
      '[::ffff:10.0.0.1]',
      'localhost',
    ]) {
      const answer = await client.post('/data-sources', {
        ...source,
        name: host,
        location: `postgres://${host}/x`,
      });
      expect([host, answer.status, answer.body.code]).toEqual([host, 422, 'forbidden-address']);
    }
    const around = await client.post('/data-sources', {
      ...source,
      location: 'postgres://8.8.8.8/x?host=127.0.0.1',
    });
    expect(around.status).toBe(400);
  });

  it('under one Idempotency-Key create once, and another request under it is a conflict', async () => {
    const once = { 'idempotency-key': 'register-the-shop' };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => client.post('/data-sources', { ...source, name: 'once' }, once)),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(201));
    const other = await client.post('/data-sources', { ...source, name: 'other' }, once);
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency-key-reused' } });
    const short = await client.post(
      '/data-sources',
      { ...source, name: 'y' },
      { 'idempotency-key': 'short' },
    );
    expect(short.status).toBe(400);
  });

  it('that take one name at the same time get it once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => client.post('/data-sources', { ...source, name: 'race' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });

  it('of pages elsewhere get no access, and those of allowed origins do', async () => {
    const from = (origin: string) => client.call('GET', '/labels', { headers: { origin } });
    expect((await from('https://console.example')).headers['access-control-allow-origin']).toBe(
      'https://console.example',
    );
    expect((await from('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('are answered with headers that browsers hold to, and without naming the server', async () => {
    const { headers } = await client.get('/labels');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers).not.toHaveProperty('server');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('strict-transport-security');
    const behindTls = await client.call('GET', '/labels', { headers: { 'x-forwarded-proto': 'https' } });
    expect(behindTls.headers['strict-transport-security']).toContain('max-age=31536000');
  });

  it('to where nothing is get a problem', async () => {
    for (const url of ['/nothing', '/labels/%E0%A4%A', `/labels/${'x'.repeat(500)}`, '/labels/not-a-uuid']) {
      const answer = await client.get(url);
      expect([400, 404, 414]).toContain(answer.status);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    }
  });
});

describe('rate limits', () => {
  it('hold a credential back, say for how long, and let others pass', async () => {
    const service = await startService({ RATE_LIMIT_PER_MINUTE: '5' });
    try {
      const [busy, other] = [await service.tenant(['auditor']), await service.tenant(['auditor'])];
      const client = new ApiClient(service, busy.token);
      const answers = [];
      for (let i = 0; i < 7; i++) answers.push(await client.get('/labels'));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
      expect(answers[6].body).toMatchObject({ code: 'too-many-requests' });
      expect(Number(answers[6].headers['retry-after'])).toBeGreaterThan(0);
      expect((await new ApiClient(service, other.token).get('/labels')).status).toBe(200);
    } finally {
      await service.stop();
    }
  });

  it('hold an address back that guesses credentials, and let right ones pass', async () => {
    const service = await startService();
    try {
      const { token } = await service.tenant(['auditor']);
      const statuses = new Map<number, number>();
      for (let i = 0; i < 70; i++) {
        const guess = `sj_${String(i).padStart(12, '0')}_${'x'.repeat(43)}`;
        const { status } = await new ApiClient(service, guess).get('/labels');
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      expect(Object.fromEntries(statuses)).toEqual({ 401: 60, 429: 10 });
      expect((await new ApiClient(service, token).get('/labels')).status).toBe(200);
    } finally {
      await service.stop();
    }
  });
});
