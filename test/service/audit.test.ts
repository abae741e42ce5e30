import { ApiClient } from '../support/api-client.js';
import { startService, type TestService, type TestTenant } from '../support/service.js';

const policy = (id: string) => ({ source: `id: ${id}\ntitle: T\nrules:\n  - mask: keep\n` });

interface Event {
  readonly sequence: number;
  readonly action: string;
  readonly actor: string;
  readonly subject: string;
}

describe('the audit log', () => {
  let service: TestService;
  let tenant: TestTenant;
  let client: ApiClient;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    tenant = await service.tenant(['steward', 'auditor', 'tenant-admin']);
    client = new ApiClient(service, tenant.token);
    for (const id of ['one', 'two', 'three']) await client.post('/policies', policy(id));
  });

  const verification = async () => (await client.get('/audit-events/verification')).body;

  /** Does what nobody may: as superuser, with the trigger off. */
  async function tamper(sql: string): Promise<void> {
    await service.own.query('alter table audit_events disable trigger all');
    await service.own.query(sql);
    await service.own.query('alter table audit_events enable trigger all');
  }

  it('has an event of every change, in order, and none of what failed', async () => {
    await client.post('/policies', policy('one'));
    const { body } = await client.get<{ items: Event[]; next?: string }>('/audit-events?action=policy.');
    expect(body.items.map(({ sequence, action }) => [sequence, action])).toEqual([
      [1, 'policy.created'],
      [2, 'policy.created'],
      [3, 'policy.created'],
    ]);
    expect(body.items[0].actor).toMatch(/^api-key:/);
    const one = await client.get<{ items: Event[] }>(`/audit-events?subject=${body.items[1].subject}`);
    expect(one.body.items).toHaveLength(1);
    const page = await client.get<{ items: Event[]; next: string }>('/audit-events?limit=2');
    const rest = await client.get<{ items: Event[] }>(`/audit-events?limit=2&cursor=${page.body.next}`);
    expect(rest.body.items.map(({ sequence }) => sequence)).toEqual([3]);
  });

  it('is written with the change or not at all', async () => {
    await service.own.query(
      `alter table audit_events add constraint full_disk check (action <> 'policy.deleted')`,
    );
    const { body } = await client.get<{ items: { id: string }[] }>('/policies');
    const [{ id }] = body.items;
    expect((await client.change('DELETE', `/policies/${id}`, 1)).status).toBe(500);
    expect((await client.get(`/policies/${id}`)).status).toBe(200);
    await service.own.query('alter table audit_events drop constraint full_disk');
  });

  it('holds, and stays without gaps when many write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => client.post('/policies', policy(`many-${i}`))));
    expect(await verification()).toEqual({ events: 23, holds: true });
  });

  it('shows a changed event', async () => {
    await tamper(
      `update audit_events set actor = 'nobody' where sequence = 2 and tenant_id = '${tenant.id}'`,
    );
    expect(await verification()).toMatchObject({ holds: false, broken: { sequence: 2, problem: 'changed' } });
  });

  it('shows a removed event, in the middle and at the end', async () => {
    await tamper(`delete from audit_events where sequence = 3 and tenant_id = '${tenant.id}'`);
    expect(await verification()).toMatchObject({
      holds: false,
      broken: { sequence: 3, problem: 'cut short' },
    });
    await tamper(`delete from audit_events where sequence = 1 and tenant_id = '${tenant.id}'`);
    expect(await verification()).toMatchObject({ holds: false, broken: { sequence: 1, problem: 'missing' } });
  });

  it('can be changed by nobody, the owner of the database included', async () => {
    await expect(service.own.query(`update audit_events set actor = 'x'`)).rejects.toThrow('append-only');
    await expect(service.own.query('truncate audit_events')).rejects.toThrow('append-only');
    const asService = service.database.asTenant(tenant.id, (manager) =>
      manager.query('delete from audit_events'),
    );
    await expect(asService).rejects.toThrow('permission denied');
  });

  it('is exported as JSON lines, with the export as the last', async () => {
    const { text, headers } = await client.get('/audit-events/export');
    expect(headers['content-type']).toContain('application/jsonl');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event & { hash: string; previousHash: string });
    expect(lines.map(({ action }) => action)).toEqual([
      ...Array<string>(3).fill('policy.created'),
      'audit.exported',
    ]);
    expect(lines[1].previousHash).toBe(lines[0].hash);
  });
});
