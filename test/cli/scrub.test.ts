import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, serverUrl, type TestDatabase } from '../support/databases.js';
import { scrubjay } from '../support/scrubjay-command.js';

describe('scrubjay scrub and verify', () => {
  let source: TestDatabase;
  let cwd: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    source = await createDatabase(`
      create table people (id integer primary key, name text, email text unique);
      insert into people select i, 'Ana Lopez ' || i, 'ana.' || i || '@corp.example' from generate_series(1, 300) i;
      create table notes (id integer primary key, extra text);
      insert into notes values (1, 'nothing to see');
      analyze;`);
    cwd = await mkdtemp(join(tmpdir(), 'scrubjay-'));
    env = { SCRUBJAY_URL: source.url, SCRUBJAY_TARGET_URL: serverUrl(`${source.name}_copy`) };
    for (const args of [
      ['classify', '--labels', 'labels.yaml'],
      ['labels', 'confirm', 'labels.yaml', '--all'],
      ['key', 'new', 'masking.key'],
    ])
      expect(await scrubjay(args, { env, cwd })).toMatchObject({ exitCode: 0 });
  });
  afterAll(async () => {
    await rm(cwd, { recursive: true, force: true });
    await source.query(`drop database if exists "${source.name}_copy" with (force)`);
    await source.drop();
  });

  const scrub = ['scrub', '--labels', 'labels.yaml', '--key-file', 'masking.key'];
  const verify = ['verify', '--labels', 'labels.yaml'];

  it('prints the plan of a dry run and makes nothing', async () => {
    const { exitCode, stdout } = await scrubjay([...scrub, '--dry-run'], { env, cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('public.people.email');
    const made = await source.query('select 1 from pg_database where datname = $1', [`${source.name}_copy`]);
    expect(made).toEqual([]);
  });

  it('makes a copy that verifies, and attests it, without a value in what it says', async () => {
    const made = await scrubjay(scrub, { env, cwd });
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made.stdout).toContain('verified');
    const checked = await scrubjay(verify, { env, cwd });
    expect(checked).toMatchObject({ exitCode: 0 });
    const attested = await scrubjay(['attestation', 'verify', 'attestation.json'], { env, cwd });
    expect(attested).toMatchObject({ exitCode: 0 });
    const said = [made, checked].flatMap(({ stdout, stderr }) => [stdout, stderr]).join('\n');
    expect(said + (await readFile(join(cwd, 'attestation.json'), 'utf8'))).not.toContain('corp.example');
  });

  it('refuses a target that holds something, and the source itself', async () => {
    expect(await scrubjay(scrub, { env, cwd })).toMatchObject({ exitCode: 2 });
    const itself = await scrubjay([...scrub, '--to', source.url, '--replace'], { env, cwd });
    expect(itself.exitCode).not.toBe(0);
  });

  it('refuses a column that came after the labels were reviewed', async () => {
    await source.query('alter table notes add later text');
    const { exitCode, stderr } = await scrubjay([...scrub, '--replace'], { env, cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('public.notes.later');
    await source.query('alter table notes drop later');
  });
});
