import { jest } from '@jest/globals';
import { ApiClient } from '../support/api-client.js';
import { pause } from '../support/jobs.js';
import { startService, type TestService, type TestTenant } from '../support/service.js';

describe('a credential that was verified a moment ago', () => {
  let service: TestService;
  let tenant: TestTenant;
  let lookUps: jest.SpiedFunction<TestService['database']['withoutTenant']>;
  beforeAll(async () => {
    service = await startService();
    tenant = await service.tenant(['tenant-admin']);
    lookUps = jest.spyOn(service.database, 'withoutTenant');
  });
  afterAll(() => service.stop());
  beforeEach(() => lookUps.mockClear());

  const ask = async (token: string) => (await new ApiClient(service, token).get('/tenants')).status;
  const cutNews = () =>
    service.own.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'scrubjay news'`,
    );

  it('is not looked up again for a while', async () => {
    const token = await service.key(tenant.id, ['auditor']);
    for (let i = 0; i < 5; i++) expect(await ask(token)).toBe(200);
    expect(lookUps).toHaveBeenCalledTimes(1);
  });

  it('opens nothing as soon as another process has revoked it', async () => {
    const token = await service.key(tenant.id, ['auditor']);
    expect(await ask(token)).toBe(200);
    // Behind the service's back, as another process or the operator would.
    await service.own.query('update api_keys set revoked_at = now() where prefix = $1', [
      token.split('_')[1],
    ]);
    await until(async () => (await ask(token)) === 401);
  });

  it('opens what its new roles allow as soon as they are given', async () => {
    const token = await service.key(tenant.id, ['engineer']);
    const status = async () => (await new ApiClient(service, token).get('/api-keys')).status;
    expect(await status()).toBe(403);
    await service.own.query(`update api_keys set roles = '{auditor}' where prefix = $1`, [
      token.split('_')[1],
    ]);
    await until(async () => (await status()) === 200);
  });

  it('is looked up at each request while revocations cannot be heard', async () => {
    const token = await service.key(tenant.id, ['auditor']);
    expect(await ask(token)).toBe(200);
    await cutNews();
    await pause(100);
    lookUps.mockClear();
    for (let i = 0; i < 3; i++) expect(await ask(token)).toBe(200);
    expect(lookUps).toHaveBeenCalledTimes(3);
    await service.own.query('update api_keys set revoked_at = now() where prefix = $1', [
      token.split('_')[1],
    ]);
    expect(await ask(token)).toBe(401);
  });

  it('is remembered again when they can be heard again', async () => {
    const token = await service.key(tenant.id, ['auditor']);
    await until(async () => {
      lookUps.mockClear();
      await ask(token);
      await ask(token);
      return lookUps.mock.calls.length === 0;
    });
  });

  it('is forgotten after its time, whatever the clock says', async () => {
    const token = await service.key(tenant.id, ['auditor']);
    await ask(token);
    const now = performance.now.bind(performance);
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + 31_000);
    try {
      lookUps.mockClear();
      expect(await ask(token)).toBe(200);
      expect(lookUps).toHaveBeenCalledTimes(1);
    } finally {
      clock.mockRestore();
    }
  });
});

/** Resolves when the condition holds; the test's own time limit bounds it. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(25);
}
