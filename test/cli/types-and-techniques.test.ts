import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createDatabase } from '../support/databases.js';
import { scrubjay } from '../support/scrubjay-command.js';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'scrubjay-'));
});
afterAll(() => rm(cwd, { recursive: true }));

const run = (...args: string[]) => scrubjay(args, { cwd });

async function write(file: string, text: string): Promise<string> {
  await mkdir(dirname(join(cwd, file)), { recursive: true });
  await writeFile(join(cwd, file), text);
  return file;
}

interface TypeChoices {
  readonly parent?: string;
  readonly pattern?: string;
  readonly sensitivity?: string;
}

const typeFile = (
  id: string,
  { parent, pattern = '[A-Z]{2}\\d{6}', sensitivity = 'confidential' }: TypeChoices = {},
): string => `id: ${id}
title: ${id}
definition: Made for a test.
${parent === undefined ? '' : `parent: ${parent}\n`}sensitivity: ${sensitivity}
names:
  en: [${id.replaceAll('-', ' ')}]
values:
  pattern: '${pattern}'
  share: 0.6
lives: [text]
mask: { technique: redact }
sources: []
examples:
  match: [AB123456]
  reject: [AB12345]
`;

describe('scrubjay types', () => {
  it('lists types, those of a family, and one in full', async () => {
    const { exitCode, stdout } = await run('types');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('email-address');
    const health = await run('types', 'list', '--family', 'health', '--json');
    const families = (JSON.parse(health.stdout) as { family: string }[]).map(({ family }) => family);
    expect(families.length).toBeGreaterThan(0);
    expect(families.every((family) => family.startsWith('health'))).toBe(true);
    expect((await run('types', 'show', 'iban')).stdout).toContain('masked by');
    expect((await run('types', 'validators')).stdout).toContain('luhn');
  });

  it('tells of a type and a family that are not there', async () => {
    for (const args of [
      ['show', 'no-such-type'],
      ['list', '--family', 'no-such-family'],
    ])
      expect(await run('types', ...args)).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('writes a rule file that passes its own examples, and never over another', async () => {
    const file = 'ours/information-types/vehicle/parking-permit.yaml';
    const made = await run('types', 'new', 'parking-permit', '--into', dirname(file));
    expect(made).toMatchObject({ exitCode: 0 });
    const tested = await run('types', 'test', file);
    expect(tested).toMatchObject({ exitCode: 0 });
    expect(tested.stdout).toContain('all passed');
    expect((await run('types', 'list', '--rules', 'ours')).stdout).toContain('parking-permit');
    const before = await readFile(join(cwd, file), 'utf8');
    expect((await run('types', 'new', 'parking-permit', '--into', dirname(file))).exitCode).toBe(2);
    expect(await readFile(join(cwd, file), 'utf8')).toBe(before);
    expect((await run('types', 'new', 'Parking Permit')).exitCode).toBe(2);
  });

  it('names examples that fail', async () => {
    const text = typeFile('parking-permit').replace('reject: [AB12345]', 'reject: [CD654321]');
    const { exitCode, stdout } = await run('types', 'test', await write('failing/parking-permit.yaml', text));
    expect(exitCode).toBe(1);
    expect(stdout).toContain("'CD654321'");
  });

  it('labels columns with a type of one’s own', async () => {
    await write('own/information-types/vehicle/parking-permit.yaml', typeFile('parking-permit'));
    const database = await createDatabase(`
      create table cars (id integer primary key, parking_permit text);
      insert into cars select i, 'AB' || 100000 + i from generate_series(1, 50) i;
      analyze;`);
    try {
      const { exitCode, stdout } = await run('classify', database.url, '--rules', 'own');
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/public\.cars\.parking_permit +parking-permit/);
      expect((await run('classify', database.url, '--rules', 'nowhere')).stderr).toContain('rules-folder');
    } finally {
      await database.drop();
    }
  });
});

describe('a rule file that cannot be right', () => {
  const refused = async (folder: string) => {
    const { exitCode, stdout, stderr } = await run('types', 'list', '--rules', folder);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).not.toContain('    at ');
    return stderr;
  };

  it('is named with its line when its YAML is broken', async () => {
    await write('broken/parking-permit.yaml', 'id: parking-permit\ntitle: [never closed\n');
    expect(await refused('broken')).toMatch(/broken\/parking-permit\.yaml:\d+/);
  });

  it('is named with its line and what to write when a value is unknown', async () => {
    await write('unknown/parking-permit.yaml', typeFile('parking-permit', { sensitivity: 'secret' }));
    expect(await refused('unknown')).toMatch(/unknown\/parking-permit\.yaml:4: [\s\S]*confidential/);
  });

  it('is named when its id is taken', async () => {
    await write('twice/email-address.yaml', typeFile('email-address'));
    expect(await refused('twice')).toMatch(/twice\/email-address\.yaml[\s\S]*overrides/);
    await write('pair/a/parking-permit.yaml', typeFile('parking-permit'));
    await write('pair/b/parking-permit.yaml', typeFile('parking-permit'));
    expect(await refused('pair')).toMatch(/pair\/[ab]\/parking-permit\.yaml/);
  });

  it('is named when its parents go round in a circle', async () => {
    await write('circle/permit-one.yaml', typeFile('permit-one', { parent: 'permit-two' }));
    await write('circle/permit-two.yaml', typeFile('permit-two', { parent: 'permit-one' }));
    const stderr = await refused('circle');
    expect(stderr).toContain('permit-one');
    expect(stderr).toContain('permit-two');
  });

  it('is named when its parent is unknown', async () => {
    await write('orphan/permit-one.yaml', typeFile('permit-one', { parent: 'no-such-parent' }));
    expect(await refused('orphan')).toContain('no-such-parent');
  });

  it('is refused when its pattern needs backtracking', async () => {
    await write('back/parking-permit.yaml', typeFile('parking-permit', { pattern: '(a+)\\1' }));
    expect(await refused('back')).toMatch(/back\/parking-permit\.yaml:\d+/);
  });

  it('runs a pattern that others hang on in linear time', async () => {
    const text = typeFile('parking-permit', { pattern: '(a+)+' })
      .replace('match: [AB123456]', 'match: [aaaa]')
      .replace('reject: [AB12345]', `reject: [${'a'.repeat(5000)}b]`);
    const { exitCode, stdout } = await run('types', 'test', await write('linear/parking-permit.yaml', text));
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('passed') as string,
    });
  });
});

describe('scrubjay techniques', () => {
  it('lists techniques, and shows one with its options', async () => {
    expect((await run('techniques')).stdout).toContain('pseudonymise-email');
    expect((await run('techniques', 'partial')).stdout).toContain('keepEnd');
    const { stdout } = await run('techniques', '--json');
    expect((JSON.parse(stdout) as { id: string }[]).map(({ id }) => id)).toContain('redact');
  });

  it('tells of a technique that is not there', async () => {
    expect(await run('techniques', 'no-such-technique')).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
