import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Labels } from '../../../src/domain/classification/labels-file.js';
import pg from 'pg';
import { createDatabase, serverUrl } from '../../support/databases.js';
import { labelsFor } from '../../support/planning.js';
import { classified, wholeScrub } from '../../support/scrub-of-script.js';
import { shopOf } from '../../support/scripted-shop.js';
import { ScriptedSqlServer } from '../../support/tds-server/scripted-sql-server.js';
import { postgresEngine } from '../../../src/engines/postgres/postgres-engine.js';

/** Copies of SQL Server for analytics, over the wire from a test double of it. */
describe('a scrub of SQL Server', () => {
  let server: ScriptedSqlServer;
  let labels: Labels;
  let folder: string;

  beforeAll(async () => {
    server = await ScriptedSqlServer.start({ tables: shopOf(300, 2) });
    labels = await classified(server.url('shop'));
    folder = await mkdtemp(join(tmpdir(), 'scrubjay-copies-'));
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const run = (to: string) => wholeScrub({ from: server.url('shop'), to, labels });
  const passed = [
    'schema passed',
    'row-counts passed',
    'foreign-keys passed',
    'uniqueness passed',
    'masked-values passed',
    'leak-hunt passed',
  ];
  const outcomes = ({ verification }: Awaited<ReturnType<typeof run>>) =>
    verification.checks.map(({ check, outcome }) => `${check} ${outcome}`);

  describe('to PostgreSQL', () => {
    const name = `analytics_${process.pid}`;

    afterAll(async () => {
      for (const database of [name, `${name}__previous`])
        await query(`drop database if exists "${database}" with (force)`);
    });

    it('maps types and keys, masks, verifies, attests and publishes', async () => {
      const result = await run(serverUrl(name));
      expect(outcomes(result)).toEqual(expect.arrayContaining(passed));
      expect(result.statement.predicate.target.serverVersion).not.toBe('16.0.4135.4');
      const copy = await postgresEngine.open(serverUrl(name));
      const { tables } = await copy.introspect();
      await copy.close();
      const customers = tables.find((table) => table.name === 'customers')!;
      expect(customers.columns.map((column) => `${column.name} ${column.type.name}`)).toEqual([
        'id integer',
        'full_name character varying(100)',
        'email character varying(200)',
        'phone character varying(30)',
        'born date',
        'balance numeric(38,10)',
        'active boolean',
      ]);
      expect(customers.uniqueKeys.map((key) => key.columns)).toEqual([['id'], ['email']]);
      const details = tables.find((table) => table.name === 'order details')!;
      expect(details.foreignKeys[0]).toMatchObject({ columns: ['customer_id'], validated: true });
      const [row] = await query<Record<string, string>>(
        `select count(*) as met, max(d.id) as id, max(d.placed)::text as placed, max(d.seen at time zone 'UTC')::text as seen from dbo.customers c
         join sales."order details" d on d.customer_id = c.id and d.contact_email = c.email`,
        name,
      );
      expect(row).toEqual({
        met: '600',
        id: '9007199254741592',
        placed: '2026-02-03 04:05:06.00006',
        seen: '2026-02-03 02:05:06.123456',
      });
    });

    it('gives the same stand-ins as a scrub of PostgreSQL under the same key', async () => {
      const twin = await createDatabase(`
        create schema dbo;
        create table dbo.customers (id int primary key, email text);
        insert into dbo.customers select i + 1, lower((array['Ana','Ben','Carla','Dmitri','Emma','Farid','Greta','Hugo','Ines','Jakob'])[1 + i % 10])
          || '.' || i || '@corp.example' from generate_series(0, 299) i`);
      const source = await postgresEngine.openSource(twin.url);
      const twinLabels = await labelsFor(await source.catalog(), { 'dbo.customers.email': 'email-address' });
      await source.close();
      await wholeScrub({ from: twin.url, to: serverUrl(`${twin.name}_copy`), labels: twinLabels });
      const emails = 'select id, email from dbo.customers order by id';
      expect(await query(emails, name)).toEqual(await query(emails, `${twin.name}_copy`));
      await query(`drop database "${twin.name}_copy" with (force)`);
      await twin.drop();
    });
  });

  describe.each([
    ['parquet', 'parquet', 'read_parquet'],
    ['csv', 'csv', 'read_csv'],
    ['json', 'jsonl', 'read_json'],
  ])('to files as %s', (format, ending, reader) => {
    it('writes one a table, masked, verified and attested', async () => {
      const target = join(folder, format);
      const result = await run(`${target}?format=${format}`);
      expect(outcomes(result)).toEqual(expect.arrayContaining(passed));
      expect(
        readdirSync(target)
          .filter((name) => !name.startsWith('.'))
          .sort(),
      ).toEqual([`dbo.customers.${ending}`, `sales.order details.${ending}`]);
      const rows = await duckdb(
        `select count(*), count(distinct c.email), max(c.balance), max(d.id)
         from ${reader}('${target}/dbo.customers.${ending}') c
         join ${reader}('${target}/sales.order details.${ending}') d on d.customer_id = c.id and d.contact_email = c.email`,
      );
      expect(rows[0].slice(0, 2)).toEqual(['600', '300']);
      expect(rows[0][3]).toBe('9007199254741592');
      expect(
        JSON.stringify(await duckdb(`select * from ${reader}('${target}/dbo.customers.${ending}')`)),
      ).not.toContain('corp.example"');
    });
  });

  it('refuses a folder that is not empty, and keeps the old one when it is replaced', async () => {
    const target = join(folder, 'parquet');
    await writeFile(join(target, 'mine.txt'), 'mine');
    await expect(
      import('../../../src/engines/files/files-engine.js').then(({ filesEngine }) =>
        filesEngine.openTarget(target, { replace: false, source: {} as never }),
      ),
    ).rejects.toMatchObject({ code: 'target-not-empty' });
    await run(target);
    expect(existsSync(join(target, 'mine.txt'))).toBe(false);
    expect(existsSync(`${target}__previous/mine.txt`)).toBe(true);
  });

  it('leaves an incomplete folder and no copy where a value does not fit its type', async () => {
    const target = join(folder, 'unfit');
    const tables = shopOf(20, 1).map((table) => ({
      ...table,
      row: (i: number) =>
        table
          .row(i)
          .map((value, at) =>
            table.columns[at].type.startsWith('datetimeoffset') ? '2026-02-31 00:00:00 +00:00' : value,
          ),
    }));
    const other = await ScriptedSqlServer.start({ tables });
    try {
      await expect(
        wholeScrub({
          from: other.url('shop'),
          to: target,
          labels,
          policy: 'rules:\n  - mask: keep\n    because: nothing is sensitive here',
        }),
      ).rejects.toMatchObject({ code: 'copy-file' });
    } finally {
      await other.stop();
    }
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(folder).some((name) => name.startsWith('unfit__scrubjay_'))).toBe(true);
  });
});

async function query<Row extends pg.QueryResultRow>(sql: string, database = 'postgres'): Promise<Row[]> {
  const client = new pg.Client(serverUrl(database));
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function duckdb(sql: string): Promise<string[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(String));
  connection.closeSync();
  instance.closeSync();
  return rows;
}
