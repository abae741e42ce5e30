import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { packageRoot } from '../../src/package-root.js';
import type { ScanView } from '../../src/service/scans/scan.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { pause } from '../support/jobs.js';
import { callerOf } from '../support/serve.js';
import { startService, type TestService } from '../support/service.js';

describe('a worker process', () => {
  let service: TestService;
  let source: TestDatabase;
  let call: ReturnType<typeof callerOf>;
  let dataSource: string;
  const encryptionKey = Buffer.alloc(32, 7).toString('base64');
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    service = await startService({ SCRUBJAY_ENCRYPTION_KEY: encryptionKey });
    source = await createDatabase(
      `create table people (id int primary key, email text); insert into people select n, n || '@example.org' from generate_series(1, 50) n`,
    );
    call = callerOf(
      service.application,
      (await service.tenant(['tenant-admin', 'steward', 'operator'])).token,
    );
    const made = await call<{ id: string }>('POST', '/data-sources', {
      name: 'people',
      environment: 'test',
      location: source.url,
    });
    dataSource = made.body.id;
  });
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await service.stop();
    await source.drop();
  });

  const start = (environment: NodeJS.ProcessEnv = {}) => {
    const child = spawn(process.execPath, [join(packageRoot, 'dist/src/worker.js')], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: service.own.url,
        SCRUBJAY_ENCRYPTION_KEY: encryptionKey,
        ALLOW_PRIVATE_ADDRESSES: 'true',
        METRICS_PORT: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    const lines: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)));
    return { child, lines };
  };
  const heard = async (lines: readonly string[], text: string) => {
    while (!lines.some((line) => line.includes(text))) await pause(50);
    return JSON.parse(lines.find((line) => line.includes(text))!) as Record<string, unknown>;
  };
  const scan = async () => (await call<ScanView>('POST', `/data-sources/${dataSource}/scans`, {})).body;
  const stateOf = async ({ id }: ScanView) => (await call<ScanView>('GET', `/scans/${id}`)).body.job;

  it('does jobs, tells of itself, and leaves in good order when asked to', async () => {
    const { child, lines } = start();
    const { metricsPort } = await heard(lines, 'worker started');
    const begun = await scan();
    while ((await stateOf(begun)).state !== 'succeeded') await pause(100);
    const operations = `http://127.0.0.1:${String(metricsPort)}`;
    expect((await fetch(`${operations}/health/ready`)).status).toBe(200);
    const metrics = await (await fetch(`${operations}/metrics`)).text();
    expect(metrics).toMatch(/scrubjay_jobs_settled_total\{kind="scan",how="succeeded"\} 1/);
    expect(metrics).not.toContain(dataSource);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    expect(lines.at(-1)).toContain('worker stopped');
    expect(lines.join()).not.toContain('example.org');
    expect(lines.join()).not.toContain('postgres://');
  });

  it('has its job taken over by another when it is killed in the midst of it', async () => {
    const blocker = new pg.Client(source.url);
    await blocker.connect();
    await blocker.query('begin; lock table people in access exclusive mode');
    const first = start();
    await heard(first.lines, 'worker started');
    const begun = await scan();
    await heard(first.lines, 'job taken');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    // As if the lease of 30 seconds had run out.
    await service.own.query(`update jobs set lease_until = now() where state = 'running'`);
    await blocker.query('rollback');
    await blocker.end();
    const second = start();
    while ((await stateOf(begun)).state !== 'succeeded') await pause(100);
    expect((await stateOf(begun)).attempt).toBe(2);
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
  });

  it('says what to do when it is started beside the embedded database', async () => {
    const { child } = start({ DATABASE_URL: undefined });
    const stderr: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk.toString()));
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(1);
    expect(stderr.join()).toContain('DATABASE_URL');
  });
});
