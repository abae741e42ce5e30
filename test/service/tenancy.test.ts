import { startService, type TestService } from '../support/service.js';

describe('tenants', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  it('are invisible to the service’s role outside a tenant’s transaction', async () => {
    await service.tenant(['auditor']);
    for (const table of ['tenants', 'api_keys', 'data_sources', 'secrets', 'audit_events', 'members']) {
      expect(await service.database.withoutTenant(`select * from ${table}`, [])).toEqual([]);
    }
  });

  it('cannot be entered by resetting the role', async () => {
    const [row] = await service.database.withoutTenant<{ role: string }>('select current_user as role', []);
    expect(row).toEqual({ role: 'scrubjay_service' });
  });

  it('see nothing of one another', async () => {
    const [ours, theirs] = [await service.tenant(['tenant-admin']), await service.tenant(['tenant-admin'])];
    const created = await service.application.inject({
      method: 'POST',
      url: '/data-sources',
      headers: { authorization: `Bearer ${ours.token}` },
      payload: { name: 'shop', environment: 'production', location: service.own.url },
    });
    expect(created.statusCode).toBe(201);
    const { id } = created.json<{ id: string }>();
    for (const [method, path] of [
      ['GET', `/data-sources/${id}`],
      ['PATCH', `/data-sources/${id}`],
      ['DELETE', `/data-sources/${id}`],
      ['POST', `/data-sources/${id}/test`],
    ] as const) {
      const answer = await service.application.inject({
        method,
        url: path,
        headers: { authorization: `Bearer ${theirs.token}`, 'if-match': '"1"' },
        ...(method === 'PATCH' ? { payload: { name: 'mine' } } : {}),
      });
      expect([method, answer.statusCode]).toEqual([method, 404]);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    }
  });
});
