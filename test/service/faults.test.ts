import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { chmod, appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { ApiClient, type Answer } from '../support/api-client.js';
import type { TestDatabase } from '../support/databases.js';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.js';
import { pause } from '../support/jobs.js';
import { startService, type TestService } from '../support/service.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

// A full disk needs one that is small: a tmpfs, which only root may mount, and not in every container.
const onSmallDisk = mayMount() ? it : it.skip;

describe('the service, when its database', () => {
  let folder: string;
  let server: EmbeddedServer;
  let proxy: TcpProxy;
  let service: TestService;
  let admin: ApiClient;
  const settings = { min_wal_size: '32MB', max_wal_size: '48MB', max_connections: '60' };
  const startDatabase = () =>
    EmbeddedServer.start({ dataDirectory: join(folder, 'postgres'), durability: 'none', settings });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrubjay-faults-'));
    // As root the server runs under an account of its own, which has to enter.
    await chmod(folder, 0o711);
    if (onSmallDisk === it) mount(folder);
    await mkdir(join(folder, 'postgres'), { mode: 0o711 });
    server = await startDatabase();
    proxy = await startTcpProxy(server.port);
    service = await startService({}, undefined, { own: await behind(proxy, server) });
    admin = new ApiClient(service, (await service.tenant(['tenant-admin', 'auditor'])).token);
  });
  afterAll(async () => {
    await service.stop();
    await proxy.stop();
    await server.stop();
    if (onSmallDisk === it) unmount(folder);
    await rm(folder, { recursive: true, force: true });
  });

  let members = 0;
  const addMember = () => {
    const name = `member-${members++}`;
    return admin.post('/members', {
      subject: `oidc:https://id.example.org#${name}`,
      name,
      roles: ['steward'],
    });
  };
  const countMembers = async () => {
    let count = 0;
    for (let next = ''; ;) {
      const { body } = await admin.get<{ items: unknown[]; next?: string }>(`/members?limit=500${next}`);
      count += body.items.length;
      if (body.next === undefined) return count;
      next = `&cursor=${body.next}`;
    }
  };

  it('is gone, says when to try again, and serves when it is back', async () => {
    expect((await addMember()).status).toBe(201);
    const before = await countMembers();
    proxy.lead(undefined);
    await server.stop();
    for (let i = 0; i < 3; i++) expectUnavailable(await admin.get('/members'));
    expectUnavailable(await addMember());
    expectUnavailable(await admin.get('/health/ready'), 'unavailable');
    expect((await admin.get('/health/live')).status).toBe(200);

    server = await startDatabase();
    proxy.lead(server.port);
    await until(async () => (await admin.get('/members')).status === 200);
    expect(await countMembers()).toBe(before);
    await until(async () => (await addMember()).status === 201);
    expect((await admin.get('/audit-events/verification')).body).toMatchObject({ holds: true });
    await until(async () => (await admin.get('/health/ready')).status === 200);
  });

  it('breaks off every connection under load, has done each request wholly or not at all', async () => {
    const before = await countMembers();
    const adding = Array.from({ length: 40 }, async (_, i) => {
      await pause(i * 3);
      return addMember();
    });
    await pause(40);
    proxy.lead(undefined);
    await pause(40);
    proxy.lead(server.port);
    const answers = await Promise.all(adding);
    const added = answers.filter(({ status }) => status === 201).length;
    for (const answer of answers) if (answer.status !== 201) expectUnavailable(answer);
    await until(async () => (await admin.get('/members')).status === 200);
    // One whose answer was lost with the connection may have been done: its commit was under way.
    const now = (await countMembers()) - before;
    expect(now).toBeGreaterThanOrEqual(added);
    expect(now).toBeLessThanOrEqual(answers.length);
    const { body } = await admin.get<{ items: unknown[] }>('/audit-events?action=member.added&limit=500');
    expect(body.items).toHaveLength(before + now);
    expect((await admin.get('/audit-events/verification')).body).toMatchObject({ holds: true });
  });

  onSmallDisk('has a full disk, refuses what it cannot keep, and goes on when there is room', async () => {
    const before = await countMembers();
    const ballast = join(folder, 'ballast');
    await fill(ballast);
    let added = 0;
    let refused: Answer | undefined;
    // Pages that have room still take rows.
    for (let i = 0; i < 2_000 && !refused; i++) {
      const answer = await addMember();
      if (answer.status === 201) added++;
      else refused = answer;
    }
    expectUnavailable(refused!);
    expect((await admin.get('/members')).status).toBe(200);
    await rm(ballast);
    await until(async () => (await addMember()).status === 201);
    expect(await countMembers()).toBe(before + added + 1);
    expect((await admin.get('/audit-events/verification')).body).toMatchObject({ holds: true });
  });
});

(hasRedis ? describe : describe.skip)('the service, when Redis', () => {
  let redis: TestRedis;
  let service: TestService;
  beforeAll(async () => {
    redis = await startRedis();
    service = await startService({ REDIS_URL: redis.url });
  });
  afterAll(async () => {
    await service.stop();
    await redis.stop();
  });

  it('is gone, answers all the same, takes jobs in, and says that it is not whole', async () => {
    const { token } = await service.tenant(['tenant-admin', 'steward']);
    const client = new ApiClient(service, token);
    const source = await client.post<{ id: string }>('/data-sources', {
      ...{ name: 'shop', environment: 'test', location: service.own.url },
    });
    await redis.kill();
    expect((await client.get('/data-sources')).status).toBe(200);
    expect(await client.post(`/data-sources/${source.body.id}/scans`)).toMatchObject({
      status: 202,
      body: { job: { state: 'queued' } },
    });
    expectUnavailable(await client.get('/health/ready'), 'unavailable');
    await redis.restart();
    await until(async () => (await client.get('/health/ready')).status === 200);
  });
});

function mount(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200m,mode=755', 'tmpfs', folder], { stdio: 'ignore' });
}

function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder]);
}

function mayMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'scrubjay-mount-'));
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

function expectUnavailable(answer: Answer, code = 'unavailable'): void {
  expect(answer).toMatchObject({ status: 503, body: { status: 503, code } });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
}

/** The service reaches the database through the proxy, and the test reaches it directly. */
async function behind(proxy: TcpProxy, server: EmbeddedServer): Promise<TestDatabase> {
  const url = new URL(server.url());
  url.port = String(proxy.port);
  return {
    name: 'postgres',
    url: url.href,
    query: async <Row extends pg.QueryResultRow>(sql: string, values?: unknown[]) => {
      const client = new pg.Client(server.url());
      await client.connect();
      try {
        return (await client.query<Row>(sql, values)).rows;
      } finally {
        await client.end();
      }
    },
    drop: async () => undefined,
  };
}

/** Writes until there is no room left. */
async function fill(file: string): Promise<void> {
  for (const bytes of [1 << 20, 1 << 12]) {
    const block = Buffer.alloc(bytes, 1);
    for (;;) {
      try {
        await appendFile(file, block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        break;
      }
    }
  }
}

/** Resolves when the condition holds; the test's own time limit bounds it. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(50);
}
