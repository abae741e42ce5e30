import { measureAnonymity } from '../../src/runs/measure-anonymity.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { labelsFor, shippedRules } from '../support/planning.js';
import type { ColumnMask } from '../../src/domain/policy/column-mask.js';

const schema = `
  create table people (id integer primary key, born date, zip text, floor integer, faith text, mail text);
  -- Two groups of three by born and zip, and one alone.
  insert into people values
    (1, '1980-01-01', '10115', 1, 'a', 'x'), (2, '1980-01-01', '10115', 1, 'b', 'x'), (3, '1980-01-01', '10115', 2, null, 'x'),
    (4, '1990-01-01', '10117', 1, 'a', 'x'), (5, '1990-01-01', '10117', 1, 'a', 'x'), (6, '1990-01-01', '10117', 1, 'b', 'x'),
    (7, null, '10117', 1, 'a', 'x');
  create table visits (at date, age integer) partition by range (at);
  create table visits_all partition of visits default;
  insert into visits select '2024-01-01', i % 2 from generate_series(1, 10) i;
  create table plain (a integer);`;

const types = {
  'people.born': 'date-of-birth',
  'people.zip': 'postal-code',
  'people.faith': 'religion',
  'people.mail': 'email-address',
  'visits.age': 'age',
  'visits_all.age': 'age',
};

describe('how rows hide among one another', () => {
  let copy: TestDatabase;
  beforeAll(async () => {
    copy = await createDatabase(schema);
  });
  afterAll(() => copy.drop());

  async function measure(
    masks: readonly Pick<ColumnMask, 'column' | 'technique'>[],
    also: readonly string[] = [],
  ) {
    const source = await postgresEngine.openSource(copy.url);
    try {
      const catalog = await source.catalog();
      const labels = await labelsFor(catalog, types);
      const { informationTypes } = await shippedRules();
      return await measureAnonymity(source, {
        catalog,
        labels,
        types: informationTypes,
        masks: masks as ColumnMask[],
        also,
      });
    } finally {
      await source.close();
    }
  }
  const column = (name: string) => ({ schema: 'public', table: 'people', column: name });

  it('is counted by SQL for each table with quasi-identifiers, partitions together', async () => {
    expect(await measure([])).toEqual([
      {
        ...{ table: 'public.people', quasiIdentifiers: ['born', 'zip'], rows: 7, classes: 3, k: 1, alone: 1 },
        diversity: [{ column: 'faith', l: 1 }],
      },
      {
        table: 'public.visits',
        quasiIdentifiers: ['age'],
        rows: 10,
        classes: 2,
        k: 5,
        alone: 0,
        diversity: [],
      },
    ]);
  });

  it('leaves out what masks removed, and takes in what is named', async () => {
    const [people] = await measure([{ column: column('born'), technique: 'null' }], ['public.people.floor']);
    expect(people).toMatchObject({ quasiIdentifiers: ['zip', 'floor'], classes: 3, k: 1, alone: 1 });
    const [byZip] = await measure([{ column: column('born'), technique: 'null' }]);
    // 'a', 'b' and nothing are three.
    expect(byZip).toMatchObject({ quasiIdentifiers: ['zip'], k: 3, diversity: [{ column: 'faith', l: 2 }] });
  });
});
