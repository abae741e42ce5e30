import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/package-root.js';
import { createDatabase, serverUrl, type TestDatabase } from '../support/databases.js';

const run = promisify(execFile);

const shop = `
  create table customers (id bigint primary key, full_name text not null, email text not null unique, phone text);
  insert into customers
    select n, 'Ana Novak ' || n, 'ana.novak' || n || '@example.org', '+43 660 55501' || lpad(n::text, 2, '0')
    from generate_series(1, 90) n;
  create table orders (id bigint primary key, customer_id bigint not null references customers, total numeric);
  insert into orders select n, 1 + n % 90, n from generate_series(1, 300) n;
`;

/** The service as npm start runs it, on its embedded database. */
async function startProcess(folder: string) {
  const child = spawn(process.execPath, [join(packageRoot, 'dist/src/main.js')], {
    env: {
      ...process.env,
      PORT: '0',
      SCRUBJAY_DATA_DIRECTORY: join(folder, 'service'),
      ALLOW_PRIVATE_ADDRESSES: 'true',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let url = '';
  let key = '';
  const lines: string[] = [];
  const reader = createInterface(child.stdout);
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}: ${lines.join('\n')}`)));
    reader.on('line', (line) => {
      lines.push(line);
      url ||= /listens at (\S+)/.exec(line)?.[1] ?? '';
      key ||= /API key\s+(sj_\S+)/.exec(line)?.[1] ?? '';
      // The key's line is the last but one; a later start prints none.
      if (/documentation/.test(line)) setTimeout(resolve, 300);
    });
  });
  const stop = async (): Promise<unknown> => {
    child.kill('SIGTERM');
    const [code] = (await ended) as [unknown];
    return code;
  };
  return { url, key, lines, stop };
}

/** The page is for bash and curl; a machine without them skips it, and CI fails when it was skipped. */
const canBeWalked = ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).status === 0);

(canBeWalked ? describe : describe.skip)('docs/api.md', () => {
  let folder: string;
  let production: TestDatabase;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrubjay-page-'));
    // The embedded database runs under an account of its own where the tests run as root.
    await chmod(folder, 0o755);
    production = await createDatabase(shop);
  });
  afterAll(async () => {
    await production.query(`drop database if exists "${production.name}_staging" with (force)`);
    await production.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('works as it is written, on the service that npm start gives', async () => {
    const service = await startProcess(folder);
    try {
      const page = await readFile(join(packageRoot, 'docs/api.md'), 'utf8');
      const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block);
      expect(blocks.length).toBeGreaterThan(8);
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], {
        cwd: folder,
        env: {
          ...process.env,
          PATH: `${join(packageRoot, 'node_modules/.bin')}:${process.env.PATH}`,
          SCRUBJAY_URL: service.url,
          SCRUBJAY_KEY: service.key,
          SHOP_URL: production.url,
          STAGING_URL: serverUrl(`${production.name}_staging`),
        },
      });
      expect(stdout).toContain('public.customers.email: email-address');
      expect(stdout).toContain('leak-hunt: passed');
      expect(stdout).toContain('label.decided');
      const events = (await readFile(join(folder, 'audit.jsonl'), 'utf8')).trimEnd().split('\n');
      expect(events.length).toBeGreaterThan(10);
      expect(JSON.parse(await readFile(join(folder, 'attestation.json'), 'utf8'))).toHaveProperty(
        'signatures',
      );
    } finally {
      expect(await service.stop()).toBe(0);
    }
    // The next start finds all that was there, and prints no key any more.
    const again = await startProcess(folder);
    expect(again.key).toBe('');
    expect(await again.stop()).toBe(0);
  }, 180_000);
});
