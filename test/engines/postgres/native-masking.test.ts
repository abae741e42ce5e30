import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createPseudonyms } from '../../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { mask } from '../../masking/masking.js';
import { createDatabase, type TestDatabase } from '../../support/databases.js';
import { scrubjay } from '../../support/scrubjay-command.js';

const keyText = '0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0';
const role = `analyst_${randomBytes(4).toString('hex')}`;
const schema = `
  create table people (id int primary key, name text, email text, team text, login text);
  insert into people select i, 'Canary Person ' || i, 'canary' || i || '@example.org', 'red', 'łogin' || i from generate_series(1, 20) i;
  create view mails as select id, email from people;
  create materialized view counted as select length(email) as n from people where email like '%1%';
  create role ${role} login password 'reader';
  grant select, update on people to ${role};
  grant select on mails to ${role}`;
const labels = `version: 1
columns:
  public.people.id: { type: none, sensitivity: internal, status: confirmed }
  public.people.name: { type: person-name, sensitivity: confidential, status: confirmed }
  public.people.email: { type: email-address, sensitivity: confidential, status: confirmed }
  public.people.team: { type: none, sensitivity: internal, status: confirmed }
  public.people.login: { type: user-name, sensitivity: confidential, status: confirmed }
`;
const policy = `id: analysts
title: What analysts see
roles: { analyst: {}, steward: { access: clear } }
rules:
  - { when: { type: user-name }, mask: keep, whereRows: { column: id, in: [7, 8] } }
  - { when: { type: user-name }, mask: { technique: keyed-hash } }
  - { mask: by-type }
`;

describe('masks kept in PostgreSQL', () => {
  let database: TestDatabase;
  let folder: string;
  let reader: pg.Client;

  beforeAll(async () => {
    database = await createDatabase(schema);
    folder = await mkdtemp(join(tmpdir(), 'scrubjay-native-'));
    const files = { 'labels.yaml': labels, 'policy.yaml': policy, key: keyText };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await chmod(join(folder, 'key'), 0o600);
    const url = new URL(database.url);
    url.username = role;
    url.password = 'reader';
    reader = new pg.Client(url.href);
    await reader.connect();
  });
  afterAll(async () => {
    await reader.end();
    await database.query(`drop owned by ${role}; drop role ${role}`);
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const native = (act: string, ...more: string[]) =>
    scrubjay([
      ...['mask', 'native', act, '--from', database.url, '--labels', join(folder, 'labels.yaml')],
      ...['--policy', join(folder, 'policy.yaml'), '--role', 'analyst', '--grant-to', role],
      ...['--key-file', join(folder, 'key'), ...more],
    ]);
  const seen = async (sql: string) => {
    try {
      return (await reader.query<Record<string, unknown>>(sql)).rows;
    } catch (error) {
      return (error as pg.DatabaseError).code;
    }
  };

  it('are shown before anything runs, without the key', async () => {
    const { stdout, stderr, exitCode } = await native('plan');
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stdout).toContain(`create view "masked_${role}"."people" with (security_barrier = true)`);
    expect(stdout).toContain(`revoke all on all tables in schema "public" from "${role}"`);
    expect(stdout).not.toMatch(/[0-9a-f]{64}/);
    expect(stderr).toContain('public.counted');
    expect(await seen('select email from people where id = 1')).toEqual([{ email: 'canary1@example.org' }]);
    expect((await native('verify')).exitCode).toBe(1);
  });

  it('show a role the stand-ins of staging, and the tables no more', async () => {
    expect(await native('apply')).toMatchObject({ exitCode: 0 });
    expect(await seen('select * from people')).toBe('42501');
    const rows = await seen(`select name, email, team from "masked_${role}".people where id = 3`);
    const standIn = (technique: string, value: string, domain: string) =>
      mask(technique, [value], { pseudonyms: createPseudonyms(Buffer.from(keyText, 'hex')), domain })[0];
    expect(rows).toEqual([
      {
        name: standIn('pseudonymise-person-name', 'Canary Person 3', 'person-name'),
        email: standIn('pseudonymise-email', 'canary3@example.org', 'email-address'),
        team: 'red',
      },
    ]);
    // A rule for some rows is said in the view.
    expect(
      await seen(`select id from "masked_${role}".people where login like 'łogin%' order by id`),
    ).toEqual([{ id: 7 }, { id: 8 }]);
    expect(JSON.stringify(await seen(`select email from "masked_${role}".mails`))).not.toContain('canary');
    expect(await seen(`select * from "masked_${role}".scrubjay_settings`)).toBe('42501');
    expect(
      await seen(`select count(*)::int as n from "masked_${role}".people where email like 'canary%'`),
    ).toEqual([{ n: 0 }]);
    expect(await native('verify')).toMatchObject({ exitCode: 0 });
  });

  it('stay the same whatever encoding a client takes, even between two rows of a cursor', async () => {
    // Without an order, so that the second row is made when it is fetched.
    const login = `select login from "masked_${role}".people`;
    const expected = await seen(`${login} limit 2`);
    await reader.query(`begin; declare logins cursor for ${login}`);
    expect(await seen('fetch 1 from logins')).toEqual([(expected as readonly unknown[])[0]]);
    await reader.query("set client_encoding = 'LATIN1'");
    expect(await seen('fetch 1 from logins')).toEqual([(expected as readonly unknown[])[1]]);
    await reader.query("commit; set client_encoding = 'UTF8'");
    expect(expected).toEqual(
      mask('keyed-hash', ['łogin1', 'łogin2'], {
        pseudonyms: createPseudonyms(Buffer.from(keyText, 'hex')),
        domain: 'user-name',
      }).map((login) => ({ login })),
    );
  });

  it('are held against the database: changed views, new columns and rights are drift', async () => {
    await database.query(`create or replace view "masked_${role}".mails as select id, email from people`);
    await database.query('alter table people add column born date');
    await database.query('grant select on people to public');
    const { stdout, exitCode } = await native('verify');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/mails: somebody changed the view/);
    expect(stdout).toMatch(/people: policy, labels or table changed/);
    expect(stdout).toMatch(/may read it past the masking views/);
    await database.query('revoke select on people from public');
    expect(await native('apply')).toMatchObject({ exitCode: 0 });
    expect(await native('verify')).toMatchObject({ exitCode: 0 });
    expect(await seen(`select born from "masked_${role}".people where id = 3`)).toEqual([{ born: null }]);
  });

  it('go, and give back the rights that they took', async () => {
    const { stdout, exitCode } = await native('revert');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`grant SELECT, UPDATE on "public"."people" to "${role}"`);
    expect(await seen('select email from people where id = 1')).toEqual([{ email: 'canary1@example.org' }]);
    expect(await seen(`select * from "masked_${role}".people`)).toBe('42P01');
    expect(await native('revert')).toMatchObject({ exitCode: 2 });
  });
});
