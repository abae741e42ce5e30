import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { scrubjay } from '../support/scrubjay-command.js';

const labels = `version: 1
columns:
  public.people.id: { type: none, sensitivity: public, status: confirmed }
  public.people.email: { type: email-address, sensitivity: confidential, status: confirmed }
  public.people.born: { type: date-of-birth, sensitivity: confidential, status: confirmed }
`;

const policyOf = (...rules: string[]): string => `id: mine\ntitle: Mine\nrules:\n${rules.join('')}`;
const EMAIL_ONLY = '  - when: { type: email-address }\n    mask: { technique: partial, keepEnd: 2 }\n';
const DATES_AS_TEXT = '  - when: { type: date-of-birth }\n    mask: { technique: partial }\n';

describe('scrubjay policy', () => {
  let cwd: string;
  let database: TestDatabase;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'policy-'));
    await writeFile(join(cwd, 'labels.yaml'), labels);
    database = await createDatabase(
      "create table people (id int primary key, email text, born date); insert into people values (1, 'canary.7731@example.org', '1990-01-02')",
    );
  });

  afterAll(async () => {
    await database.drop();
    await rm(cwd, { recursive: true });
  });

  const run = (...args: string[]) => scrubjay(['policy', ...args], { cwd });
  const write = (text: string) => writeFile(join(cwd, 'mine.yaml'), text);

  it('lists ready policies and shows the rules of one', async () => {
    expect((await run('list')).stdout).toContain('hipaa');
    const { exitCode, stdout } = await run('show', 'gdpr', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'gdpr', unreviewed: 'refuse' });
  });

  it('names the ready policies when it does not know one', async () => {
    const { exitCode, stderr } = await run('show', 'gdrp');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('default, gdpr, hipaa, pci-dss');
  });

  it('names file, line and the nearest technique for one that is unknown', async () => {
    await write(policyOf(EMAIL_ONLY.replace('partial', 'partail')));
    const { exitCode, stderr } = await run('check', 'mine.yaml');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/mine\.yaml:5: .*'partail'[\s\S]*did you mean 'partial'/);
  });

  it('names the nearest information type for one that is unknown', async () => {
    await write(policyOf(EMAIL_ONLY.replace('email-address', 'email-adress')));
    const { exitCode, stderr } = await run('check', 'mine.yaml');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/mine\.yaml:4: [\s\S]*did you mean "email-address"/);
  });

  it('finds sensitive labels that no rule holds for', async () => {
    await write(policyOf(EMAIL_ONLY));
    const { exitCode, stdout } = await run('check', 'mine.yaml', '--labels', 'labels.yaml', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      decisions: [
        { mask: 'partial (keepEnd: 2)', rule: 1 },
        { mask: null, rule: null },
      ],
      problems: [{ code: 'no-rule', where: 'public.people.born' }],
    });
  });

  it('finds by planning a technique that does not fit a column, and prints no value', async () => {
    await write(policyOf(EMAIL_ONLY, DATES_AS_TEXT));
    const args = ['check', 'mine.yaml', '--labels', 'labels.yaml', '--from', database.url];
    const { exitCode, stdout, stderr } = await run(...args);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/technique-misfit {2}public\.people\.born/);
    expect(stdout + stderr).not.toContain('canary.7731');
  });

  it('ends with 0 when the plan has nothing against the policy', async () => {
    const args = ['check', 'default', '--labels', 'labels.yaml', '--from', database.url];
    const { exitCode, stdout } = await run(...args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('no problem');
  });

  it('explains which rule decides on a column', async () => {
    const { stdout } = await run('explain', 'default', 'people.email', '--labels', 'labels.yaml');
    expect(stdout).toContain('rule 1 holds (internal or above)');
    expect(stdout).toContain('masked by pseudonymise-email');
  });
});
