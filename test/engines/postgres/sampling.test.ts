import type { SampleFailure, TableSample } from '../../../src/engines/engine.js';
import { postgresEngine } from '../../../src/engines/postgres/postgres-engine.js';
import { createDatabase } from '../../support/databases.js';

const limits = { rows: 50, timeoutMs: 2_000 };

describe('sampling', () => {
  it('keeps tables apart that are sampled at the same time, one of them failing', async () => {
    const database = await createDatabase(`
      create table good (id integer, word text);
      insert into good select i, 'word ' || i from generate_series(1, 500) i;
      create table other (id integer generated always as identity);
      insert into other default values;`);
    const session = await postgresEngine.open(database.url);
    try {
      const { tables } = await session.introspect();
      const good = tables.find(({ name }) => name === 'good')!;
      const gone = { ...tables.find(({ name }) => name === 'other')!, name: 'gone' };
      const sampled = await Promise.all(
        Array.from({ length: 6 }, (_, i) => session.sample(i % 2 === 0 ? good : gone, limits)),
      );
      for (const [i, sample] of sampled.entries()) {
        if (i % 2 === 0) expect((sample as TableSample).rows).toBe(limits.rows);
        else expect((sample as SampleFailure).reason).toMatch(/does not exist|gone/);
      }
    } finally {
      await session.close();
      await database.drop();
    }
  });
});
