import pg from 'pg';
import type { RowDigest } from '../../../src/engines/row-source.js';
import { postgresEngine } from '../../../src/engines/postgres/postgres-engine.js';
import { createDatabase, serverUrl, type TestDatabase } from '../../support/databases.js';

/** Two values of a type that are not the same to who reads them, however alike they compare or hash. */
const pairs: readonly (readonly [type: string, one: string, other: string])[] = [
  ['smallint', '1', '2'],
  ['integer', '1', '-1'],
  ['bigint, apart by 2^32', '1', '4294967296'],
  ['numeric, by its scale', '1.0', '1.00'],
  ['real', '0', '-0'],
  ['double precision', '1e-300', 'NaN'],
  ['boolean', 'true', 'false'],
  ['date', '2020-02-29', '0001-01-01 BC'],
  ['timestamp, apart by 2^32 microseconds', '2000-01-01 00:00:00.000001', '2000-01-01 01:11:34.967296'],
  ['timestamptz', '2020-01-01 00:00+00', '2020-01-01 00:00+01'],
  ['time', '00:00', '24:00'],
  ['interval, equal in hours', '1 day', '24 hours'],
  ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'],
  ['bytea', '\\x00', '\\x0000'],
  ['char(3)', 'a', 'b'],
  ['varchar(9)', 'a', 'a '],
  ['text', 'Zoë', 'Zoe'],
  ['no_case', 'Ana', 'ana'],
  ['json', '{"a": 1}', '{"a":1}'],
  ['jsonb', '{"a": 1.0}', '{"a": 1}'],
  ['text[]', '{a,b}', '{"a,b"}'],
  ['inet', '10.0.0.1/8', '10.0.0.1/32'],
  ['point, which has no hash', '(1,2)', '(2,1)'],
  ['int4range', '[1,3)', '[1,4)'],
];

describe('a digest of rows', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase(
      `create collation ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
       create domain no_case as text collate ignoring_case;`,
    );
  });
  afterAll(() => database.drop());

  /** Of a table `t` with columns `a` and `b`. */
  async function digest(url: string = database.url): Promise<RowDigest> {
    const source = await postgresEngine.openSource(url);
    try {
      return await source.digestRows!({ schema: 'public', name: 't' }, ['a', 'b'], [17, 2 ** 47 - 1]);
    } finally {
      await source.close();
    }
  }

  async function digestOf(type: string, rows: string): Promise<RowDigest> {
    await database.query(
      `drop table if exists t; create table t (a ${type}, b ${type}); insert into t ${rows}`,
    );
    return digest();
  }

  it.each(pairs)(
    'knows a changed, a moved, a missing and a lost value of %s',
    async (described, one, other) => {
      const type = described.split(', ')[0];
      const [x, y] = [`'${one}'::${type}`, `'${other}'::${type}`];
      const original = await digestOf(type, `values (${x}, ${y}), (${y}, ${x}), (${x}, ${y})`);
      const others = {
        'other order': await digestOf(type, `values (${y}, ${x}), (${x}, ${y}), (${x}, ${y})`),
        changed: await digestOf(type, `values (${x}, ${y}), (${y}, ${x}), (${x}, ${x})`),
        'moved to another row': await digestOf(type, `values (${x}, ${x}), (${y}, ${y}), (${x}, ${y})`),
        'moved to another column': await digestOf(type, `values (${x}, ${y}), (${x}, ${y}), (${x}, ${y})`),
        missing: await digestOf(type, `values (${x}, ${y}), (${y}, ${x}), (null, ${y})`),
        lost: await digestOf(type, `values (${x}, ${y}), (${y}, ${x})`),
      };
      const same = Object.entries(others).filter(([, found]) =>
        found.slice(1).some((part, i) => part === original[i + 1]),
      );
      expect(same.map(([change]) => change)).toEqual(['other order']);
      expect(others['other order']).toEqual(original);
    },
  );

  it('tells no value from an empty one', async () => {
    const empty = await digestOf('text', `values ('', null)`);
    expect(await digestOf('text', `values (null, '')`)).not.toEqual(empty);
    expect(await digestOf('text', `values ('', '')`)).not.toEqual(empty);
  });

  it('is the same in a database of another encoding and collation', async () => {
    const rows = `values ('Zoë Müller', 'plain'), ('ÿ', ''), (null, 'a "quoted", \\ part')`;
    const inUtf8 = await digestOf('text', rows);
    const name = `${database.name}_latin`;
    await database.query(`create database "${name}" template template0 encoding 'LATIN1' locale 'C'`);
    try {
      const client = new pg.Client(serverUrl(name));
      await client.connect();
      await client.query(`create table t (a text collate "POSIX", b text); insert into t ${rows}`);
      await client.end();
      expect(await digest(serverUrl(name))).toEqual(inUtf8);
    } finally {
      await database.query(`drop database "${name}" with (force)`);
    }
  });
});
