import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { Working } from '../../src/service/jobs/start-working.js';
import { packageRoot } from '../../src/package-root.js';
import { ApiClient } from '../support/api-client.js';
import { scannedSource } from '../support/scanned-source.js';
import { scrubjay } from '../support/scrubjay-command.js';
import { type ScrubbedTenant, scrubbedTenant } from '../support/scrub-service.js';
import { work } from '../support/serve.js';
import { startService, type TestService, type TestTenant } from '../support/service.js';

describe('the command line with a service', () => {
  let service: TestService;
  let tenant: TestTenant;
  let server: string;
  let name: string;
  let folder: string;
  beforeAll(async () => {
    service = await startService();
    await service.application.listen(0, '127.0.0.1');
    server = await service.application.getUrl();
    tenant = await service.tenant(['steward']);
    const client = new ApiClient(service, tenant.token);
    await scannedSource(client, tenant, 'create table people (id int primary key, email text, phone text)', {
      'people.email': 'email-address',
      'people.phone': 'phone-number',
    });
    const { body } = await client.get<{ items: { name: string }[] }>('/data-sources');
    ({ name } = body.items[0]);
    folder = await mkdtemp(join(tmpdir(), 'scrubjay-cli-'));
  });
  afterAll(async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    scrubjay(args, { env: { XDG_CONFIG_HOME: folder, ...env } });

  it('keeps a key that holds, for its owner alone, and works with it until logged out', async () => {
    const refused = await run(['login', server], { SCRUBJAY_TOKEN: 'sj_wrong' });
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('unauthenticated') as string,
    });
    const login = await run(['login', server], { SCRUBJAY_TOKEN: tenant.token });
    expect(login).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(tenant.slug) as string });
    const file = join(folder, 'scrubjay', 'servers.json');
    expect((await stat(file)).mode & 0o077).toBe(0);

    const shown = await run(['labels', 'show', name, '--open', '--server', server]);
    expect(shown.stdout).toContain('2 labels, 2 wait for a decision');
    const one = await run(['labels', 'confirm', name, 'people.email', '--server', server]);
    expect(one.stderr).toContain('1 decided at the service; 1 wait');
    const all = await run(['labels', 'confirm', name, '--all', '--server', server]);
    expect(all.stderr).toContain('0 wait');
    const json = await run(['labels', 'show', name, 'email', '--json', '--server', server]);
    expect(JSON.parse(json.stdout)).toMatchObject([{ status: 'confirmed' }]);

    await run(['logout', server]);
    expect(await readFile(file, 'utf8')).not.toContain(tenant.token);
    const after = await run(['labels', 'show', name, '--server', server]);
    expect(after).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('scrubjay login') as string });
  });

  it('names what it could not reach, and never the key', async () => {
    const gone = await run(['login', 'http://127.0.0.1:9'], { SCRUBJAY_TOKEN: tenant.token });
    expect(gone.stderr).toContain('service-unreachable');
    expect(gone.stderr + gone.stdout).not.toContain(tenant.token);
  });
});

describe('the long work of a service, from the command line', () => {
  let service: TestService;
  let working: Working;
  let tenant: ScrubbedTenant;
  let server: string;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    service = await startService();
    await service.application.listen(0, '127.0.0.1');
    server = await service.application.getUrl();
    const schema = `create table people (id int primary key, email text);
      insert into people select n, 'ana.novak' || n || '@example.org' from generate_series(1, 200) n`;
    tenant = await scrubbedTenant(service, schema, { 'people.email': 'email-address' });
    working = await work(service.foundation);
    folder = await mkdtemp(join(tmpdir(), 'scrubjay-cli-'));
    const roles = ['steward', 'operator'] as const;
    env = { XDG_CONFIG_HOME: folder, SCRUBJAY_TOKEN: await service.key(tenant.id, roles) };
  });
  afterAll(async () => {
    await working.stop();
    await tenant.drop();
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: readonly string[]) => scrubjay([...args, '--server', server], { env });

  it('is followed to its end: a scan with what it found, a scrub with its attestation', async () => {
    const scan = await run('classify', 'shop', '--metadata-only');
    expect(scan).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/public\.people\.email +email-address[^]*2 columns looked at/) as string,
    });
    const file = join(folder, 'attestation.json');
    const scrub = await run('scrub', 'nightly', '--attestation', file);
    expect(scrub).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('200 rows of 1 tables are copied and verified') as string,
    });
    expect(await scrubjay(['attestation', 'verify', file], { env })).toMatchObject({ exitCode: 0 });
    const again = join(folder, 'again.json');
    await run('attestation', 'fetch', 'nightly', '--output', again);
    expect(await readFile(again, 'utf8')).toBe(await readFile(file, 'utf8'));
    const policy = await run('policy', 'show', 'default');
    expect(policy.stdout).toContain('Version 1, by test');
  });

  it('ends with the reason of the service, and names what there is', async () => {
    await tenant.production.query('alter table people add column phone text');
    expect(await run('scrub', 'nightly', '--attestation', join(folder, 'none.json'))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('plan-refused') as string,
    });
    expect(await run('scrub', 'weekly')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('there are nightly') as string,
    });
    expect((await run('classify', '--sarif', 'shop')).exitCode).toBe(2);
  });
});

describe('the client of the API', () => {
  it('was made from the committed document: run "npm run client" after a change', async () => {
    const document = await readFile(join(packageRoot, 'docs/openapi.json'));
    const [head] = (await readFile(join(packageRoot, 'src/client/api.ts'), 'utf8')).split('\n', 1);
    expect(head).toContain(createHash('sha256').update(document).digest('hex'));
  });
});
