import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { compileTimeMs, packagedClassifier } from '../support/classifier.js';
import { scrubjayInProcess as scrubjay } from '../support/scrubjay-in-process.js';

interface ShownLabel {
  readonly column: string;
  readonly informationType: string | null;
  readonly status: string;
  readonly decidedBy?: string;
  readonly reason?: string;
  readonly review?: string;
}

describe('scrubjay labels', () => {
  let source: TestDatabase;
  let cwd: string;

  // Compiled once, and kept for all commands of this file.
  beforeAll(packagedClassifier, compileTimeMs);
  beforeEach(async () => {
    source = await createDatabase(`
      create table people (id integer primary key, full_name text, email text, shade text, profile jsonb);
      insert into people
        select i, 'Canary Zanzibar', 'canary.' || i || '@zanzibar.example', 'red',
               jsonb_build_object('mail', 'canary.' || i || '@zanzibar.example')
        from generate_series(1, 120) i;
      analyze;`);
    cwd = await mkdtemp(join(tmpdir(), 'scrubjay-'));
    expect((await labels('init', 'labels.yaml')).exitCode).toBe(0);
  });
  afterEach(async () => {
    await source.drop();
    await rm(cwd, { recursive: true });
  });

  const run = (...args: string[]) =>
    scrubjay(args, { env: { SCRUBJAY_URL: source.url, SCRUBJAY_USER: 'ana' }, cwd });
  const labels = (...args: string[]) => run('labels', ...args);
  const rescan = () => run('classify', '--labels', 'labels.yaml');
  const text = () => readFile(join(cwd, 'labels.yaml'), 'utf8');

  async function label(column: string): Promise<ShownLabel> {
    const { stdout } = await labels('show', 'labels.yaml', column, '--json');
    return (JSON.parse(stdout) as ShownLabel[])[0];
  }

  it('begins a file of proposals that holds no value, and never over another', async () => {
    expect(await text()).toContain('public.people.email');
    expect(await text()).not.toMatch(/zanzibar/i);
    const before = await text();
    const again = await labels('init', 'labels.yaml');
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toContain('scrubjay classify --labels labels.yaml');
    expect(await text()).toBe(before);
  });

  it('shows all labels, some, and those that wait', async () => {
    expect((await labels('show', 'labels.yaml')).stdout).toContain('public.people.shade');
    expect((await labels('show', 'labels.yaml', '--sensitive')).stdout).not.toContain('shade');
    expect((await labels('show', 'labels.yaml', 'people.em*')).stdout).not.toContain('full_name');
    await labels('confirm', 'labels.yaml', '--all');
    expect((await labels('show', 'labels.yaml', '--open')).stdout).toContain('0 labels');
  });

  it('keeps what was decided, by whom and why, when the data source is scanned again', async () => {
    await labels('set', 'labels.yaml', 'people.shade', 'religion', '--reason', 'a code that we use');
    await labels('confirm', 'labels.yaml', 'people.email');
    await labels('reject', 'labels.yaml', 'people.full_name', '--by', 'bo', '--reason', 'names of ships');
    await labels('reject', 'labels.yaml', 'people.profile', '--path', '$.mail');
    expect((await rescan()).exitCode).toBe(0);
    expect(await label('people.shade')).toMatchObject({
      informationType: 'religion',
      status: 'relabelled',
      decidedBy: 'ana',
      reason: 'a code that we use',
    });
    expect(await label('people.email')).toMatchObject({
      informationType: 'email-address',
      status: 'confirmed',
    });
    expect(await label('people.full_name')).toMatchObject({
      informationType: null,
      status: 'rejected',
      decidedBy: 'bo',
    });
  });

  it('flags a decision that new evidence contradicts, and changes nothing by itself', async () => {
    await labels('confirm', 'labels.yaml', 'people.shade');
    await source.query('update people set shade = email');
    await rescan();
    const flagged = await label('people.shade');
    expect(flagged).toMatchObject({ informationType: null, status: 'confirmed' });
    expect(flagged.review).toContain('email-address');
    await labels('confirm', 'labels.yaml', '--all');
    expect((await label('people.shade')).review).toBeDefined();
  });

  it('does not ask again about evidence that was known and overruled', async () => {
    await labels('reject', 'labels.yaml', 'people.email');
    await rescan();
    const kept = await label('people.email');
    expect(kept).toMatchObject({ informationType: null, status: 'rejected' });
    expect(kept.review).toBeUndefined();
  });

  it('carries a decision to the column’s new name, and asks for a look', async () => {
    await labels('confirm', 'labels.yaml', 'people.email', '--reason', 'asked the shop');
    await source.query('alter table people rename email to contact_mail');
    const { stdout } = await rescan();
    expect(stdout).toContain('public.people.email is now public.people.contact_mail');
    const renamed = await label('people.contact_mail');
    expect(renamed).toMatchObject({ informationType: 'email-address', reason: 'asked the shop' });
    expect(renamed.review).toBeDefined();
  });

  it('keeps people’s comments in the file', async () => {
    await writeFile(join(cwd, 'labels.yaml'), `# reviewed with the shop\n${await text()}`);
    await labels('confirm', 'labels.yaml', '--all');
    expect(await text()).toMatch(/^# reviewed with the shop\n/);
  });

  it('shows only the sensitive ones of all that were confirmed, and counts the rest', async () => {
    const { stdout, stderr } = await labels('confirm', 'labels.yaml', '--all');
    expect(stdout).toContain('public.people.email');
    expect(stdout).not.toContain('public.people.shade');
    expect(stderr).toMatch(/and \d+ that hold nothing sensitive/);
  });

  it('tells what a scan would change, and writes nothing', async () => {
    expect((await labels('diff', 'labels.yaml')).exitCode).toBe(0);
    const before = await text();
    await source.query('alter table people add mobile_phone text, drop shade');
    const { exitCode, stdout } = await labels('diff', 'labels.yaml');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/new \(1\)\n {2}public\.people\.mobile_phone: /);
    expect(stdout).toMatch(/vanished \(1\)\n {2}public\.people\.shade/);
    expect(await text()).toBe(before);
  });

  it('checks that every column is labelled and decided', async () => {
    expect((await labels('check', 'labels.yaml')).exitCode).toBe(1);
    await labels('confirm', 'labels.yaml', '--all');
    expect((await labels('check', 'labels.yaml', source.url)).stdout).toContain('all decided');
    await source.query('alter table people add later text');
    const { exitCode, stdout } = await labels('check', 'labels.yaml', source.url, '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ open: [], unlabelled: ['public.people.later'] });
  });

  it('refuses what it cannot understand and leaves the file as it was', async () => {
    const before = await text();
    for (const args of [
      ['set', 'labels.yaml', 'people.email', 'no-such-type'],
      ['set', 'labels.yaml', 'people.nothing', 'email-address'],
      ['set', 'labels.yaml', 'people.profile', 'email-address', '--path', 'mail'],
      ['confirm', 'labels.yaml'],
      ['reject', 'labels.yaml', 'nowhere.at.all'],
      ['show', 'no-such-file.yaml'],
    ])
      expect(await labels(...args)).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await text()).toBe(before);
  });
});
