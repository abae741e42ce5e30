import { pipeline } from 'node:stream/promises';
import type { RowStream } from '../../../src/engines/row-source.js';
import type { ScrubSource } from '../../../src/engines/scrub-source.js';
import type { ScrubTarget } from '../../../src/engines/scrub-target.js';
import { postgresEngine } from '../../../src/engines/postgres/postgres-engine.js';
import { createDatabase, serverUrl, type TestDatabase } from '../../support/databases.js';

const shop = `
  create table people (id integer primary key, name text);
  insert into people select i, 'person ' || i from generate_series(1, 1000) i;
  create table orders (id serial primary key, person_id integer references people);
  insert into orders (person_id) select id from people;
  create view names as select name from people;
`;

describe('a scrub’s two ends', () => {
  let source: TestDatabase;
  const targets: string[] = [];
  const nameTarget = () => {
    const name = `staging_${targets.length}_${process.pid}`;
    targets.push(name);
    return serverUrl(name);
  };

  beforeAll(async () => {
    source = await createDatabase(shop);
  });
  afterAll(async () => {
    const left = await source.query<{ name: string }>(
      `select datname as name from pg_database where datname like 'staging\\_%\\_${process.pid}%'`,
    );
    for (const { name } of left) await source.query(`drop database "${name}" with (force)`);
    await source.drop();
  });

  async function copyAll(from: ScrubSource, into: ScrubTarget): Promise<void> {
    const { preData, sequences, postData } = await from.schema();
    await into.execute(preData);
    for (const { schema, name, columns } of (await from.catalog()).tables) {
      const names = columns.map((column) => column.name);
      const { stream, loaded } = await into.copyIn({ schema, name }, names, 'binary', 'whole');
      await pipeline(copies(await from.copyOut({ schema, name }, names, 'binary')), stream);
      expect(await loaded).toBe(1000);
    }
    await into.execute([...sequences, ...postData]);
  }

  async function openBoth(location: string, replace = false): Promise<[ScrubSource, ScrubTarget]> {
    const from = await postgresEngine.openSource(source.url);
    try {
      return [from, await postgresEngine.openTarget(location, { replace, source: await from.identity() })];
    } catch (error) {
      await from.close();
      throw error;
    }
  }

  it('move a database, and show it under its name only when published', async () => {
    const location = nameTarget();
    const [from, into] = await openBoth(location);
    await copyAll(from, into);
    await expect(postgresEngine.open(location)).rejects.toMatchObject({ code: 'database-missing' });
    expect(await into.countRows({ schema: 'public', name: 'orders' })).toBe(1000);
    const orders = (await into.catalog()).tables.find(({ name }) => name === 'orders')!;
    expect(await into.countOrphans(orders, orders.foreignKeys[0])).toBe(0);
    expect(await into.countDuplicates(orders, orders.uniqueKeys[0])).toBe(0);
    await into.publish();
    await from.close();
    const session = await postgresEngine.open(location);
    expect((await session.introspect()).views.map(({ name }) => name)).toEqual(['names']);
    await session.close();
  });

  it('replace a target only when told, and keep the old one beside it', async () => {
    const location = nameTarget();
    const name = new URL(location).pathname.slice(1);
    await source.query(`create database "${name}"`);
    const old = await postgresEngine.openTarget(location, {
      replace: false,
      source: await identityOf(source),
    });
    await old.abandon('only to leave something behind');
    const [first, one] = await openBoth(location);
    await copyAll(first, one);
    await one.publish();
    await first.close();
    await expect(openBoth(location)).rejects.toMatchObject({ code: 'target-not-empty' });
    const [second, two] = await openBoth(location, true);
    await copyAll(second, two);
    await two.publish();
    await second.close();
    const databases = await source.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1) order by 1',
      [name],
    );
    expect(databases.map(({ datname }) => datname)).toEqual([name, `${name}__previous`]);
  });

  it('refuse a target that is the source under another name', async () => {
    const alias = source.url.replace('127.0.0.1', 'localhost');
    await expect(openBoth(alias, true)).rejects.toMatchObject({ code: 'target-is-source' });
  });

  it('refuse a target that looks like production', async () => {
    await expect(openBoth(serverUrl('shop_production'))).rejects.toMatchObject({
      code: 'target-looks-like-production',
    });
    const marked = await createDatabase();
    await source.query(`alter database "${marked.name}" set scrubjay.environment = 'production'`);
    await expect(openBoth(marked.url)).rejects.toMatchObject({ code: 'target-looks-like-production' });
    await marked.drop();
  });

  it('name every table that the source’s role cannot read in full', async () => {
    const secret = await createDatabase(`
      create table a (id integer); create table b (id integer); create table c (id integer);
      alter table c enable row level security; create policy p on c using (id > 1);`);
    const role = `partial_${secret.name}`;
    await secret.query(
      `create role ${role} login password 'pw'; grant select on b, c to ${role}; grant usage on schema public to ${role}`,
    );
    const url = new URL(secret.url);
    url.username = role;
    url.password = 'pw';
    const failure = postgresEngine.openSource(url.href);
    await expect(failure).rejects.toMatchObject({ code: 'unreadable-tables' });
    await expect(failure).rejects.toThrow(
      /public\.a \(no SELECT\), public\.c \(row-level security hides rows\)/,
    );
    await secret.query(`drop owned by ${role}; drop role ${role}`);
    await secret.drop();
  });

  it('say what is wrong with a URL without repeating its password', async () => {
    const cases = [
      [source.url.replace(/:[^:@]*@/, ':wrong-password@'), 'credentials'],
      [serverUrl('no_such_database'), 'database-missing'],
      ['postgres://someone:hunter2@127.0.0.1:1/x', 'unreachable'],
      ['postgres://someone:hunter2@no-such-host.invalid/x', 'unreachable'],
    ] as const;
    for (const [location, code] of cases) {
      const failure = postgresEngine.open(location);
      await expect(failure).rejects.toMatchObject({ code });
      await expect(failure).rejects.not.toThrow(/hunter2|wrong-password/);
    }
  });

  it('fail in our words when the server ends a connection in the middle', async () => {
    const [from, into] = await openBoth(nameTarget());
    await into.execute((await from.schema()).preData);
    const stream = await from.copyOut({ schema: 'public', name: 'people' }, ['id', 'name'], 'text');
    const { stream: sink, loaded } = await into.copyIn(
      { schema: 'public', name: 'people' },
      ['id', 'name'],
      'text',
      'whole',
    );
    sink.write('1\tone\n');
    // The server may not have got the statement yet; sessions of other tests are none of ours.
    const ours = targets.at(-1)!;
    for (let ended = 0; ended === 0;) {
      const killed = await source.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname like $1 and query like 'copy%from stdin%'`,
        [`${ours}%`],
      );
      ended = killed.length;
    }
    await expect(loaded).rejects.toMatchObject({ code: 'database' });
    stream.destroy();
    await into.abandon('killed');
    await from.close();
  });
});

/** A chunk is overwritten when the next is asked for, and a stream asks before it has sent it. */
async function* copies(rows: RowStream): AsyncGenerator<Buffer> {
  for await (const chunk of rows) yield Buffer.from(chunk);
}

async function identityOf(database: TestDatabase) {
  const session = await postgresEngine.open(database.url);
  const identity = await session.identity();
  await session.close();
  return identity;
}
