import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { scrubjay, startScrubjay } from '../support/scrubjay-command.js';

const ESCAPE = '\u001b[';

describe('what the command line prints', () => {
  it('is without colours in a pipe and under NO_COLOR', async () => {
    expect((await scrubjay(['types'])).stdout).not.toContain(ESCAPE);
    expect((await scrubjay(['types'], { env: { NO_COLOR: '1' } })).stdout).not.toContain(ESCAPE);
    expect((await scrubjay(['types', 'show', 'nothing'], { env: { NO_COLOR: '1' } })).stderr).not.toContain(
      ESCAPE,
    );
  });

  it('may go to a reader that has seen enough', async () => {
    for (const args of [['types'], ['types', '--json'], ['techniques', '--json'], ['--help']]) {
      const child = startScrubjay(args);
      const errors: Buffer[] = [];
      child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
      child.stdout.destroy();
      const [exitCode] = (await once(child, 'close')) as [number | null];
      expect({ args, exitCode, stderr: Buffer.concat(errors).toString() }).toEqual({
        args,
        exitCode: 0,
        stderr: '',
      });
    }
  });

  it('shows no progress bar where no person looks', async () => {
    const source = await createDatabase('create table people (id integer primary key, email text)');
    try {
      const { stdout, stderr } = await scrubjay(['classify', source.url]);
      expect(stdout + stderr).not.toMatch(/[█░]/);
    } finally {
      await source.drop();
    }
  });
});

describe('a scrub that is broken off', () => {
  let source: TestDatabase;
  let target: TestDatabase;
  let cwd: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    source = await createDatabase(`
      create table people (id integer primary key, name text, email text);
      insert into people select i, 'Canary Zanzibar', 'canary.' || i || '@zanzibar.example'
        from generate_series(1, 400000) i;
      analyze;`);
    target = await createDatabase("create table kept (note text); insert into kept values ('stays');");
    cwd = await mkdtemp(join(tmpdir(), 'scrubjay-'));
    env = { SCRUBJAY_URL: source.url, SCRUBJAY_TARGET_URL: target.url };
    for (const args of [
      ['classify', '--labels', 'labels.yaml'],
      ['labels', 'confirm', 'labels.yaml', '--all'],
      ['key', 'new', 'masking.key'],
    ])
      expect(await scrubjay(args, { env, cwd })).toMatchObject({ exitCode: 0 });
  });
  afterAll(async () => {
    for (const { datname } of await workDatabases())
      await source.query(`drop database if exists "${datname}" with (force)`);
    await source.drop();
    await target.drop();
    await rm(cwd, { recursive: true });
  });

  const workDatabases = () =>
    source.query<{ datname: string; says: string | null }>(
      `select datname, shobj_description(oid, 'pg_database') as says from pg_database where datname like $1`,
      [`${target.name}\\_\\_scrubjay\\_%`],
    );

  /** Starts a scrub and waits until its rows are on their way. */
  async function scrubUnderWay(): Promise<{ readonly child: ChildProcess; readonly ended: Promise<Ended> }> {
    const args = ['scrub', '--labels', 'labels.yaml', '--key-file', 'masking.key', '--replace'];
    const child = startScrubjay(args, { env, cwd });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    const ended = once(child, 'close').then(([exitCode, signal]) => ({
      exitCode: exitCode as number | null,
      signal: signal as string | null,
      said: Buffer.concat(said).toString(),
    }));
    while (child.exitCode === null && (await copying()).length === 0) await pause(5);
    return { child, ended };
  }

  interface Ended {
    readonly exitCode: number | null;
    readonly signal: string | null;
    readonly said: string;
  }

  const copying = () =>
    source.query<{ pid: number }>(
      `select pid from pg_stat_progress_copy where command = 'COPY TO' and datname = $1`,
      [source.name],
    );

  async function expectNothingPublished({ said }: Ended): Promise<void> {
    expect(await target.query('select note from kept')).toEqual([{ note: 'stays' }]);
    const left = await workDatabases();
    for (const { says } of left) expect(says).toMatch(/^scrubjay: incomplete/);
    expect(existsSync(join(cwd, 'attestation.json'))).toBe(false);
    expect(said).not.toMatch(/zanzibar/i);
    expect(said).not.toContain(new URL(source.url).password);
    expect(said).not.toMatch(/\n {4}at /);
  }

  it('by Ctrl-C ends with 130, and the target shows what it showed before', async () => {
    const { child, ended } = await scrubUnderWay();
    child.kill('SIGINT');
    const end = await ended;
    expect(end).toMatchObject({ exitCode: 130, signal: null });
    expect(end.said).toContain('stopping');
    expect(end.said).toContain('scrub-cancelled');
    await expectNothingPublished(end);
    expect((await workDatabases()).length).toBeGreaterThan(0);
  });

  it('by a connection that is lost ends with 3 and the next step', async () => {
    const { ended } = await scrubUnderWay();
    for (const { pid } of await copying()) await source.query('select pg_terminate_backend($1)', [pid]);
    const end = await ended;
    expect(end).toMatchObject({ exitCode: 3, signal: null });
    expect(end.said).toMatch(/next: .+/);
    await expectNothingPublished(end);
  });
});

describe('a scan', () => {
  it('stops at Ctrl-C with 130 and writes no labels', async () => {
    const source = await createDatabase('create table people (id integer primary key, email text)');
    const cwd = await mkdtemp(join(tmpdir(), 'scrubjay-'));
    try {
      await source.query('begin; lock table people in access exclusive mode');
      const child = startScrubjay(['classify', source.url, '--labels', 'labels.yaml', '--timeout', '5m'], {
        cwd,
      });
      // A transaction sees one and the same activity unless it is told to look again.
      const waiting = async () => {
        await source.query('select pg_stat_clear_snapshot()');
        const sql = "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = $1";
        return source.query(sql, [source.name]);
      };
      while (child.exitCode === null && (await waiting()).length === 0) await pause(5);
      child.kill('SIGINT');
      const [exitCode] = (await once(child, 'close')) as [number | null];
      expect(exitCode).toBe(130);
      expect(existsSync(join(cwd, 'labels.yaml'))).toBe(false);
    } finally {
      await source.query('rollback');
      await source.drop();
      await rm(cwd, { recursive: true });
    }
  });
});
