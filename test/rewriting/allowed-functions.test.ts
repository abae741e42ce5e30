import {
  allowedFunctions,
  functionCategories,
} from '../../src/domain/rewriting/postgres/allowed/functions.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

/** Categories whose functions may be volatile: each says why. */
const reviewed = new Set<string>([
  ...functionCategories['volatile but harmless'],
  ...functionCategories.sequences,
  ...functionCategories['settings, changed'],
]);

describe('the list of allowed functions', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  it('holds no volatile function but those that were reviewed as such', async () => {
    const rows = await database.query<{ name: string }>(
      "select distinct proname as name from pg_proc where pronamespace = 'pg_catalog'::regnamespace and provolatile = 'v'",
    );
    const volatile = rows
      .map(({ name }) => name)
      .filter((name) => allowedFunctions.has(name) && !reviewed.has(name));
    // Volatile in some versions for other reasons than effects: they read the state of the server.
    expect(volatile.filter((name) => name !== 'pg_is_in_recovery')).toEqual([]);
  });

  it('holds no function that runs SQL, reads files, large objects or statistics', () => {
    const risky =
      /(_to_xml|^lo_|^lo(read|write)|^pg_read_|^pg_ls_|^pg_stat_|^dblink|^ts_stat|^ts_rewrite|viewdef|functiondef|^pg_logical|replication|wal_)/;
    expect([...allowedFunctions].filter((name) => risky.test(name))).toEqual([]);
  });

  it('names functions that the server knows', async () => {
    const rows = await database.query<{ name: string }>(
      'select name from unnest($1::text[]) name where not exists (select from pg_proc where proname = name)',
      [[...allowedFunctions]],
    );
    // Spelt like functions, but of the grammar.
    expect(rows.map(({ name }) => name).sort()).toEqual(['current_catalog', 'user']);
  });
});
