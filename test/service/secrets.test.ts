import { randomBytes } from 'node:crypto';
import { LocalKeyWrapper } from '../../src/service/secrets/envelope.js';
import { rotateSecrets } from '../../src/service/secrets/rotate-secrets.js';
import { SecretStore } from '../../src/service/secrets/secret-store.js';
import { startService, type TestService } from '../support/service.js';

describe('secrets', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  it('of all tenants open under the new key once rotated, and the old key is not needed', async () => {
    const [old, next] = [randomBytes(32), randomBytes(32)];
    const store = new SecretStore(new LocalKeyWrapper([old]));
    const kept: { tenant: string; id: string }[] = [];
    for (let i = 0; i < 3; i++) {
      const tenant = (await service.tenant(['auditor'])).id;
      const id = await service.database.asTenant(tenant, (manager) =>
        store.put(manager, tenant, `secret ${i}`),
      );
      kept.push({ tenant, id });
    }
    const { database, foundation } = service;
    const rotating = { ...foundation, keyWrapper: new LocalKeyWrapper([next, old]) };
    expect(await rotateSecrets(rotating)).toBe(3);
    expect(await rotateSecrets(rotating)).toBe(0);
    const fresh = new SecretStore(new LocalKeyWrapper([next]));
    for (const [i, { tenant, id }] of kept.entries()) {
      const opened = await database.asTenant(tenant, (manager) => fresh.read(manager, tenant, id));
      expect(opened).toBe(`secret ${i}`);
    }
  });

  it('do not open for another tenant, not even with its row', async () => {
    const store = new SecretStore(new LocalKeyWrapper([randomBytes(32)]));
    const [ours, theirs] = [(await service.tenant(['auditor'])).id, (await service.tenant(['auditor'])).id];
    const id = await service.database.asTenant(ours, (manager) => store.put(manager, ours, 'secret'));
    await service.own.query('update secrets set tenant_id = $1 where id = $2', [theirs, id]);
    const read = service.database.asTenant(theirs, (manager) => store.read(manager, theirs, id));
    await expect(read).rejects.toMatchObject({ code: 'sealed-secret' });
  });
});
