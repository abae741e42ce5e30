import pg from 'pg';
import type { Working } from '../../src/service/jobs/start-working.js';
import type { ScrubJobView } from '../../src/service/scrub-jobs/scrub-job.js';
import type { ScrubRunView } from '../../src/service/scrub-runs/scrub-run.js';
import { serverUrl } from '../support/databases.js';
import { pause } from '../support/jobs.js';
import { type ScrubbedTenant, scrubbedTenant } from '../support/scrub-service.js';
import { work } from '../support/serve.js';
import { startService, type TestService } from '../support/service.js';

const shop = `
  create table customers (id bigint primary key, email text not null, town text);
  insert into customers select n, 'ana.novak' || n || '@example.org', 'Town ' || n % 3 from generate_series(1, 300) n;
  create table orders (id bigint primary key, customer_id bigint not null references customers (id), note text);
  insert into orders select n, 1 + n % 300, 'as ordered' from generate_series(1, 900) n;
`;
const types = { 'customers.email': 'email-address', 'customers.town': 'city' };

describe('what a scrub job is told to do', () => {
  let service: TestService;
  let working: Working;
  let tenant: ScrubbedTenant;
  beforeAll(async () => {
    service = await startService();
    working = await work(service.foundation);
  });
  beforeEach(async () => {
    tenant = await scrubbedTenant(service, shop, types);
  });
  afterEach(() => tenant.drop());
  afterAll(async () => {
    await working.stop();
    await service.stop();
  });

  const read = async () => tenant.call<ScrubJobView>('GET', `/scrub-jobs/${tenant.scrubJob.id}`);
  const change = async (changes: object) => {
    const { body } = await read();
    return tenant.call<ScrubJobView>('PATCH', `/scrub-jobs/${body.id}`, changes, {
      'if-match': `"${body.version}"`,
    });
  };
  const runOnce = async (): Promise<ScrubRunView> => {
    const { body } = await tenant.call<ScrubRunView>('POST', `/scrub-jobs/${tenant.scrubJob.id}/runs`);
    for (;;) {
      const view = (await tenant.call<ScrubRunView>('GET', `/scrub-runs/${body.id}`)).body;
      if (!['queued', 'running'].includes(view.job.state)) return view;
      await pause(50);
    }
  };
  const inCopy = async <Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> => {
    const copy = new pg.Client(serverUrl(tenant.staging));
    await copy.connect();
    try {
      return (await copy.query<Row>(sql)).rows;
    } finally {
      await copy.end();
    }
  };

  it('stays as it is where a change does not name it', async () => {
    await change({ options: { sampleRows: 7, leakHunt: 'sample' }, retention: { runs: 3 } });
    await change({ options: { replace: true }, retention: { days: 30 } });
    expect((await read()).body).toMatchObject({
      options: { replace: true, sampleRows: 7, leakHunt: 'sample', publishAs: 'database', subset: null },
      retention: { runs: 3, days: 30 },
    });
  });

  it('takes a subset, and copies its rows with all that they refer to', async () => {
    await change({ options: { subset: { start: [{ table: 'public.orders', where: 'id <= 5' }] } } });
    expect(await runOnce()).toMatchObject({
      job: { state: 'succeeded' },
      result: { rows: 10, passed: true },
    });
    expect(
      await inCopy(
        'select (select count(*) from orders) as orders, (select count(*) from customers) as customers',
      ),
    ).toEqual([{ orders: '5', customers: '5' }]);
  });

  it('refuses a subset that begins with no table, naming the field', async () => {
    expect(await change({ options: { subset: { start: [] } } })).toMatchObject({
      status: 400,
      body: { problems: [{ at: 'body.options.subset.start' }] },
    });
  });

  it('publishes as schemas into a database that stays, and drops what it replaced when told to', async () => {
    await runOnce();
    const [{ oid }] = await inCopy<{ oid: number }>(
      'select oid from pg_database where datname = current_database()',
    );
    const previous = `select from pg_namespace where nspname = 'public__previous'`;
    await change({ options: { replace: true, publishAs: 'schemas' } });
    expect((await runOnce()).job).toMatchObject({ state: 'succeeded' });
    expect(await inCopy(previous)).toHaveLength(1);
    await change({ options: { dropPrevious: true } });
    expect((await runOnce()).job).toMatchObject({ state: 'succeeded' });
    expect(await inCopy(previous)).toHaveLength(0);
    expect(await inCopy('select oid from pg_database where datname = current_database()')).toEqual([{ oid }]);
  });

  it('attests how well rows hide among one another when asked', async () => {
    await change({ options: { anonymity: ['customers.town'] } });
    const { result } = await runOnce();
    const { body } = await tenant.call<{ payload: string }>(
      'GET',
      `/attestations/${result!.attestationId}/envelope`,
    );
    const { predicate } = JSON.parse(Buffer.from(body.payload, 'base64').toString()) as {
      predicate: { anonymity: unknown };
    };
    expect(predicate.anonymity).toMatchObject([
      { table: 'public.customers', quasiIdentifiers: expect.arrayContaining(['town']) as string[] },
    ]);
  });

  it('ends with a clear reason, and publishes nothing, when it asks for a column that is not there', async () => {
    await change({ options: { anonymity: ['customers.village'] } });
    expect((await runOnce()).job).toMatchObject({ state: 'failed', reason: { code: 'unknown-column' } });
    await expect(inCopy('select 1')).rejects.toMatchObject({ code: '3D000' });
  });
});
