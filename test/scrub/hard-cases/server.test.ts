import pg from 'pg';
import { postgresEngine } from '../../../src/engines/postgres/postgres-engine.js';
import { createDatabase, serverUrl, type TestDatabase } from '../../support/databases.js';
import { scrub, scrubbedCopy, type ScrubbedCopy } from '../../support/scrubbed-copy.js';

const role = `hard_case_${process.pid}`;

const schema = `
  create table c60_mails (id integer primary key, mail text);
  create table c60_sent (id integer);
  create function c60_send() returns trigger language plpgsql as $$ begin insert into public.c60_sent values (new.id); return new; end $$;
  create trigger c60_plain after insert on c60_mails for each row execute function c60_send();
  insert into c60_mails values (1, 'ana@corp.example');
  create trigger c61_always after insert on c60_mails for each row execute function c60_send();
  create trigger c61_replica after insert on c60_mails for each row execute function c60_send();
  create trigger c61_off after insert on c60_mails for each row execute function c60_send();
  alter table c60_mails enable always trigger c61_always, enable replica trigger c61_replica, disable trigger c61_off;
  create function c61_event() returns event_trigger language plpgsql as $$ begin end $$;
  create event trigger c61_${role} on ddl_command_start when tag in ('CREATE SEQUENCE') execute function c61_event();

  create table c62_kept (id integer);
  insert into c62_kept values (1), (2);
  create table c62_log (id integer);
  create rule c62_also as on insert to c62_kept do also insert into c62_log values (new.id);

  create table c63_rows (id integer, owner text);
  insert into c63_rows values (1, 'a'), (2, 'b');
  alter table c63_rows enable row level security;
  create policy c63_all on c63_rows using (owner = current_user);
  create policy c63_named on c63_rows to ${role} using (true);

  grant select on c60_mails to ${role};
  alter default privileges in schema public grant select on tables to ${role};

  create extension postgres_fdw;
  create server c66_elsewhere foreign data wrapper postgres_fdw options (host '127.0.0.1', dbname 'nowhere');
  create user mapping for current_user server c66_elsewhere options (user 'u', password 'hunter2');
  create foreign table c66_far (id integer) server c66_elsewhere;
  create view c66_view as select id from c66_far;

  create publication c67_out for table c60_mails;
  create subscription c67_in_${role} connection 'host=127.0.0.1 dbname=nowhere' publication other with (connect = false, slot_name = none);

  create unlogged table c68_scratch (id integer);
  insert into c68_scratch select generate_series(1, 9);`;

describe('hard cases 60 to 72, what servers do', () => {
  let copy: ScrubbedCopy;

  beforeAll(async () => {
    const once = await createDatabase(`create role ${role} login password 'pw'`);
    await once.drop();
    copy = await scrubbedCopy(schema, { types: { 'c60_mails.mail': 'email-address' } });
  });
  afterAll(async () => {
    await copy.source.query(`drop subscription c67_in_${role}; drop owned by ${role}`);
    await copy.drop();
    const once = await createDatabase(`drop role ${role}`);
    await once.drop();
  });

  const count = async (sql: string) => Number((await copy.rows<{ n: string }>(sql))[0].n);
  const leftOut = () =>
    copy.plan.warnings.filter(({ code }) => code === 'left-out').map(({ where }) => where);

  it('60: triggers do not fire while rows are loaded', async () => {
    expect(await count('select count(*) as n from c60_mails')).toBe(1);
    expect(await count('select count(*) as n from c60_sent')).toBe(1);
  });

  it('61: triggers keep their firing state, and event triggers stay behind', async () => {
    const states = await copy.rows(
      `select tgname, tgenabled from pg_trigger where tgrelid = 'c60_mails'::regclass and not tgisinternal order by 1`,
    );
    expect(states).toEqual([
      { tgname: 'c60_plain', tgenabled: 'O' },
      { tgname: 'c61_always', tgenabled: 'A' },
      { tgname: 'c61_off', tgenabled: 'D' },
      { tgname: 'c61_replica', tgenabled: 'R' },
    ]);
    expect(await count('select count(*) as n from pg_event_trigger')).toBe(0);
    expect(leftOut()).toContain('1 event triggers');
  });

  it('61: a trigger at login of the source is warned of', async () => {
    const source =
      await createDatabase(`create function f() returns event_trigger language plpgsql as $$ begin end $$;
      create event trigger greets on login execute function f()`);
    const opened = await postgresEngine.openSource(source.url);
    const notices = await opened.notices();
    await opened.close();
    expect(notices.map(({ code, where }) => `${code} ${where}`)).toContain(
      'login-trigger event trigger greets',
    );
    await source.drop();
  });

  it('62: rules come after the rows, so that none is written twice', async () => {
    expect(await count('select count(*) as n from c62_kept')).toBe(2);
    expect(await count('select count(*) as n from c62_log')).toBe(0);
    expect(await count(`select count(*) as n from pg_rules where rulename = 'c62_also'`)).toBe(1);
  });

  it('63: row-level security is carried over, and a source that hides rows from the role is refused', async () => {
    expect(
      await count(`select count(*) as n from pg_class where relname = 'c63_rows' and relrowsecurity`),
    ).toBe(1);
    await copy.source.query(
      `grant select on all tables in schema public to ${role}; grant select on all sequences in schema public to ${role}`,
    );
    const failure = scrub(asRole(copy.source), serverUrl(`${copy.source.name}_other`));
    await expect(failure).rejects.toThrow(/public\.c63_rows \(row-level security hides rows\)/);
  });

  it('64: every table that cannot be read is named before anything is made', async () => {
    const source = await createDatabase(
      `create table a (i integer); create table b (i integer); create table c (i integer); grant select on b to ${role}`,
    );
    const failure = scrub(asRole(source), serverUrl(`${source.name}_copy`));
    await expect(failure).rejects.toThrow(/public\.a \(no SELECT\), public\.c \(no SELECT\)/);
    expect(
      await source.query('select 1 from pg_database where starts_with(datname, $1)', [`${source.name}_copy`]),
    ).toEqual([]);
    await source.query(`drop owned by ${role}`);
    await source.drop();
  });

  it('65: owners, grants, default privileges and policies for named roles stay behind', async () => {
    expect(
      await count(
        `select count(*) as n from pg_class where relname = 'c60_mails' and relacl::text like '%${role}%'`,
      ),
    ).toBe(0);
    expect(await count('select count(*) as n from pg_default_acl')).toBe(0);
    expect(await copy.rows(`select polname from pg_policy`)).toEqual([{ polname: 'c63_all' }]);
    expect(leftOut()).toEqual(
      expect.arrayContaining(['owners, roles and grants', '1 policies for named roles']),
    );
  });

  it('66: foreign tables, servers and the passwords of their mappings stay behind, and what reads them', async () => {
    expect(
      await count(
        'select (select count(*) from pg_foreign_server) + (select count(*) from pg_user_mapping) + (select count(*) from pg_foreign_table) as n',
      ),
    ).toBe(0);
    expect(await count(`select count(*) as n from pg_class where relname = 'c66_view'`)).toBe(0);
    expect(leftOut()).toEqual(
      expect.arrayContaining(['1 foreign tables', '1 foreign servers, with their user mappings']),
    );
  });

  it('67: publications and subscriptions stay behind', async () => {
    expect(
      await count(
        `select (select count(*) from pg_publication) + (select count(*) from pg_subscription s where subdbid = (select oid from pg_database where datname = current_database())) as n`,
      ),
    ).toBe(0);
    expect(leftOut()).toEqual(expect.arrayContaining(['1 publications', '1 subscriptions']));
  });

  it('68: an unlogged table stays unlogged, with its rows', async () => {
    expect(
      await copy.rows(
        `select relpersistence, (select count(*) from c68_scratch) as n from pg_class where relname = 'c68_scratch'`,
      ),
    ).toEqual([{ relpersistence: 'u', n: '9' }]);
  });

  it('69: what stands in a tablespace of its own comes to the target’s default one', async () => {
    const source = await createDatabase();
    await source.query('set allow_in_place_tablespaces = on');
    await source.query(`create tablespace ${role} location ''`);
    await source.query(`create table t (i integer) tablespace ${role}`);
    const { plan, result } = await scrub(source.url, serverUrl(`${source.name}_copy`));
    expect(result.verification.passed).toBe(true);
    const warned = plan.warnings.map(({ where }) => where);
    expect(warned).toContain('1 tables and indexes in tablespaces of their own');
    await source.query(`drop table t`);
    await source.query(`drop database "${source.name}_copy" with (force)`);
    await source.query(`drop tablespace ${role}`);
    await source.drop();
  });

  it('70: an extension that the target’s server lacks is told before anything is copied', async () => {
    const source = await createDatabase('create extension citext; create table t (a citext)');
    // As a server would look that has not got it: the catalog of extensions is read from its disk.
    await source.query(`update pg_extension set extname = 'not_to_be_had' where extname = 'citext'`);
    const failure = scrub(source.url, serverUrl(`${source.name}_copy`));
    await expect(failure).rejects.toMatchObject({
      code: 'missing-extensions',
      message: 'the target’s server lacks the extension not_to_be_had',
    });
    await source.drop();
  });

  it('71: texts of another encoding arrive as what they say, and bytes that are no text stop the run', async () => {
    const latin = await databaseIn('LATIN1', `create table t (a text); insert into t values ('Zoë Müller')`);
    const made = await scrub(latin.url, serverUrl(`${latin.name}_copy`));
    expect(made.result.tables[0].rows).toBe(1);
    const client = new pg.Client(serverUrl(`${latin.name}_copy`));
    await client.connect();
    expect((await client.query(`select a, length(a) from t`)).rows).toEqual([
      { a: 'Zoë Müller', length: 10 },
    ]);
    await client.end();
    await latin.drop();
    const ascii = await databaseIn('SQL_ASCII', `create table t (a text); insert into t values (E'Zo\\xeb')`);
    const failure = scrub(ascii.url, serverUrl(`${ascii.name}_copy`));
    await expect(failure).rejects.toThrow(/public\.t: .*no text in UTF-8/);
    await ascii.drop();
  });

  function asRole(database: TestDatabase): string {
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'pw'];
    return url.href;
  }
});

/** A database of another encoding. */
async function databaseIn(
  encoding: string,
  sql: string,
): Promise<{ name: string; url: string; drop(): Promise<void> }> {
  const admin = await createDatabase();
  const name = `${admin.name}_${encoding.toLowerCase()}`;
  await admin.query(`create database "${name}" template template0 encoding '${encoding}' locale 'C'`);
  const client = new pg.Client(serverUrl(name));
  await client.connect();
  await client.query(sql);
  await client.end();
  return {
    name,
    url: serverUrl(name),
    drop: async () => {
      const left = await admin.query<{ datname: string }>(
        'select datname from pg_database where starts_with(datname, $1)',
        [name],
      );
      for (const { datname } of left) await admin.query(`drop database "${datname}" with (force)`);
      await admin.drop();
    },
  };
}
