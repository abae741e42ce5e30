import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import type { Classifier } from '../../src/domain/classification/classifier.js';
import type { Session } from '../../src/engines/engine.js';
import { classifyDataSource } from '../../src/runs/classify-run.js';
import { compileTimeMs, packagedClassifier } from '../support/classifier.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

describe('classifying a data source', () => {
  let database: TestDatabase;
  let session: Session;
  let classifier: Classifier;

  beforeAll(async () => {
    classifier = await packagedClassifier();
    database = await createDatabase(`
      create table people (id integer primary key, x text, note text);
      insert into people select n, 'person' || n || '@example.org', null from generate_series(1, 50) as n;
      create table nothing (email text);
      create table hidden (email text);
      create view shown as select x from people;
    `);
    await database.query(`create role reader_${database.name} login password 'only-for-this-test'`);
    await database.query(`grant select on people, nothing, shown to reader_${database.name}`);
    const url = new URL(database.url);
    url.username = `reader_${database.name}`;
    url.password = 'only-for-this-test';
    session = await postgresEngine.open(url.href);
  }, compileTimeMs);

  afterAll(async () => {
    await session.close();
    await database.query(`drop owned by reader_${database.name}`);
    await database.query(`drop role reader_${database.name}`);
    await database.drop();
  });

  it('proposes labels from names and values, and lists tables that it could not see', async () => {
    const seen: string[] = [];
    const { proposals, failures } = await classifyDataSource({
      session,
      classifier,
      onProgress: ({ table }) => seen.push(table.name),
    });
    const types = new Map(
      proposals.map(({ column, informationType }) => [`${column.table}.${column.column}`, informationType]),
    );
    expect(types.get('people.x')).toBe('email-address');
    expect(types.get('people.id')).toBeNull();
    expect(types.get('nothing.email')).toBe('email-address');
    expect(types.get('hidden.email')).toBe('email-address');
    expect(types.get('shown.x')).toBe('email-address');
    expect(failures.map(({ table }) => table.name)).toEqual(['hidden']);
    expect(seen.sort()).toEqual(['hidden', 'nothing', 'people']);
  });

  it('reads no row when asked for metadata only', async () => {
    const { proposals, failures } = await classifyDataSource({
      session,
      classifier,
      options: { metadataOnly: true },
    });
    expect(failures).toEqual([]);
    expect(proposals.find(({ column }) => column.column === 'x')!.informationType).toBeNull();
    expect(proposals.some(({ evidence }) => evidence.some(({ source }) => source === 'values'))).toBe(false);
  });

  it('stops when aborted', async () => {
    await expect(
      classifyDataSource({ session, classifier, signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});
