import pg from 'pg';
import { connect } from '../../../src/engines/postgres/connection.js';
import { readSchemaSections } from '../../../src/engines/postgres/schema-ddl/schema-sections.js';
import { createDatabase, type TestDatabase } from '../../support/databases.js';
import { dumpSchema } from '../../support/schema-dump.js';
import { tortureSchema } from '../../support/torture-schema.js';

/** Builds the schema of one database in another, empty one. */
async function copySchema(from: TestDatabase, into: TestDatabase): Promise<void> {
  const client = await connect(from.url, { access: 'read-only' });
  const { preData, sequences, postData } = await readSchemaSections(client);
  await client.end();
  const target = new pg.Client(into.url);
  await target.connect();
  await target.query(`set search_path = ''`);
  for (const { makes, sql } of [...preData, ...sequences, ...postData]) {
    await target.query(sql).catch((error: unknown) => {
      throw new Error(`${makes}: ${(error as Error).message}\n${sql}`);
    });
  }
  await target.end();
}

describe('the schema as statements', () => {
  const databases: TestDatabase[] = [];
  const make = async (sql?: string) => {
    const database = await createDatabase(sql);
    databases.push(database);
    return database;
  };
  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  it('builds the same schema again', async () => {
    const [source, copy] = [await make(tortureSchema), await make()];
    await source.query(`select nextval('invoice_numbers'), setval('departments_id_seq', 7, false)`);
    await copySchema(source, copy);
    expect(await dumpSchema(copy.url)).toEqual(await dumpSchema(source.url));
  });

  it('orders objects that need each other', async () => {
    const [source, copy] = [
      await make(
        `
        create table t (id integer primary key, name text, at timestamptz);
        create function newest() returns setof t language sql begin atomic select * from public.t; end;
        create view by_key as select id, name, count(*) as n from t group by id;
        create function from_view() returns bigint language sql begin atomic select max(n) from public.by_key; end;
        create view late as select public.from_view() as n;
        create function default_name() returns text language sql as $$ select 'x' $$;
        create table u (name text default default_name(), row t, rows t[]);
        create function is_short(text) returns boolean language sql immutable as $$ select length($1) < 10 $$;
        create domain short as text check (is_short(value));
        create table v (value short);
        create materialized view first as select count(*) as n from t;
        create materialized view second as select n from first;
        create aggregate joined(text) (sfunc = textcat, stype = text, initcond = '');
        create view uses_aggregate as select joined(name) as names from t;
        create type span as range (subtype = float8, subtype_diff = float8mi);
        create table spans (s span, m spanmultirange);
      `.replace('spanmultirange', 'span_multirange'),
      ),
      await make(),
    ];
    await copySchema(source, copy);
    expect(await dumpSchema(copy.url)).toEqual(await dumpSchema(source.url));
  });

  it('names what it leaves out, and why', async () => {
    const source = await make(`
      create extension postgres_fdw;
      create server far foreign data wrapper postgres_fdw;
      create user mapping for current_user server far options (password 'hunter2');
      create foreign table remote (id integer) server far;
      create view over_remote as select id from remote;
      select lo_create(0);
    `);
    const client = await connect(source.url, { access: 'read-only' });
    const sections = await readSchemaSections(client);
    await client.end();
    expect(sections.leftOut.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        '1 foreign tables',
        '1 foreign servers, with their user mappings',
        '1 large objects',
        'view public.over_remote',
      ]),
    );
    expect(JSON.stringify(sections)).not.toContain('hunter2');
    expect(JSON.stringify(sections.postData)).not.toContain('over_remote');
  });
});
