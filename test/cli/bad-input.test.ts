import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileTimeMs } from '../support/classifier.js';
import { createDatabase, serverUrl, type TestDatabase } from '../support/databases.js';
import { type CommandResult, scrubjay } from '../support/scrubjay-command.js';

const CANARY = 'zanzibar';
const PASSWORD = 'wrong-pass-4711';

describe('bad input', () => {
  let source: TestDatabase;
  let target: TestDatabase;
  let cwd: string;
  let reader: string;
  const readerRole = `reader_${Math.random().toString(36).slice(2, 10)}`;

  beforeAll(async () => {
    source = await createDatabase(`
      create table people (id integer primary key, full_name text, email text check (email like '%@%'), born date);
      insert into people select i, 'Canary ${CANARY}', 'canary.' || i || '@${CANARY}.example', date '1990-01-01' + i
        from generate_series(1, 50) i;
      create table sealed (id integer primary key, ssn text);
      insert into sealed values (1, '${CANARY}');
      create role ${readerRole} login password '${PASSWORD}';
      grant select on people to ${readerRole};
      analyze;`);
    target = await createDatabase(
      "create table kept (note text); insert into kept values ('stays as it was');",
    );
    const url = new URL(source.url);
    url.username = readerRole;
    url.password = PASSWORD;
    reader = url.href;
    cwd = await mkdtemp(join(tmpdir(), 'scrubjay-'));
    const env = { SCRUBJAY_URL: source.url };
    for (const args of [
      ['classify', '--labels', 'labels.yaml'],
      ['labels', 'confirm', 'labels.yaml', '--all'],
      ['key', 'new', 'masking.key'],
    ])
      expect(await scrubjay(args, { env, cwd })).toMatchObject({ exitCode: 0 });
  }, compileTimeMs);
  afterAll(async () => {
    await source.query(`drop owned by ${readerRole}; drop role ${readerRole}`);
    await source.drop();
    await target.drop();
    await rm(cwd, { recursive: true });
  });

  /** Runs a command that must fail: a sentence and a next step, and neither a value nor a password. */
  async function refused(args: readonly string[], exitCode: number): Promise<CommandResult> {
    const result = await scrubjay(args, { cwd });
    const said = result.stdout + result.stderr;
    expect({ args, ...result }).toMatchObject({ exitCode });
    expect(result.stderr).toMatch(/^error \([a-z-]+\): .+\n {2}next: .+/m);
    for (const secret of [CANARY, PASSWORD, new URL(source.url).password]) expect(said).not.toContain(secret);
    expect(said).not.toMatch(/\n {4}at /);
    return result;
  }

  const scrub = (to: string, ...options: string[]) => [
    ...['scrub', '--from', source.url, '--to', to, '--labels', 'labels.yaml'],
    ...['--key-file', 'masking.key', ...options],
  ];

  describe('a location', () => {
    it('that is none is refused, and not repeated', async () => {
      const { stderr } = await refused(['classify', `nonsense://ana:${PASSWORD}@host/shop`], 2);
      expect(stderr).toContain('postgres://user:password@host:5432/database');
      await refused(['classify', 'no/such/file.csv'], 2);
      await refused(['classify'], 2);
    });

    it('with a wrong password is told from one that cannot be reached and one without that database', async () => {
      const wrong = new URL(reader);
      wrong.password = 'another-pass-4712';
      expect((await refused(['classify', wrong.href], 3)).stderr).not.toContain('another-pass-4712');
      const unreachable = `postgres://ana:${PASSWORD}@127.0.0.1:1/shop`;
      expect((await refused(['classify', unreachable], 3)).stderr).toContain('(unreachable)');
      expect((await refused(['classify', serverUrl('no_such_db')], 3)).stderr).toContain(
        '(database-missing)',
      );
      await refused(['classify', `postgres://ana:${PASSWORD}@host.invalid/shop`], 3);
    });

    it('stays out of what --json and --debug print', async () => {
      const unreachable = `postgres://ana:${PASSWORD}@127.0.0.1:1/shop`;
      const { stderr } = await scrubjay(['classify', unreachable, '--json', '--debug']);
      expect(stderr).toContain('"unreachable"');
      expect(stderr).not.toContain(PASSWORD);
    });
  });

  it('lists a table that may not be read, and goes on with the others', async () => {
    const { exitCode, stdout } = await scrubjay(['classify', reader, '--all'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Rows of 1 table were not seen[\s\S]*public\.sealed: .*SELECT/);
    expect(stdout).toContain('public.people.email');
    expect(stdout).toContain('public.sealed.ssn');
    const json = await scrubjay(['classify', reader, '--json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({ unread: [{ table: 'public.sealed' }] });
  });

  it('does not begin a scrub of a table that may not be read', async () => {
    const copy = serverUrl(`${source.name}_never`);
    const args = ['scrub', '--from', reader, '--to', copy, '--labels', 'labels.yaml'];
    const { stderr } = await refused([...args, '--key-file', 'masking.key'], 2);
    expect(stderr).toContain('sealed');
  });

  describe('a file', () => {
    it('of broken YAML is named with its line', async () => {
      await writeFile(join(cwd, 'broken.yaml'), 'version: 1\ncolumns:\n  a: [\n');
      const { stderr } = await refused(['labels', 'show', 'broken.yaml'], 2);
      expect(stderr).toMatch(/broken\.yaml:\d+/);
      expect((await refused(['policy', 'check', './broken.yaml'], 2)).stderr).toMatch(/broken\.yaml:\d+/);
    });

    it('with a wrong word is named with its line and the words to choose from', async () => {
      const text =
        'version: 1\ncolumns:\n  public.people.email: { type: email-address, sensitivity: secret }\n';
      await writeFile(join(cwd, 'wrong.yaml'), text);
      const { stderr } = await refused(['labels', 'show', 'wrong.yaml'], 2);
      expect(stderr).toMatch(/wrong\.yaml:3: [\s\S]*confidential/);
    });

    it('that is no UTF-8, a folder or not there is told as such', async () => {
      await writeFile(join(cwd, 'latin1.yaml'), Buffer.from([0x76, 0xe9, 0x0a]));
      expect((await refused(['labels', 'show', 'latin1.yaml'], 2)).stderr).toContain('UTF-8');
      expect((await refused(['labels', 'show', '.'], 2)).stderr).toContain('folder');
      expect((await refused(['labels', 'show', 'nowhere.yaml'], 2)).stderr).toContain('does not exist');
    });
  });

  describe('the target of a scrub', () => {
    afterEach(async () => {
      expect(await target.query('select note from kept')).toEqual([{ note: 'stays as it was' }]);
      expect(await readdir(cwd)).not.toContain('attestation.json');
    });

    it('cannot be the source', async () => {
      const { stderr } = await refused(scrub(source.url, '--replace'), 2);
      expect(stderr).toMatch(/source/);
    });

    it('cannot be the source under another spelling of its host', async () => {
      const spelled = new URL(source.url);
      spelled.hostname = 'localhost';
      await refused(scrub(spelled.href, '--replace'), 2);
    });

    it('cannot look like production', async () => {
      const { stderr } = await refused(scrub(serverUrl('shop_production')), 2);
      expect(stderr).toContain('target-looks-like-production');
      expect(stderr).toContain('--allow-production-like-name');
    });

    it('cannot hold something, unless it is to be replaced', async () => {
      const { stderr } = await refused(scrub(target.url), 2);
      expect(stderr).toContain('--replace');
    });

    it('cannot be on a server that nobody reaches', async () => {
      await refused(scrub(`postgres://ana:${PASSWORD}@127.0.0.1:1/copy`), 3);
    });

    it('gets nothing while a label is undecided or a column came later', async () => {
      await source.query('alter table people add later text');
      try {
        const { stderr } = await refused(scrub(target.url, '--replace'), 1);
        expect(stderr).toContain('public.people.later');
      } finally {
        await source.query('alter table people drop later');
      }
    });

    it('gets nothing from a technique whose values a check does not allow', async () => {
      const rules = `rules:\n  - when: { type: email-address }\n    mask: { technique: keyed-hash }\n  - mask: by-type\n`;
      await writeFile(join(cwd, 'hashed.yaml'), `id: hashed\ntitle: Hashed\n${rules}`);
      const { stderr } = await refused(scrub(target.url, '--replace', '--policy', './hashed.yaml'), 1);
      expect(stderr).toMatch(/one refusal: public\.people, check people_email_check: 'keyed-hash'/);
    });

    it('gets nothing without a key that can be read', async () => {
      const args = [
        'scrub',
        '--from',
        source.url,
        '--to',
        target.url,
        '--labels',
        'labels.yaml',
        '--replace',
      ];
      await refused(args, 2);
      await refused([...args, '--key-file', 'nowhere.key'], 2);
    });
  });
});
