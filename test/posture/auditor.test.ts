import pg from 'pg';
import { noDeclarations } from '../../src/domain/posture/facts/declarations.js';
import { labelledColumns } from '../../src/domain/posture/facts/labelled-column.js';
import { parseLabels } from '../../src/domain/classification/labels-file.js';
import type { PostureResults } from '../../src/domain/posture/posture-results.js';
import { auditorStatements } from '../../src/engines/postgres/facts/auditor-sql.js';
import { readChecks } from '../../src/rules/read-checks.js';
import { runPosture } from '../../src/runs/posture/posture-run.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

/** Checks that the auditor cannot answer without a grant of the sampled columns. */
const needColumns = ['label-pan-in-clear', 'label-stats-leak'];

describe('a role that is no superuser', () => {
  let database: TestDatabase;
  const roles = ['posture_bare', 'posture_auditor'];

  beforeAll(async () => {
    database = await createDatabase(`
      create table public.cards (id int primary key, pan text);
      insert into public.cards values (1, '4111111111111111')`);
    await database.query(`create role posture_bare login password 'x'`);
    for (const statement of auditorStatements('posture_auditor')) await database.query(statement);
    await database.query(`alter role posture_auditor password 'x'`);
  });

  afterAll(async () => {
    for (const role of roles) await database.query(`drop owned by ${role}; drop role ${role}`);
    await database.drop();
  });

  it('without grants gets unknown with the grant, where PostgreSQL hides rows or refuses', async () => {
    const { findings } = await look('posture_bare');
    const unknown = new Map(
      findings.filter(({ outcome }) => outcome === 'unknown').map((each) => [each.check, each]),
    );
    for (const check of [
      'pg-hba-trust',
      'pg-md5-stored',
      'pg-tls-floor',
      'pg-preload-unknown',
      'pg-clear-sessions',
      'pg-fdw-clear-password',
    ]) {
      expect([check, unknown.get(check)?.remedy.steps.join(' ')]).toEqual([
        check,
        expect.stringMatching(/grant|auditor-sql/),
      ]);
    }
  });

  it('made by auditor-sql can answer everything but what columns hold', async () => {
    const { findings } = await look('posture_auditor');
    const blind = findings.filter(
      ({ outcome, says }) => outcome === 'unknown' && /role|permission|could not be counted/.test(says),
    );
    expect([...new Set(blind.map(({ check }) => check))].sort()).toEqual(needColumns);
  });

  it('made by auditor-sql can answer that too after the grant that is printed', async () => {
    const before = await look('posture_auditor');
    const { remedy } = before.findings.find(({ check }) => check === 'label-pan-in-clear')!;
    for (const step of remedy.steps) await database.query(step);
    const after = await look('posture_auditor');
    expect(after.findings.find(({ check }) => check === 'label-pan-in-clear')).toMatchObject({
      outcome: 'fail',
    });
  });

  it('made by auditor-sql can write nothing, and read no password', async () => {
    const client = new pg.Client(urlOf('posture_auditor'));
    await client.connect();
    await expect(client.query('create table public.mine (id int)')).rejects.toMatchObject({
      code: expect.stringMatching(/25006|42501/) as unknown,
    });
    await expect(client.query('select rolpassword from pg_authid')).rejects.toMatchObject({ code: '42501' });
    await client.end();
  });

  function urlOf(role: string): string {
    const url = new URL(database.url);
    url.username = role;
    url.password = 'x';
    return url.href;
  }

  async function look(role: string): Promise<PostureResults> {
    const text = `version: 1\ncolumns:\n  public.cards.pan: { type: payment-card-number, sensitivity: restricted, status: confirmed }\n`;
    return runPosture({
      checks: await readChecks(),
      declarations: noDeclarations,
      labels: labelledColumns(parseLabels(text, 'labels.yaml')),
      unmaskedColumns: [],
      targets: { location: urlOf(role) },
      timeoutMs: 10_000,
      toolVersion: '0.0.0',
      inventory: 'labels.yaml',
    });
  }
});
