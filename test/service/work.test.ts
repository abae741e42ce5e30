import { createHash, createHmac } from 'node:crypto';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { verifyEnvelope } from '../../src/domain/scrub/attestation/signed-statement.js';
import { parseVerifyingKey } from '../../src/domain/scrub/attestation/ed25519.js';
import type { Working } from '../../src/service/jobs/start-working.js';
import type { AttestationView } from '../../src/service/attestations/attestation.js';
import type { JobView } from '../../src/service/jobs/job.js';
import type { ScanView } from '../../src/service/scans/scan.js';
import type { ScrubJobView } from '../../src/service/scrub-jobs/scrub-job.js';
import type { ScrubRunView } from '../../src/service/scrub-runs/scrub-run.js';
import { createDatabase, serverUrl, type TestDatabase } from '../support/databases.js';
import { pause } from '../support/jobs.js';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.js';
import { keepDefaultPolicy } from '../support/scrub-service.js';
import { callerOf, startReceiver, work } from '../support/serve.js';
import { startService, type TestService } from '../support/service.js';

const shop = `
  create table customers (
    id bigint primary key, full_name text not null, email text not null unique, note text
  );
  insert into customers
    select n, 'Ana Novak ' || n, 'ana.novak' || n || '@example.org', null from generate_series(1, 300) n;
  create table orders (id bigint primary key, customer_id bigint not null references customers, total numeric);
  insert into orders select n, 1 + n % 300, n from generate_series(1, 1000) n;
`;

// From registering a database to its attestation, on either queue.
describe.each([
  { queue: 'pg-boss', redis: false },
  { queue: 'bullmq', redis: true },
])('the service with its jobs on $queue', ({ redis: onRedis }) => {
  const skipped = onRedis && !hasRedis;
  const does = skipped ? it.skip : it;
  let redis: TestRedis | undefined;
  let service: TestService;
  let production: TestDatabase;
  let working: Working;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  const answering = { status: 204 };
  let call: ReturnType<typeof callerOf>;
  let tenantId: string;
  let sourceId: string;
  let scrubJob: ScrubJobView;
  let signingSecret: string;
  const staging = `staging_${uuidv7().slice(-12)}`;

  beforeAll(async () => {
    if (skipped) return;
    redis = onRedis ? await startRedis() : undefined;
    service = await startService(redis ? { REDIS_URL: redis.url } : {});
    production = await createDatabase(shop);
    receiver = await startReceiver(answering);
    const tenant = await service.tenant(['tenant-admin', 'steward', 'operator']);
    tenantId = tenant.id;
    call = callerOf(service.application, tenant.token);
    working = await work(service.foundation);
  });
  afterAll(async () => {
    if (skipped) return;
    await working.stop();
    await service.stop();
    await production.query(`drop database if exists "${staging}" with (force)`);
    await production.drop();
    await receiver.stop();
    await redis?.stop();
  });

  const ended = async <View extends { readonly job: JobView }>(url: string): Promise<View> => {
    for (;;) {
      const { body } = await call<View>('GET', url);
      if (!['queued', 'running'].includes(body.job.state)) return body;
      await pause(50);
    }
  };

  does('scans a data source and keeps what it found', async () => {
    const hook = await call<{ signingSecret: string; display: string }>('POST', '/webhooks', {
      name: 'chat',
      url: receiver.url,
      events: ['scan.ended', 'scrub-run.ended', 'sensitive-column.found'],
    });
    expect(hook.status).toBe(201);
    expect(hook.body.display).not.toContain('canary');
    ({ signingSecret } = hook.body);
    const registered = await call<{ id: string }>('POST', '/data-sources', {
      name: 'shop',
      environment: 'production',
      location: production.url,
    });
    sourceId = registered.body.id;
    const started = await call<ScanView>('POST', `/data-sources/${sourceId}/scans`, {});
    expect(started).toMatchObject({ status: 202, body: { job: { state: 'queued' } } });
    expect(started.headers.location).toBe(`/jobs/${started.body.job.id}`);
    const scan = await ended<ScanView>(`/scans/${started.body.id}`);
    expect(scan.job).toMatchObject({ state: 'succeeded' });
    expect(scan.result).toMatchObject({ tables: 2, added: 7, unread: [] });
    expect(scan.result!.newlySensitive).toContain('public.customers.email');
  });

  does('tells webhooks of the scan and of new sensitive columns, signed', async () => {
    while (receiver.received.length < 2) await pause(50);
    const events = receiver.received.map(({ headers, body }) => {
      const key = Buffer.from(signingSecret.slice('whsec_'.length), 'base64');
      const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
      const signature = createHmac('sha256', key).update(signed).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${signature}`);
      return (JSON.parse(body) as { type: string }).type;
    });
    expect(events.sort()).toEqual(['scan.ended', 'sensitive-column.found']);
    expect(receiver.received.map(({ body }) => body).join()).not.toContain('example.org');
  });

  does('defines a scrub job, and refuses production as its target', async () => {
    const policy = await keepDefaultPolicy(service, tenantId);
    // What a steward would do in the labels: here, that the scan is right about everything.
    await service.own.query(
      `update labels set status = 'confirmed', decided_by = 'test', decided_at = now()::text`,
    );
    const target = (name: string, environment: string) =>
      call<{ id: string }>('POST', '/data-sources', { name, environment, location: serverUrl(staging) });
    const live = await target('live', 'production');
    const copy = await target('staging', 'staging');
    const definition = { name: 'nightly', sourceId, policyId: policy, options: { replace: true } };
    expect(await call('POST', '/scrub-jobs', { ...definition, targetId: live.body.id })).toMatchObject({
      status: 409,
      body: { code: 'target-is-production' },
    });
    const made = await call<ScrubJobView>('POST', '/scrub-jobs', {
      ...definition,
      targetId: copy.body.id,
      hooks: { after: `comment on table public.orders is 'copied'` },
      schedule: { cron: '30 2 * * *', timeZone: 'Europe/Vienna' },
    });
    expect(made.status).toBe(201);
    scrubJob = made.body;
    expect(scrubJob.schedule).toMatchObject({ timeZone: 'Europe/Vienna', overlap: 'skip' });
    expect(new Date(scrubJob.schedule!.nextAt!).getTime()).toBeGreaterThan(Date.now());
  });

  does('runs it, and keeps an attestation that holds', async () => {
    const started = await call<ScrubRunView>('POST', `/scrub-jobs/${scrubJob.id}/runs`);
    expect(started.status).toBe(202);
    const run = await ended<ScrubRunView>(`/scrub-runs/${started.body.id}`);
    expect(run.job).toMatchObject({ state: 'succeeded' });
    expect(run.result).toMatchObject({ tables: 2, rows: 1300, passed: true });
    const kept = await call<AttestationView>('GET', `/attestations/${run.result!.attestationId}`);
    const key = parseVerifyingKey(kept.body.publicKey, 'test');
    const { statement } = verifyEnvelope(JSON.stringify(kept.body.envelope), [key]);
    expect(statement.predicate.totals.rows).toBe(1300);
    expect(await call('POST', `/attestations/${kept.body.id}/verify`, {})).toMatchObject({
      status: 200,
      body: { holds: true, trust: 'kept' },
    });
    const page = await service.application.inject({
      method: 'GET',
      url: `/attestations/${kept.body.id}/page`,
      headers: { authorization: `Bearer ${await service.key(tenantId, ['auditor'])}` },
    });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const [, style] = /<style>([^]*)<\/style>/.exec(page.body)!;
    expect(page.headers['content-security-policy']).toContain(
      `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    );
    for (const said of ['signature holds', 'verification passed', 'public.customers.email', '1,300 in 2'])
      expect(page.body).toContain(said);
    expect(page.body).not.toMatch(/ana\.novak|<script/);
    const [{ masked, comment }] = await query<{ masked: string; comment: string }>(
      staging,
      `select count(*) filter (where email like 'ana.novak%') as masked,
         obj_description('public.orders'::regclass) as comment from customers`,
    );
    expect({ masked, comment }).toEqual({ masked: '0', comment: 'copied' });
  });

  does('lets a run be cancelled, and resumed', async () => {
    const started = await call<ScrubRunView>('POST', `/scrub-jobs/${scrubJob.id}/runs`);
    const cancelled = await call<ScrubRunView>('POST', `/scrub-runs/${started.body.id}/cancel`);
    expect(cancelled.status).toBe(202);
    const run = await ended<ScrubRunView>(`/scrub-runs/${started.body.id}`);
    expect(run.job).toMatchObject({ state: 'cancelled', reason: { code: 'cancelled' } });
    const resumed = await call<ScrubRunView>('POST', `/scrub-runs/${run.id}/resume`);
    expect(resumed.status).toBe(202);
    expect(resumed.body.job.id).not.toBe(run.job.id);
    expect((await ended<ScrubRunView>(`/scrub-runs/${run.id}`)).job.state).toBe('succeeded');
    expect(await call('POST', `/scrub-runs/${run.id}/resume`)).toMatchObject({
      status: 409,
      body: { code: 'run-not-resumable' },
    });
  });

  does('starts by itself when its schedule is due, once', async () => {
    await service.own.query(`update schedules set next_at = now() - interval '3 days'`);
    let runs: ScrubRunView[] = [];
    while (runs.length === 0) {
      await pause(100);
      const { body } = await call<{ items: ScrubRunView[] }>('GET', `/scrub-runs?scrubJobId=${scrubJob.id}`);
      runs = body.items.filter(({ dueAt }) => dueAt !== undefined);
    }
    const run = await ended<ScrubRunView>(`/scrub-runs/${runs[0].id}`);
    expect(run).toMatchObject({ createdBy: `schedule:scrub:${scrubJob.id}`, job: { state: 'succeeded' } });
    const { body } = await call<ScrubJobView>('GET', `/scrub-jobs/${scrubJob.id}`);
    expect(body.schedule).toMatchObject({ lastDid: 'started' });
    // Three days were missed: one run makes up for them.
    const all = await call<{ items: ScrubRunView[] }>('GET', `/scrub-runs?scrubJobId=${scrubJob.id}`);
    expect(all.body.items.filter(({ dueAt }) => dueAt !== undefined)).toHaveLength(1);
  });

  does('fails with a reason when a column has no label, and tells so', async () => {
    await production.query('alter table customers add column phone text');
    const started = await call<ScrubRunView>('POST', `/scrub-jobs/${scrubJob.id}/runs`);
    const run = await ended<ScrubRunView>(`/scrub-runs/${started.body.id}`);
    expect(run.job).toMatchObject({ state: 'failed', reason: { code: 'plan-refused' } });
    const told = () =>
      receiver.received.map(({ body }) => JSON.parse(body) as { type: string; data: { state: string } });
    while (!told().some(({ type, data }) => type === 'scrub-run.ended' && data.state === 'failed'))
      await pause(50);
  });

  does('shows none of it to another tenant', async () => {
    const other = callerOf(
      service.application,
      (await service.tenant(['tenant-admin', 'operator', 'steward'])).token,
    );
    const runs = await call<{ items: ScrubRunView[] }>('GET', '/scrub-runs');
    const [run] = runs.body.items;
    const webhooks = await call<{ items: { id: string }[] }>('GET', '/webhooks');
    for (const [method, url] of [
      ['GET', `/scrub-jobs/${scrubJob.id}`],
      ['POST', `/scrub-jobs/${scrubJob.id}/runs`],
      ['GET', `/scrub-runs/${run.id}`],
      ['POST', `/scrub-runs/${run.id}/cancel`],
      ['POST', `/scrub-runs/${run.id}/resume`],
      ['GET', `/jobs/${run.job.id}`],
      ['GET', `/jobs/${run.job.id}/events`],
      ['GET', `/scrub-runs/${run.id}/events`],
      ['GET', `/attestations/${run.result!.attestationId}`],
      ['POST', `/data-sources/${sourceId}/scans`],
      ['GET', `/webhooks/${webhooks.body.items[0].id}/deliveries`],
    ] as const) {
      expect([url, (await other(method, url, method === 'POST' ? {} : undefined)).status]).toEqual([
        url,
        404,
      ]);
    }
    for (const list of ['jobs', 'scans', 'scrub-jobs', 'scrub-runs', 'attestations', 'webhooks'])
      expect((await other<{ items: [] }>('GET', `/${list}`)).body.items).toEqual([]);
  });

  const query = async <Row>(database: string, sql: string): Promise<Row[]> => {
    const client = new pg.Client(serverUrl(database));
    await client.connect();
    const { rows } = await client.query(sql);
    await client.end();
    return rows as Row[];
  };
});
