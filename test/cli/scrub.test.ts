import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
      create table visits (id integer, person integer references people);
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
    expect(checked.stderr).toContain('--key-file');
    expect(checked.stdout).not.toContain('what its mask gives');
    const withKey = await scrubjay([...verify, '--key-file', 'masking.key'], { env, cwd });
    expect(withKey).toMatchObject({ exitCode: 0 });
    expect(withKey.stdout).toMatch(/every masked value is what its mask gives/);
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

  it('shows the record as a page, and refuses another key until told that it is meant', async () => {
    const page = await scrubjay(['attestation', 'show', 'attestation.json', '--html'], { env, cwd });
    expect(page.stdout).toMatch(/^<!doctype html>[^]*signature holds[^]*public\.people/);
    expect(await scrubjay(['key', 'new', 'other.key'], { env, cwd })).toMatchObject({ exitCode: 0 });
    const checked = await scrubjay([...verify, '--key-file', 'other.key'], { env, cwd });
    expect(checked).toMatchObject({ exitCode: 1 });
    expect(checked.stdout).toContain('holds other values than its mask gives');
    const other = ['scrub', '--labels', 'labels.yaml', '--key-file', 'other.key', '--replace'];
    const refused = await scrubjay(other, { env, cwd });
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stderr).toMatch(/the last copy was made with key/);
    const accepted = await scrubjay([...other, '--accept-new-key', '--dry-run'], { env, cwd });
    expect(accepted).toMatchObject({ exitCode: 0 });
  });

  it('runs hooks from files, holds keys that they got round, and says that there is nothing to resume', async () => {
    await writeFile(join(cwd, 'before.sql'), 'create table public.made_before (a integer)');
    await writeFile(
      join(cwd, 'bad.sql'),
      `set session_replication_role = replica; insert into public.visits values (1, 4711); set session_replication_role = origin`,
    );
    const again = [...scrub, '--replace', '--resume', '--before-hook', 'before.sql'];
    const made = await scrubjay([...again, '--drop-previous'], { env, cwd });
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made.stdout).toMatch(/Nothing was left to go on with/);
    const left = await source.query('select datname from pg_database where starts_with(datname, $1)', [
      `${source.name}_copy`,
    ]);
    expect(left).toEqual([{ datname: `${source.name}_copy` }]);
    const broken = await scrubjay([...again, '--after-hook', 'bad.sql'], { env, cwd });
    expect(broken.exitCode).not.toBe(0);
    expect(broken.stderr).toMatch(/visits_person_fkey/);
  });

  it('copies a subset, shows its rows before, and verifies it as one', async () => {
    const some = ['--start-with', 'people=10', '--whole-tables', 'notes'];
    const plan = await scrubjay([...scrub, ...some, '--dry-run'], { env, cwd });
    expect(plan.stdout).toMatch(/public\.people\s.*300\s.*10/);
    expect(await scrubjay([...scrub, ...some, '--replace'], { env, cwd })).toMatchObject({ exitCode: 0 });
    expect(await scrubjay([...verify, ...some], { env, cwd })).toMatchObject({ exitCode: 0 });
    expect(await scrubjay(verify, { env, cwd })).toMatchObject({ exitCode: 1 });
  });

  it('refuses a column that came after the labels were reviewed', async () => {
    await source.query('alter table notes add later text');
    const { exitCode, stderr } = await scrubjay([...scrub, '--replace'], { env, cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/public\.notes\.later.*a scan takes it for/);
    await source.query('alter table notes drop later');
  });
});
