import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { verifyPack } from '../../src/domain/evidence/evidence-manifest.js';
import { verifyExhibits } from '../../src/domain/evidence/verify-exhibits.js';
import { parseVerifyingKey } from '../../src/domain/scrub/attestation/ed25519.js';
import { readEvidenceZip } from '../../src/runs/evidence/evidence-zip.js';
import type { Working } from '../../src/service/jobs/start-working.js';
import type { JobView } from '../../src/service/jobs/job.js';
import type {
  PostureFinding,
  PostureRunView,
  PostureTrend,
} from '../../src/service/posture-runs/posture-run.js';
import type { PostureExceptionView } from '../../src/service/posture-exceptions/posture-exception.js';
import type { ScanView } from '../../src/service/scans/scan.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { pause } from '../support/jobs.js';
import { callerOf, startReceiver, work } from '../support/serve.js';
import { startService, type TestService } from '../support/service.js';

describe('posture, in the service', () => {
  let service: TestService;
  let shop: TestDatabase;
  let working: Working;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let call: ReturnType<typeof callerOf>;
  let sourceId: string;

  beforeAll(async () => {
    service = await startService();
    shop = await createDatabase(`
      create table cards (id int primary key, pan text, email text);
      insert into cards select n, '4111111111111111', 'ana' || n || '@example.org' from generate_series(1, 50) n`);
    receiver = await startReceiver({ status: 204 });
    const tenant = await service.tenant(['tenant-admin', 'steward', 'operator', 'auditor']);
    call = callerOf(service.application, tenant.token);
    working = await work(service.foundation);
    const registered = await call<{ id: string }>('POST', '/data-sources', {
      ...{ name: 'shop', environment: 'production', location: shop.url },
    });
    sourceId = registered.body.id;
  });
  afterAll(async () => {
    await working.stop();
    await service.stop();
    await shop.drop();
    await receiver.stop();
  });

  const ended = async <View extends { readonly job: JobView }>(url: string): Promise<View> => {
    for (;;) {
      const { body } = await call<View>('GET', url);
      if (!['queued', 'running'].includes(body.job.state)) return body;
      await pause(50);
    }
  };
  const look = async (options: object = {}): Promise<PostureRunView> => {
    const started = await call<PostureRunView>('POST', `/data-sources/${sourceId}/posture-runs`, options);
    expect(started).toMatchObject({ status: 202, headers: { location: `/jobs/${started.body.job.id}` } });
    const run = await ended<PostureRunView>(`/posture-runs/${started.body.id}`);
    expect(run.job).toMatchObject({ state: 'succeeded' });
    return run;
  };
  const findings = async (run: PostureRunView, query = ''): Promise<readonly PostureFinding[]> =>
    (await call<{ items: PostureFinding[] }>('GET', `/posture-runs/${run.id}/findings?limit=500${query}`))
      .body.items;
  const toldOf = (type: string) =>
    receiver.received
      .map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> })
      .filter((each) => each.type === type);

  it('asks every check before there are labels, and says how to give them', async () => {
    const run = await look();
    const unknown = await findings(run, '&check=label-pan-in-clear');
    expect(unknown).toMatchObject([
      { outcome: 'unknown', remedy: { steps: [expect.stringContaining('/scans')] } },
    ]);
    expect(JSON.stringify(await findings(run))).not.toContain('--labels FILE');
    const checks = await call<{ items: { id: string }[] }>('GET', '/posture-checks');
    expect(checks.body.items.length).toBeGreaterThan(100);
  });

  it('judges by labels, policy and what people know, and shows no value', async () => {
    const scan = await call<ScanView>('POST', `/data-sources/${sourceId}/scans`, {});
    expect(await ended(`/scans/${scan.body.id}`)).toMatchObject({ job: { state: 'succeeded' } });
    const policy = await call<{ id: string }>('POST', '/policies', {
      source: 'id: shop\ntitle: Shop\nrules:\n  - mask: keep\n',
    });
    const declared = await call('PUT', `/data-sources/${sourceId}/posture-settings`, {
      policyId: policy.body.id,
      declarations: { disk: { encrypted: true, by: 'LUKS2', seen: new Date().toISOString().slice(0, 10) } },
    });
    expect(declared.status).toBe(200);
    const run = await look();
    const found = await findings(run);
    const outcome = (check: string) =>
      found.filter((each) => each.check === check).map((each) => each.outcome);
    expect(outcome('label-pan-in-clear')).toEqual(['fail']);
    expect(outcome('label-no-mask-policy')).toContain('fail');
    expect(outcome('label-pan-disk-only')).toEqual(['fail']);
    expect(found.find(({ check }) => check === 'label-pan-disk-only')!.says).toBe(
      'only encryption of the disk protects it',
    );
    expect(JSON.stringify(found)).not.toContain('4111111111111111');
    expect(run.summary!.score.cappedBy).toBe('critical-fails');
    const failed = await findings(run, '&outcome=fail&severity=critical');
    expect(failed.length).toBeGreaterThan(1);
    expect(new Set(failed.map((each) => each.outcome))).toEqual(new Set(['fail']));
  });

  it('hands out pages of findings, and every report', async () => {
    const run = await look();
    const first = await call<{ items: PostureFinding[]; next: string }>(
      'GET',
      `/posture-runs/${run.id}/findings?limit=5`,
    );
    const second = await call<{ items: PostureFinding[] }>(
      'GET',
      `/posture-runs/${run.id}/findings?limit=5&cursor=${first.body.next}`,
    );
    const ids = [...first.body.items, ...second.body.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(10);
    expect((await findings(run)).slice(0, 10).map(({ id }) => id)).toEqual(ids);
    for (const [name, type, begins] of [
      ['html', 'text/html', '<!doctype html>'],
      ['json', 'application/json', '{'],
      ['csv', 'text/csv', 'check'],
      ['sarif', 'application/sarif+json', '{'],
      ['oscal.json', 'application/oscal+json', '{'],
      ['junit.xml', 'application/xml', '<?xml'],
    ]) {
      const report = await service.application.inject({
        url: `/posture-runs/${run.id}/reports/${name}`,
        headers: { authorization: `Bearer ${await keyOf(['auditor'])}` },
      });
      expect([name, report.statusCode]).toEqual([name, 200]);
      expect(report.headers['content-type']).toContain(type);
      expect(report.body.toLowerCase()).toContain(begins);
    }
    expect(await call('GET', `/posture-runs/${run.id}/reports/pdf`)).toMatchObject({ status: 400 });
  });

  it('keeps what somebody accepts in every report, out of the score, until its day', async () => {
    const before = await look();
    const expires = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const accepted = { owner: 'Ada', reason: 'gone by March', expires };
    const made = await call<PostureExceptionView>('POST', '/posture-exceptions', {
      ...{ dataSourceId: sourceId, check: 'label-pan-in-clear', subject: 'public.*' },
      ...accepted,
    });
    expect(made).toMatchObject({ status: 201, headers: { etag: '"1"' } });
    const run = await look();
    const [finding] = await findings(run, '&check=label-pan-in-clear');
    expect(finding).toMatchObject({ outcome: 'fail', exception: accepted });
    expect(run.summary!.score.counts.accepted).toBe(1);
    expect(run.summary!.comparison!.fixed).toContain(finding.id);
    expect(run.summary!.score.uncapped).not.toBe(before.summary!.score.uncapped);
    const url = `/posture-exceptions/${made.body.id}`;
    expect(await call('PATCH', url, { reason: 'gone by May' }, { 'if-match': '"1"' })).toMatchObject({
      status: 200,
      body: { reason: 'gone by May', version: 2 },
    });
    // Its last day has passed: nobody renewed it.
    await service.own.query(`update posture_exceptions set expires = '2020-01-31'`);
    const later = await look();
    expect((await findings(later, '&check=label-pan-in-clear'))[0]).not.toHaveProperty('exception');
    expect(later.summary!.exceptions.expired).toMatchObject([{ check: 'label-pan-in-clear', owner: 'Ada' }]);
    expect((await call('DELETE', url, undefined, { 'if-match': '"2"' })).status).toBe(204);
  });

  it.each([
    [{ check: 'no-such-check' }, 'body.check'],
    [{ expires: '2020-01-01' }, 'body.expires'],
    [{ expires: '2026-02-31' }, 'body.expires'],
    [{ owner: ' ' }, 'body.owner'],
    [{ dataSourceId: uuidv7() }, 'body.dataSourceId'],
  ])('refuses an exception with %j, and names the place', async (change, at) => {
    const right = { check: 'pg-eol', owner: 'Ada', reason: 'planned', expires: '2099-01-01' };
    expect(await call('POST', '/posture-exceptions', { ...right, ...change })).toMatchObject({
      status: 400,
      body: { problems: [{ at }] },
    });
  });

  it('tells webhooks of what got worse, and of nothing when nothing did', async () => {
    await call('POST', '/webhooks', {
      ...{ name: 'chat', url: receiver.url, events: ['posture-run.ended', 'posture.regressed'] },
    });
    const calm = await look();
    expect(calm.summary!.comparison).toMatchObject({ new: [], regressed: [] });
    await shop.query('grant select on cards to public');
    const run = await look();
    expect(run.summary!.comparison!.regressed.length).toBeGreaterThan(0);
    expect(await findings(run, '&change=regressed')).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ check: 'label-over-granted' })]) as object[],
    );
    while (toldOf('posture-run.ended').length < 2 || toldOf('posture.regressed').length < 1) await pause(50);
    expect(toldOf('posture.regressed')).toHaveLength(1);
    expect(toldOf('posture.regressed')[0].data).toMatchObject({
      postureRunId: run.id,
      findings: expect.arrayContaining([
        expect.objectContaining({ check: 'label-over-granted', outcome: 'fail' }),
      ]) as object[],
    });
    const trend = await call<PostureTrend>('GET', `/data-sources/${sourceId}/posture-trend`);
    const runs = await call<{ items: PostureRunView[] }>('GET', `/posture-runs?dataSourceId=${sourceId}`);
    expect(trend.body.items).toHaveLength(runs.body.items.length);
    await shop.query('revoke select on cards from public');
  });

  it('hands an auditor one signed file, whose audit log is a whole chain', async () => {
    const headers = { authorization: `Bearer ${await keyOf(['auditor'])}` };
    const url = `/data-sources/${sourceId}/evidence-pack`;
    const answer = await service.application.inject({ url, headers });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/zip');
    const folder = await mkdtemp(join(tmpdir(), 'scrubjay-pack-'));
    await writeFile(join(folder, 'pack.zip'), answer.rawPayload);
    const files = await readEvidenceZip(join(folder, 'pack.zip'));
    await rm(folder, { recursive: true });
    const pem = await service.application.inject({ url: '/evidence-key', headers });
    const key = parseVerifyingKey(pem.body, 'test');
    const { manifest } = verifyPack(files, [key]);
    expect(manifest.files.map(({ path }) => path)).toEqual([
      ...['audit.jsonl', 'index.html', 'labels.yaml', 'policy.yaml'],
      ...['posture.html', 'posture.json', 'posture.oscal.json'],
    ]);
    const { audit } = await verifyExhibits(files, [key]);
    expect(audit!.events).toBeGreaterThan(5);
    const log = Buffer.from(files.get('audit.jsonl')!).toString();
    expect(log.trimEnd().split('\n').at(-1)).toContain('evidence-pack.made');
    for (const content of files.values()) expect(Buffer.from(content).toString()).not.toContain('ana1@');
    const steward = await service.key((await tenantOf()).tenant_id, ['steward']);
    const refused = await service.application.inject({
      url,
      headers: { authorization: `Bearer ${steward}` },
    });
    expect(refused.statusCode).toBe(403);
  });

  it('runs by itself when its schedule is due', async () => {
    const url = `/data-sources/${sourceId}/posture-schedule`;
    expect((await call('GET', url)).status).toBe(404);
    const set = await call('PUT', url, { cron: '0 5 * * 1', timeZone: 'Europe/Vienna' });
    expect(set).toMatchObject({ status: 200, body: { timeZone: 'Europe/Vienna', overlap: 'skip' } });
    await service.own.query(`update schedules set next_at = now() - interval '1 day' where kind = 'posture'`);
    const mine = async () =>
      (
        await call<{ items: PostureRunView[] }>('GET', `/posture-runs?dataSourceId=${sourceId}&limit=500`)
      ).body.items.find(({ createdBy }) => createdBy.startsWith('schedule:posture:'));
    while (!(await mine())) await pause(100);
    const run = await ended<PostureRunView>(`/posture-runs/${(await mine())!.id}`);
    expect(run.job.state).toBe('succeeded');
    expect((await call('DELETE', url)).status).toBe(204);
  });

  it('ends with a reason where the server cannot be reached, and quotes no credential', async () => {
    const gone = await call<{ id: string }>('POST', '/data-sources', {
      ...{ name: 'gone', environment: 'test', location: 'postgres://u:canary@127.0.0.1:1/x' },
    });
    const started = await call<PostureRunView>('POST', `/data-sources/${gone.body.id}/posture-runs`, {});
    for (;;) {
      const { body } = await call<PostureRunView>('GET', `/posture-runs/${started.body.id}`);
      expect(JSON.stringify(body)).not.toContain('canary');
      if (body.job.reason) break;
      await pause(50);
    }
    await call('POST', `/posture-runs/${started.body.id}/cancel`);
    expect(await call('GET', `/posture-runs/${started.body.id}/findings`)).toMatchObject({ status: 404 });
  });

  const tenantOf = async () =>
    (
      await service.own.query<{ tenant_id: string }>('select tenant_id from data_sources where id = $1', [
        sourceId,
      ])
    )[0];
  const keyOf = async (roles: readonly ['auditor']): Promise<string> =>
    service.key((await tenantOf()).tenant_id, roles);
});
