import pg from 'pg';
import { postgresEngine } from '../../../src/engines/postgres/postgres-engine.js';
import { sampleTable } from '../../../src/engines/postgres/sampling.js';
import type { Table } from '../../../src/domain/catalog/catalog.js';
import type { SampleFailure, TableSample } from '../../../src/engines/engine.js';
import { createDatabase, type TestDatabase } from '../../support/databases.js';

interface Surroundings {
  readonly readOnly: string;
  readonly timeout: string;
}

describe('what sampling a table may cost its database', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let tables: readonly Table[];
  const tableNamed = (name: string) => tables.find((table) => table.name === name)!;

  beforeAll(async () => {
    database = await createDatabase(`
      create table small (id integer, word text);
      insert into small select i, 'word ' || i from generate_series(1, 2000) i;
      create table large (id integer, filler text);
      alter table large alter filler set storage plain;
      insert into large select i, repeat('x', 800) from generate_series(1, 60000) i;
      create table locked (id integer, word text);
      analyze;`);
    const session = await postgresEngine.open(database.url);
    ({ tables } = await session.introspect());
    await session.close();
    client = new pg.Client(database.url);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** Samples as scans do, and keeps each query with the settings that it ran under. */
  async function watch(table: Table, limits = { rows: 200, timeoutMs: 5_000 }) {
    const queries: { text: string; values?: unknown[]; under: Surroundings }[] = [];
    const watched = new Proxy(client, {
      get(target, property) {
        const own: unknown = Reflect.get(target, property);
        if (property !== 'query') return own;
        return async (asked: string | pg.QueryConfig, values?: unknown[]) => {
          const config = typeof asked === 'string' ? { text: asked, values } : asked;
          if (config.text.includes(`"${table.name}"`)) {
            const { rows } = await target.query<Surroundings>(
              `select current_setting('transaction_read_only') as "readOnly", current_setting('statement_timeout') as timeout`,
            );
            queries.push({ text: config.text, values: config.values, under: rows[0] });
          }
          return target.query(config);
        };
      },
    });
    return { sample: await sampleTable(watched, table, limits), queries };
  }

  it('is one query, in a read-only transaction, under a statement timeout', async () => {
    for (const name of ['small', 'large']) {
      const { sample, queries } = await watch(tableNamed(name));
      expect((sample as TableSample).rows).toBe(200);
      expect(queries.map(({ under }) => under)).toEqual([{ readOnly: 'on', timeout: '5s' }]);
    }
    const { rows } = await client.query<{ statement_timeout: string }>('show statement_timeout');
    expect(rows[0]).toEqual({ statement_timeout: '0' });
  });

  it('is a share of a large table’s blocks, never a full scan', async () => {
    const { queries } = await watch(tableNamed('large'));
    const [{ text, values }] = queries;
    const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(
      `explain (analyze, buffers, format json) ${text}`,
      values,
    );
    const plan = JSON.stringify(rows[0]['QUERY PLAN']);
    expect(plan).toContain('Sample Scan');
    expect(plan).not.toContain('Seq Scan');
    const [{ pages }] = await database.query<{ pages: number }>(
      "select relpages as pages from pg_class where relname = 'large'",
    );
    const [{ Plan: root }] = rows[0]['QUERY PLAN'] as [{ Plan: Record<string, number> }];
    const read = root['Shared Hit Blocks'] + root['Shared Read Blocks'];
    expect(pages).toBeGreaterThan(5_000);
    expect(read).toBeLessThan(pages / 4);
  });

  it('is fair: rows from everywhere in the table, and others each time', async () => {
    for (const [name, count] of [
      ['small', 2_000],
      ['large', 60_000],
    ] as const) {
      const idsOf = async () => {
        const { sample } = await watch(tableNamed(name));
        return (sample as TableSample).values.get('id')!.map(Number);
      };
      const ids = await idsOf();
      const quarters = [0, 0, 0, 0];
      for (const id of ids) quarters[Math.min(3, Math.floor((4 * id) / count))]++;
      // 200 rows, 50 expected of each: fewer than 15 happen less than once in a million scans.
      for (const quarter of quarters) expect(quarter).toBeGreaterThan(15);
      expect(await idsOf()).not.toEqual(ids);
    }
  });

  it('ends with the time limit, and the table is told', async () => {
    const other = new pg.Client(database.url);
    await other.connect();
    try {
      await other.query('begin; lock table locked in access exclusive mode');
      const { sample } = await watch(tableNamed('locked'), { rows: 200, timeoutMs: 300 });
      expect((sample as SampleFailure).reason).toMatch(/took too long/);
      await other.query('rollback');
      const again = await watch(tableNamed('locked'));
      expect(again.sample).toMatchObject({ rows: 0 });
    } finally {
      await other.end();
    }
  });
});
