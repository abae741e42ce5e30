import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { compileTimeMs, packagedClassifier } from '../support/classifier.js';
import { scrubjayInProcess as scrubjay } from '../support/scrubjay-in-process.js';

interface ShownColumn {
  readonly column: string;
}

describe('scrubjay classify', () => {
  let source: TestDatabase;
  let cwd: string;
  let env: Record<string, string>;

  // Compiled once, and kept for all commands of this file.
  beforeAll(packagedClassifier, compileTimeMs);
  beforeAll(async () => {
    source = await createDatabase(`
      create table people (id integer primary key, full_name text, email text, profile jsonb, remark text);
      insert into people
        select i, 'Canary Zanzibar', 'canary.' || i || '@zanzibar.example',
               jsonb_build_object('contact', jsonb_build_object('email', 'canary.' || i || '@zanzibar.example')), 'x'
        from generate_series(1, 120) i;
      create table colours (id integer primary key, shade text);
      insert into colours values (1, 'red');
      create view mails as select email from people;
      analyze;`);
    cwd = await mkdtemp(join(tmpdir(), 'scrubjay-'));
    env = { SCRUBJAY_URL: source.url };
  });
  afterAll(async () => {
    await source.drop();
    await rm(cwd, { recursive: true });
  });

  const classify = (...options: string[]) => scrubjay(['classify', ...options], { env, cwd });

  it('shows sensitive columns with their main reason, views by what they read, and no value', async () => {
    const { exitCode, stdout, stderr } = await classify();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/public\.people\.email +email-address +confidential/);
    expect(stdout).toMatch(/public\.mails\.email +email-address/);
    expect(stdout).not.toContain('colours.shade');
    expect(stdout + stderr).not.toMatch(/zanzibar/i);
  });

  it('shows every column with --all, and less with --tables', async () => {
    expect((await classify('--all')).stdout).toContain('public.colours.shade');
    expect((await classify('--all', '--tables', 'col*')).stdout).not.toContain('people');
  });

  it('prints JSON, CSV and SARIF, each without a value', async () => {
    const [json, csv, sarif] = await Promise.all([
      classify('--json'),
      classify('--csv'),
      classify('--sarif'),
    ]);
    const { findings } = JSON.parse(json.stdout) as { findings: ShownColumn[] };
    expect(findings.map(({ column }) => column)).toContain('public.people.email');
    expect(csv.stdout.split('\n').some((line) => line.includes('email-address'))).toBe(true);
    expect(JSON.parse(sarif.stdout)).toMatchObject({ version: '2.1.0' });
    expect([json, csv, sarif].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(JSON.stringify([json, csv, sarif])).not.toMatch(/zanzibar/i);
  });

  it('refuses two formats at once', async () => {
    expect(await classify('--json', '--csv')).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('explains one column with its evidence, and finds it by the end of its name', async () => {
    const { exitCode, stdout } = await classify('--explain', 'people.email');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('public.people.email');
    expect(stdout).toMatch(/[+-]\d+\.\d/);
    expect(stdout).not.toMatch(/zanzibar/i);
  });

  it('names near columns for one that is not there', async () => {
    const { exitCode, stderr } = await classify('--explain', 'people.emial');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('unknown-column');
  });

  it('looks into JSON path by path', async () => {
    const { stdout } = await classify('--explain', 'people.profile');
    expect(stdout).toContain('$.contact.email');
  });

  it('reads no row with --metadata-only', async () => {
    const { exitCode, stdout } = await classify('--metadata-only', '--json');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('public.people.email');
    expect(stdout).not.toContain('sampled');
  });

  it('shows samples at a terminal only', async () => {
    const piped = await classify('--explain', 'people.email', '--show-samples');
    expect(piped).toMatchObject({ exitCode: 2, stdout: '' });
    expect(piped.stderr).toContain('at a terminal only');
    expect(await classify('--show-samples')).toMatchObject({ exitCode: 2 });
  });

  it('fails a build for new and unreviewed columns until somebody decided', async () => {
    const gate = () => classify('--labels', 'gate.yaml', '--fail-on', 'new,unreviewed');
    expect((await gate()).exitCode).toBe(1);
    expect((await gate()).exitCode).toBe(1);
    const confirmed = await scrubjay(['labels', 'confirm', 'gate.yaml', '--all'], { cwd });
    expect(confirmed.exitCode).toBe(0);
    expect((await gate()).exitCode).toBe(0);
    await source.query('alter table people add shoe_size integer');
    expect((await gate()).exitCode).toBe(1);
    await source.query('alter table people drop shoe_size');
  });

  it('fails for sensitive columns, and tells of words it does not know', async () => {
    expect((await classify('--fail-on', 'sensitive')).exitCode).toBe(1);
    expect((await classify('--fail-on', 'sensitive', '--tables', 'colours')).exitCode).toBe(0);
    expect(await classify('--fail-on', 'everything')).toMatchObject({ exitCode: 2 });
    expect(await classify('--fail-on', 'new')).toMatchObject({ exitCode: 2 });
  });

  it('scans again only what changed', async () => {
    const again = () => classify('--labels', 'again.yaml', '--incremental', '--all');
    await again();
    const before = await readFile(join(cwd, 'again.yaml'), 'utf8');
    expect((await again()).stdout).toContain('no table to scan');
    expect(await readFile(join(cwd, 'again.yaml'), 'utf8')).toBe(before);
    await source.query('alter table colours add telephone text');
    const { stdout } = await again();
    expect(stdout).toContain('public.colours.telephone');
    expect(stdout).not.toContain('public.people.email');
    await source.query('alter table colours drop telephone');
  });

  it('keeps labels in the database itself only when told to', async () => {
    const comment = async () => {
      const sql = "select col_description('people'::regclass, 3) as says";
      return (await source.query<{ says: string | null }>(sql))[0].says;
    };
    const dry = await classify('--write-native', 'comment');
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout).toMatch(/comment on column .*email/i);
    expect(await comment()).toBeNull();
    expect((await classify('--write-native', 'comment', '--apply')).exitCode).toBe(0);
    expect(await comment()).toContain('email-address');
    expect((await classify('--write-native', 'comment')).stdout).toContain('already');
    expect(await classify('--apply')).toMatchObject({ exitCode: 2 });
  });

  it('says what security labels need where the server has no provider of them', async () => {
    const dry = await classify('--write-native', 'security-label', '--provider', 'anon');
    expect(dry.stdout).toMatch(
      /security label for 'anon' on column "?public"?\."?people"?\."?email"? is 'email-address, /,
    );
    for (const named of [[], ['--provider', 'anon']]) {
      const refused = await classify('--write-native', 'security-label', ...named, '--apply');
      expect(refused.exitCode).not.toBe(0);
      expect(refused.stderr).toMatch(/\(label-provider\)[\s\S]*next: .*--provider.*--write-native comment/);
    }
  });

  it('counts constraints among the evidence', async () => {
    await source.query(`
      create type tone as enum ('warm', 'cold');
      create table paints (id integer primary key, tone tone, finish text check (finish in ('matt', 'gloss')))`);
    try {
      for (const [column, says] of [
        ['paints.tone', 'limited to a list'],
        ['paints.finish', 'limited to a list'],
        ['paints.id', 'primary key'],
      ])
        expect((await classify('--explain', column)).stdout).toContain(says);
    } finally {
      await source.query('drop table paints; drop type tone');
    }
  });

  it('reads the location from a file', async () => {
    await writeFile(join(cwd, 'url.txt'), `${source.url}\n`);
    const { exitCode, stdout } = await scrubjay(['classify', '@url.txt'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('public.people.email');
  });
});
