import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { scrubjayInProcess } from '../support/scrubjay-in-process.js';

const labels = `version: 1
columns:
  public.people.id: { type: none, sensitivity: internal, status: confirmed }
  public.people.email: { type: email-address, sensitivity: confidential, status: confirmed }
  public.people.phone: { type: phone-number, sensitivity: confidential, status: confirmed }
`;

const policy = `id: mine
title: Mine
roles: { analyst: {} }
rules:
  - { when: { type: email-address }, mask: keep, whereRows: { column: phone, isNull: true } }
  - { mask: { technique: redact }, because: nobody needs them }
`;

describe('query explain', () => {
  let database: TestDatabase;
  let cwd: string;

  beforeAll(async () => {
    database = await createDatabase('create table people (id int primary key, email text, phone text)');
    cwd = await mkdtemp(join(tmpdir(), 'query-explain-'));
    await writeFile(join(cwd, 'labels.yaml'), labels);
    await writeFile(join(cwd, 'mine.yaml'), policy);
  });
  afterAll(async () => {
    await database.drop();
    await rm(cwd, { recursive: true });
  });

  const explain = async (sql: string) =>
    scrubjayInProcess(
      [
        ...['query', 'explain', sql, '--from', database.url, '--labels', 'labels.yaml'],
        ...['--policy', './mine.yaml', '--role', 'analyst', '--path', 'public'],
      ],
      { cwd },
    );

  it('says of each masked column why it is', async () => {
    const { stdout, exitCode } = await explain('select email, phone from people');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('public.people.phone: rule 2 of policy mine (nobody needs them)');
    expect(stdout).toMatch(/public\.people\.email: hidden.* told by 'phone', which this role does not see/);
  });

  it('says what would pass in place of what is refused', async () => {
    const { stdout, exitCode } = await explain('explain select email from people');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('this would pass: select email from people');
  });
});
