import { randomUUID } from 'node:crypto';
import { catalogOf } from '../support/planning.js';
import { startService, type TestService } from '../support/service.js';
import { packagedClassifier } from '../support/classifier.js';
import type { Catalog } from '../../src/domain/catalog/catalog.js';
import { classifyCatalog } from '../../src/domain/classification/classify-catalog.js';
import { recordScan, type RecordedScan } from '../../src/service/findings/record-scan.js';
import type { Caller } from '../../src/service/auth/caller.js';

describe('recording a scan', () => {
  let service: TestService;
  let caller: Caller;
  let dataSourceId: string;
  let classifier: ReturnType<typeof packagedClassifier> | undefined;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    const tenant = await service.tenant(['tenant-admin']);
    caller = { tenantId: tenant.id, subject: 'test', roles: ['engineer'] };
    const created = await service.application.inject({
      method: 'POST',
      url: '/data-sources',
      headers: { authorization: `Bearer ${tenant.token}` },
      payload: { name: 'shop', environment: 'production', location: service.own.url },
    });
    dataSourceId = created.json<{ id: string }>().id;
  });

  async function record(catalog: Catalog): Promise<RecordedScan> {
    classifier ??= packagedClassifier();
    const proposals = classifyCatalog(catalog, new Map(), await classifier, { year: 2026 });
    const scan = {
      id: randomUUID(),
      dataSourceId,
      catalog,
      proposals,
      scanned: { rules: 'rules', values: false, unread: [] },
    };
    return service.database.asTenant(caller.tenantId, (manager) => recordScan(manager, caller, scan));
  }

  const rows = <Row>(sql: string) =>
    service.database.asTenant(caller.tenantId, (manager) => manager.query<Row[]>(sql));

  it('keeps findings with evidence, labels and their history', async () => {
    const recorded = await record(await catalogOf('create table people (id int primary key, email text)'));
    expect(recorded.newlySensitive).toEqual(['public.people.email']);
    expect(
      await rows(
        'select column_name, information_type, jsonb_array_length(evidence) > 0 as evidence from findings order by 1',
      ),
    ).toEqual([
      { column_name: 'public.people.email', information_type: 'email-address', evidence: true },
      { column_name: 'public.people.id', information_type: null, evidence: true },
    ]);
    expect(await rows('select action from label_reviews')).toEqual([
      { action: 'found' },
      { action: 'found' },
    ]);
  });

  it('keeps decisions, carries labels on under new names, and drops what is gone', async () => {
    const before = await catalogOf(
      'create table people (id int primary key, email text, phone text, city text)',
    );
    await record(before);
    await rows(
      `update labels set status = 'rejected', information_type = null, decided_by = 'eve', decided_at = '2026-01-01T00:00:00Z'
       where column_name like '%email'`,
    );
    const [kept] = await rows<{ id: string }>(
      `select id from labels where column_name = 'public.people.phone'`,
    );
    const after = await catalogOf('create table people (id int primary key, email text, mobile text)');
    const { changes } = await record(after);
    expect(changes).toMatchObject({
      vanished: ['public.people.city'],
      renamed: [{ from: 'public.people.phone', to: 'public.people.mobile' }],
    });
    expect(await rows('select column_name, status, id from labels order by 1')).toMatchObject([
      { column_name: 'public.people.email', status: 'rejected' },
      { column_name: 'public.people.id' },
      { column_name: 'public.people.mobile', id: kept.id },
    ]);
    expect(await rows('select column_name from findings order by 1')).toHaveLength(3);
  });

  it('changes nothing when the same is found again', async () => {
    const catalog = await catalogOf('create table people (id int primary key, email text)');
    await record(catalog);
    const before = await rows('select id, version from labels order by id');
    await record(catalog);
    expect(await rows('select id, version from labels order by id')).toEqual(before);
    expect(await rows('select from label_reviews')).toHaveLength(2);
  });
});
