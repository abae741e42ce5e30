import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { CopyOutQuery } from '../../../src/engines/postgres/copy-out-query.js';
import { DivertingSocket } from '../../../src/engines/postgres/diverting-socket.js';
import { createDatabase, type TestDatabase } from '../../support/databases.js';
import { copyFormats } from '../../support/copy-formats.js';

/** A socket that diverts, and one of Node's own, as TLS has it. */
const sockets = {
  diverting: () => new DivertingSocket(),
  plain: undefined,
};

describe.each(Object.entries(sockets))('rows read through a %s socket', (_, stream) => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createDatabase(`
      create table t (id integer, text text);
      insert into t select i, repeat(chr(97 + i % 26), (i * 7919) % 900) from generate_series(1, 9000) i;
      insert into t values (0, repeat('long', 500000)), (-1, null);`);
  });
  beforeEach(async () => {
    client = new pg.Client({ connectionString: database.url, ...(stream && { stream }) });
    await client.connect();
  });
  afterEach(() => client.end());
  afterAll(() => database.drop());

  async function read(sql: string, pace: () => Promise<unknown> = () => Promise.resolve()): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of client.query(new CopyOutQuery(sql))) {
      chunks.push(Buffer.from(chunk));
      await pace();
    }
    return Buffer.concat(chunks);
  }

  it.each(['text', 'binary'] as const)('are what the server sent, in %s', async (format) => {
    const rows = await read(`copy t to stdout (format ${format})`);
    expect(rows.equals(await copyFormats.read(database.url, 't', format))).toBe(true);
  });

  it('wait for whoever takes them', async () => {
    const rows = await read('copy t to stdout', () => wait(20));
    expect(rows.equals(await copyFormats.read(database.url, 't', 'text'))).toBe(true);
  });

  it('leave the session ready for the next statement', async () => {
    for (const sql of ['copy t to stdout', 'copy (select where false) to stdout', 'copy t to stdout']) {
      await read(sql);
      expect((await client.query<{ n: number }>('select 7 as n')).rows).toEqual([{ n: 7 }]);
    }
  });

  it('end in the server’s error when it meets one on the way', async () => {
    const failing = read('copy (select 1 / (8000 - id) from t) to stdout');
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect((await client.query<{ n: number }>('select 7 as n')).rows).toEqual([{ n: 7 }]);
    await expect(read('copy nothing to stdout')).rejects.toMatchObject({ code: '42P01' });
  });

  it('let notices pass', async () => {
    await client.query(`create or replace function speaking(integer) returns integer language plpgsql as
      $$ begin raise notice 'row %', $1; return $1; end $$`);
    const rows = await read('copy (select speaking(i) from generate_series(1, 500) i) to stdout');
    expect(rows.toString().trim().split('\n')).toHaveLength(500);
  });

  it('end in an error when the connection breaks', async () => {
    client.on('error', () => undefined);
    const { pid } = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0];
    let chunks = 0;
    const reading = read('copy (select t.* from t, generate_series(1, 50)) to stdout', async () => {
      if (chunks++ === 3) await database.query('select pg_terminate_backend($1)', [pid]);
    });
    await expect(reading).rejects.toThrow();
  });
});
