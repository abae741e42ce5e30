import { ApiClient } from '../support/api-client.js';
import { scannedSource } from '../support/scanned-source.js';
import { startService, type TestService, type TestTenant } from '../support/service.js';

const source = (rules: string) => `id: shop\ntitle: Shop\n${rules}`;
const keep = source('rules:\n  - mask: keep\n');
const redact = source(
  'unlabelled: mask\nrules:\n  - when: { sensitivity: internal }\n    mask: by-type\n  - mask: keep\n',
);

describe('policies', () => {
  let service: TestService;
  let tenant: TestTenant;
  let steward: ApiClient;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    tenant = await service.tenant(['steward', 'auditor']);
    steward = new ApiClient(service, tenant.token);
  });

  const create = (body: unknown) => steward.post<{ id: string; version: number }>('/policies', body);

  it('begin from a template', async () => {
    const templates = await steward.get<{ items: { id: string }[] }>('/policy-templates');
    expect(templates.body.items.map(({ id }) => id).sort()).toEqual(['default', 'gdpr', 'hipaa', 'pci-dss']);
    const made = await create({ from: 'gdpr' });
    expect(made).toMatchObject({ status: 201, body: { name: 'gdpr', version: 1 } });
    expect(await create({ from: 'gdpr' })).toMatchObject({ status: 409, body: { code: 'name-taken' } });
    expect(await create({ from: 'nothing' })).toMatchObject({ status: 404 });
  });

  it('keep every version, and say what changed between two', async () => {
    const { body } = await create({ source: keep, note: 'to begin with' });
    const changed = await steward.change('PUT', `/policies/${body.id}`, 1, {
      source: redact,
      note: 'mask more',
    });
    expect(changed).toMatchObject({ status: 200, body: { version: 2 } });
    const late = await steward.change('PUT', `/policies/${body.id}`, 1, { source: keep });
    expect(late.status).toBe(412);
    const versions = await steward.get<{ items: unknown[] }>(`/policies/${body.id}/versions`);
    expect(versions.body.items).toMatchObject([
      { number: 1, note: 'to begin with' },
      { number: 2, note: 'mask more' },
    ]);
    expect((await steward.get(`/policies/${body.id}/versions/1`)).body).toMatchObject({ source: keep });
    const diff = await steward.get(`/policies/${body.id}/diff?from=1`);
    expect(diff.body).toMatchObject({
      from: 1,
      to: 2,
      settings: [{ setting: 'unlabelled', before: 'refuse', after: 'mask' }],
      rules: [{ change: 'added', number: 1, rule: { mask: 'by-type' } }],
    });
  });

  it('refuse a text with a mistake, naming its line and what to write', async () => {
    const unknown = await create({ source: source('rules:\n  - mask: { technique: scramble }\n') });
    expect(unknown).toMatchObject({ status: 422, body: { code: 'file-format' } });
    expect(unknown.body).toHaveProperty('detail', expect.stringContaining('policy:4'));
    const deep = await create({ source: `rules: ${'['.repeat(90_000)}` });
    expect(deep.status).toBe(422);
    const renamed = await create({ source: keep });
    expect(
      await steward.change('PUT', `/policies/${renamed.body.id}`, 1, {
        source: keep.replace('shop', 'other'),
      }),
    ).toMatchObject({
      status: 409,
      body: { code: 'policy-renamed' },
    });
  });

  it('are tried on a data source before any scrub', async () => {
    const dataSource = await scannedSource(
      steward,
      tenant,
      'create table people (id int primary key, email text, phone text)',
      { 'people.email': 'email-address', 'people.phone': 'phone-number' },
    );
    const { body } = await create({ source: redact });
    const all = await steward.get(`/policies/${body.id}/dry-run?dataSource=${dataSource}`);
    expect(all.body).toMatchObject({
      version: 1,
      runnable: true,
      maskedColumns: 2,
      items: [
        { where: 'public.people.email', mask: { informationType: 'email-address' }, refusals: [] },
        { where: 'public.people.phone' },
      ],
    });
    const first = await steward.get<{ next: string }>(
      `/policies/${body.id}/dry-run?dataSource=${dataSource}&limit=1`,
    );
    const second = await steward.get(
      `/policies/${body.id}/dry-run?dataSource=${dataSource}&limit=1&cursor=${first.body.next}`,
    );
    expect(second.body).toMatchObject({ items: [{ where: 'public.people.phone' }] });
    expect(second.body).not.toHaveProperty('next');
    const strict = await create({ from: 'gdpr' });
    const refused = await steward.get(`/policies/${strict.body.id}/dry-run?dataSource=${dataSource}`);
    expect(refused.body).toMatchObject({ runnable: false, refusals: 2 });
  });

  it('cannot be tried on a data source that nobody scanned', async () => {
    const registered = await steward.post<{ id: string }>('/data-sources', {
      name: 'unscanned',
      environment: 'staging',
      location: service.own.url,
    });
    const { body } = await create({ source: keep });
    const answer = await steward.get(`/policies/${body.id}/dry-run?dataSource=${registered.body.id}`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'not-scanned' } });
  });

  it('are deleted in the version that the caller saw', async () => {
    const { body } = await create({ source: keep });
    expect((await steward.change('DELETE', `/policies/${body.id}`, 2)).status).toBe(412);
    expect((await steward.change('DELETE', `/policies/${body.id}`, 1)).status).toBe(204);
    expect((await steward.get(`/policies/${body.id}`)).status).toBe(404);
  });
});
