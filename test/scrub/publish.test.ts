import pg from 'pg';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import type { PublishAs } from '../../src/engines/scrub-target.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { runScrub } from '../../src/runs/scrub-run.js';
import { createDatabase, serverUrl, type TestDatabase } from '../support/databases.js';
import { labelsOf, planFrom, testKey } from '../support/scrubbed-copy.js';
import { shippedRules } from '../support/planning.js';

const schema = `
  create extension citext;
  create table people (id integer primary key, mail citext unique);
  create schema sales;
  create table sales.orders (id serial primary key, mail citext references people (mail), at date);
  create view sales.latest as select max(at) as at from sales.orders;
  create materialized view sales.totals as select count(*) as n from sales.orders;
  create function sales.stop() returns trigger language plpgsql as 'begin raise exception ''no''; end';
  create trigger guard before insert on sales.orders for each row execute function sales.stop();
  alter table sales.orders enable always trigger guard;`;

const rows = `
  alter table sales.orders disable trigger guard;
  insert into people select i, 'ana' || i || '@corp.example' from generate_series(1, 50) i;
  insert into sales.orders (mail, at) select 'ana' || i || '@corp.example', date '2024-01-01' + i from generate_series(1, 50) i;
  alter table sales.orders enable always trigger guard;
  refresh materialized view sales.totals;`;

const types = { 'people.mail': 'email-address' };

describe('publishing', () => {
  let source: TestDatabase;
  const targets: TestDatabase[] = [];

  beforeAll(async () => {
    source = await createDatabase(schema + rows);
  });
  afterAll(async () => {
    for (const database of [...targets, source]) await database.drop();
  });

  async function target(sql: string): Promise<TestDatabase> {
    const database = await createDatabase(sql);
    targets.push(database);
    return database;
  }

  async function scrub(to: string, publishAs: PublishAs, problems: readonly string[] = []): Promise<void> {
    const from = await postgresEngine.openSource(source.url);
    try {
      const plan = await planFrom(from, await labelsOf(await from.catalog(), { types }), {});
      const identity = await from.identity();
      const built = await postgresEngine.openTarget(to, { replace: true, source: identity, publishAs });
      await runScrub({
        ...{ source: from, target: built, plan, words: (await shippedRules()).words },
        pseudonyms: createPseudonyms(testKey),
        verify: () => Promise.resolve({ problems }),
      });
    } finally {
      await from.close();
    }
  }

  const state = (database: TestDatabase) =>
    database.query(`
      select (select count(*) from people where mail like '%corp.example') as clear, (select count(*) from people) as people,
             (select count(*) from sales.orders o join people p using (mail)) as joined, (select n from sales.totals) as total,
             (select tgenabled from pg_trigger where tgname = 'guard' and tgrelid = 'sales.orders'::regclass) as guard,
             (select bool_and(convalidated) from pg_constraint where contype = 'f') as valid,
             (select last_value from sales.orders_id_seq) as last`);
  const masked = { clear: '0', people: '50', joined: '50', total: '50', guard: 'A', valid: true, last: '50' };

  it('takes the names of schemas inside the target, whose readers see the old rows until then', async () => {
    const database = await target(
      `${schema} insert into people values (1, 'old@staging.example'); create schema own; create table own.kept (a integer)`,
    );
    const reader = new pg.Client(database.url);
    await reader.connect();
    await reader.query('begin isolation level repeatable read');
    expect((await reader.query('select mail from people')).rows).toEqual([{ mail: 'old@staging.example' }]);
    await scrub(database.url, 'schemas');
    expect((await reader.query('select mail from public__previous.people')).rows).toHaveLength(1);
    await reader.end();
    expect(await state(database)).toEqual([masked]);
    expect(await database.query('select mail from public__previous.people')).toEqual([
      { mail: 'old@staging.example' },
    ]);
    expect(await database.query('select to_regclass($1) is not null as there', ['own.kept'])).toEqual([
      { there: true },
    ]);
    // Again, over what was published, then without what was kept.
    await scrub(database.url, 'schemas');
    expect(await state(database)).toEqual([masked]);
    expect([...(await postgresEngine.dropPrevious!(database.url))].sort()).toEqual([
      'public__previous',
      'sales__previous',
    ]);
    expect(await state(database)).toEqual([masked]);
  });

  it('exchanges the rows of the same tables, and leaves triggers and keys as they were', async () => {
    const database = await target(`${schema} insert into people values (1, 'old@staging.example')`);
    await scrub(database.url, 'in-place');
    expect(await state(database)).toEqual([masked]);
    const left = await source.query('select 1 from pg_database where starts_with(datname, $1)', [
      `${database.name}__`,
    ]);
    expect(left).toEqual([]);
  });

  it.each(['schemas', 'in-place'] as const)(
    'shows the old rows where verification fails (%s)',
    async (way) => {
      const database = await target(`${schema} insert into people values (1, 'old@staging.example')`);
      await expect(scrub(database.url, way, ['a leak'])).rejects.toMatchObject({
        code: 'verification-failed',
      });
      expect(await database.query('select mail from people')).toEqual([{ mail: 'old@staging.example' }]);
    },
  );

  it('leaves everything as it was where publication itself breaks', async () => {
    const database = await target(`${schema} insert into people values (1, 'old@staging.example');
      create function public.mine() returns event_trigger language plpgsql as 'begin raise exception ''not here''; end';
      create event trigger refuse on ddl_command_start when tag in ('CREATE INDEX', 'ALTER TABLE') execute function public.mine()`);
    await expect(scrub(database.url, 'schemas')).rejects.toMatchObject({ code: 'database' });
    expect(await database.query('select mail from people')).toEqual([{ mail: 'old@staging.example' }]);
    expect(await database.query(`select 1 from pg_namespace where nspname like '%previous'`)).toEqual([]);
  });

  it.each([
    [
      'tables of another structure',
      'in-place',
      'create table people (id integer)',
      'target-has-other-structure',
    ],
    ['a name that is taken', 'schemas', 'create schema public__previous', 'previous-name-taken'],
  ] as const)('refuses %s', async (_, way, sql, code) => {
    const database = await target(sql);
    await expect(scrub(database.url, way)).rejects.toMatchObject({ code });
  });

  it('refuses to publish inside a database that is not there', async () => {
    await expect(scrub(serverUrl(`${source.name}_nowhere`), 'schemas')).rejects.toMatchObject({
      code: 'target-missing',
    });
  });

  it('keeps the old database until asked', async () => {
    const name = `${source.name}_old`;
    await source.query(`create database "${name}"`);
    await scrub(serverUrl(name), 'database');
    expect(await postgresEngine.dropPrevious!(serverUrl(name))).toEqual([`${name}__previous`]);
    expect(await postgresEngine.dropPrevious!(serverUrl(name))).toEqual([]);
    await source.query(`drop database "${name}"`);
  });
});
