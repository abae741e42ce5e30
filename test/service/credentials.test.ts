import { jest } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import { ApiClient } from '../support/api-client.js';
import { type OidcIssuer, startIssuer } from '../support/oidc-issuer.js';
import { startService, type TestService, type TestTenant } from '../support/service.js';

const seconds = () => Math.floor(Date.now() / 1000);

describe('API keys', () => {
  let service: TestService;
  let admin: ApiClient;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    admin = new ApiClient(service, (await service.tenant(['tenant-admin'])).token);
  });

  interface Key {
    readonly id: string;
    readonly token?: string;
    readonly version: number;
  }

  const statusOf = async (token: string | undefined) =>
    (await new ApiClient(service, token).get('/tenants')).status;

  it('are shown once, and open what their roles allow', async () => {
    const made = await admin.post<Key>('/api-keys', { name: 'ci', roles: ['engineer'] });
    expect(made.status).toBe(201);
    expect(await statusOf(made.body.token)).toBe(200);
    const again = await admin.get(`/api-keys/${made.body.id}`);
    expect(again.text).not.toContain(made.body.token!.split('_')[2]);
    const kept = await service.own.query<{ row: string }>('select api_keys::text as row from api_keys');
    for (const { row } of kept) expect(row).not.toContain(made.body.token!.split('_')[2]);
    const key = new ApiClient(service, made.body.token);
    expect((await key.get('/api-keys')).status).toBe(403);
  });

  it('show the token only in the first of two answers to one Idempotency-Key', async () => {
    const request = () =>
      admin.post<Key>('/api-keys', { name: 'ci', roles: ['engineer'] }, { 'idempotency-key': 'make-my-key' });
    const [first, second] = [await request(), await request()];
    expect(second.body.id).toBe(first.body.id);
    expect([first.body.token !== undefined, second.body.token]).toEqual([true, undefined]);
  });

  it('open nothing once revoked', async () => {
    const { body } = await admin.post<Key>('/api-keys', { name: 'ci', roles: ['engineer'] });
    expect(await statusOf(body.token)).toBe(200);
    expect((await admin.change('DELETE', `/api-keys/${body.id}`, 1)).status).toBe(204);
    expect(await statusOf(body.token)).toBe(401);
    expect((await admin.get(`/api-keys/${body.id}`)).body).toMatchObject({
      revokedAt: expect.any(String) as string,
    });
  });

  it('open nothing once expired', async () => {
    const past = await admin.post('/api-keys', {
      name: 'x',
      roles: ['engineer'],
      expiresAt: '2020-01-01T00:00:00Z',
    });
    expect(past.status).toBe(400);
    const { body } = await admin.post<Key>('/api-keys', {
      name: 'x',
      roles: ['engineer'],
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    await service.own.query(`update api_keys set expires_at = now() - interval '1 second' where id = $1`, [
      body.id,
    ]);
    expect(await statusOf(body.token)).toBe(401);
  });

  it('must be whole: no other secret, prefix or form opens anything', async () => {
    const token = admin.token!;
    const [, prefix, secret] = token.split('_');
    const wrong = [
      `sj_${prefix}_${'A'.repeat(43)}`,
      `sj_${'0'.repeat(12)}_${secret}`,
      token.slice(0, -1),
      `${token}A`,
      token.toUpperCase(),
      '',
      'sj_',
      'x'.repeat(9_000),
    ];
    for (const other of wrong) expect(await statusOf(other)).toBe(401);
  });

  it('note when they were used, and are listed by whether they still open', async () => {
    const { body } = await admin.post<Key>('/api-keys', { name: 'idle', roles: ['engineer'] });
    await admin.change('DELETE', `/api-keys/${body.id}`, 1);
    const active = await admin.get<{ items: { name: string; lastUsedAt: string | null }[] }>(
      '/api-keys?active=true',
    );
    expect(active.body.items).toMatchObject([{ name: 'test', lastUsedAt: expect.any(String) as string }]);
  });
});

describe('OIDC tokens', () => {
  let service: TestService;
  let issuer: OidcIssuer;
  let tenant: TestTenant;
  beforeAll(async () => {
    issuer = await startIssuer();
    service = await startService({
      OIDC_ISSUERS: JSON.stringify([
        {
          issuer: issuer.issuer,
          audience: 'scrubjay',
          tenantClaim: 'org',
          groupRoles: { 'data-office': 'steward', dba: 'operator' },
        },
        { issuer: 'http://127.0.0.1:9/gone', audience: 'scrubjay', tenant: 'nobody' },
      ]),
    });
    tenant = await service.tenant(['tenant-admin']);
  });
  afterAll(async () => {
    await service.stop();
    await issuer.stop();
  });

  const get = (token: string, url = '/tenants') => new ApiClient(service, token).get(url);
  const valid = () => ({ org: tenant.slug, exp: seconds() + 300 });

  it('of a real issuer are taken, found by discovery', async () => {
    const token = await issuer.token({ org: tenant.slug, groups: ['data-office'] });
    expect((await get(token)).body).toMatchObject({ items: [{ id: tenant.id }] });
    expect((await get(token, '/api-keys')).status).toBe(403);
    const homeless = await issuer.token({ groups: ['data-office'] });
    expect((await get(homeless)).status).toBe(401);
  });

  it('give the roles of their groups, and none for unknown groups', async () => {
    const steward = await issuer.sign({ ...valid(), groups: ['data-office', 'football'] });
    expect((await get(steward, '/labels')).status).toBe(200);
    expect((await get(steward, '/api-keys')).status).toBe(403);
    const nobody = await issuer.sign({ ...valid(), groups: ['football'] });
    expect((await get(nobody, '/labels')).status).toBe(403);
    const text = await issuer.sign({ ...valid(), groups: 'data-office' });
    expect((await get(text, '/labels')).status).toBe(403);
  });

  it('give the roles of a member too', async () => {
    const admin = new ApiClient(service, tenant.token);
    const token = await issuer.sign({ ...valid(), sub: 'eve', groups: [] });
    expect((await get(token, '/audit-events')).status).toBe(403);
    const member = { subject: `oidc:${issuer.issuer}#eve`, name: 'Eve', roles: ['auditor'] };
    const { body } = await admin.post<{ id: string }>('/members', member);
    expect((await get(token, '/audit-events')).status).toBe(200);
    await admin.change('PATCH', `/members/${body.id}`, 1, { roles: ['engineer'] });
    expect((await get(token, '/audit-events')).status).toBe(403);
    await admin.change('DELETE', `/members/${body.id}`, 2);
    expect((await get(token, '/labels')).status).toBe(403);
  });

  it('are refused when expired, not yet valid, for another audience, or of an unknown tenant', async () => {
    const wrong = {
      expired: { exp: seconds() - 120 },
      'not yet valid': { nbf: seconds() + 120 },
      'another audience': { aud: 'somebody-else' },
      'no audience': { aud: undefined },
      'no subject': { sub: undefined },
      'no expiry': { exp: undefined },
      'another issuer': { iss: 'https://id.example' },
      'unknown tenant': { org: 'unknown' },
      'tenant of another type': { org: 7 },
    };
    for (const [what, claims] of Object.entries(wrong)) {
      const answer = await get(await issuer.sign({ ...valid(), ...claims }));
      expect([what, answer.status]).toEqual([what, 401]);
      expect(answer.body).toMatchObject({ code: 'unauthenticated' });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('may be off by the clock skew', async () => {
    expect((await get(await issuer.sign({ ...valid(), exp: seconds() - 20 }))).status).toBe(200);
    expect((await get(await issuer.sign({ ...valid(), nbf: seconds() + 20 }))).status).toBe(200);
  });

  it('are refused when forged: unsigned, signed with another key, or with a shared secret', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: issuer.issuer, aud: 'scrubjay', sub: 'ana', groups: ['data-office'], ...valid() };
    const unsigned = `${part({ alg: 'none' })}.${part(claims)}.`;
    expect((await get(unsigned)).status).toBe(401);
    const other = await generateKeyPair('RS256');
    const [header] = (await issuer.sign(valid())).split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(other.privateKey);
    expect((await get(forged)).status).toBe(401);
    const shared = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(Buffer.from(issuer.issuer.repeat(2)));
    expect((await get(shared)).status).toBe(401);
    const [head, , signature] = (await issuer.sign(valid())).split('.');
    expect((await get(`${head}.${part({ ...claims, groups: ['dba'] })}.${signature}`)).status).toBe(401);
  });

  it('are taken under a new key of the issuer, and the old key opens nothing any more', async () => {
    const old = await issuer.sign(valid());
    expect((await get(old)).status).toBe(200);
    await issuer.rotate();
    // Keys are fetched anew at most every half minute: it passes.
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now + 31_000);
    try {
      expect((await get(await issuer.sign(valid()))).status).toBe(200);
      expect((await get(old)).status).toBe(401);
    } finally {
      clock.mockRestore();
    }
  });

  it('cannot be checked while their issuer does not answer, which is said', async () => {
    const token = await issuer.sign({ ...valid(), iss: 'http://127.0.0.1:9/gone' });
    expect(await get(token)).toMatchObject({ status: 503, body: { code: 'issuer-unavailable' } });
  });
});
