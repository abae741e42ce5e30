import pg from 'pg';
// @ts-expect-error: there are no types
import Cursor from 'pg-cursor';
import { startGateway, type TestGateway } from '../support/gateway.js';

describe('a session through the gateway', () => {
  let test: TestGateway;
  beforeAll(async () => {
    test = await startGateway();
  });
  afterAll(() => test.stop());

  it('answers simple and parameterised queries', async () => {
    const client = await test.client();
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    const { rows } = await client.query('select id, total from orders where id = $1', [7]);
    expect(rows).toEqual([{ id: 7, total: '8.75' }]);
  });

  it('shows masked values to the role with a policy, and others to the clear one', async () => {
    const sql = 'select name, email, phone, city from customers where id = 3';
    const ana = await test.client();
    const { rows } = await ana.query(sql);
    expect(JSON.stringify(rows)).not.toMatch(/canary3@|Canary Person|\+31/);
    expect(rows[0]).toMatchObject({ name: null, phone: null, city: 'Utrecht' });
    const stew = await test.client('stew');
    expect((await stew.query(sql)).rows[0]).toMatchObject({ email: 'canary3@example.org' });
  });

  it('keeps one transaction on one connection, and lets an error fail it', async () => {
    const client = await test.client();
    await client.query('begin');
    const [{ a }] = (await client.query<{ a: string }>('select txid_current() as a')).rows;
    const [{ b }] = (await client.query<{ b: string }>('select txid_current() as b')).rows;
    expect(a).toBe(b);
    await expect(client.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' });
    await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
    await client.query('rollback');
    expect((await client.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
  });

  it('lets a refusal fail the transaction that it happens in', async () => {
    const client = await test.client();
    await client.query('begin');
    await client.query('update orders set total = 0 where id = 11');
    await expect(client.query('vacuum')).rejects.toMatchObject({ code: '42501' });
    expect((await client.query('commit')).command).toBe('ROLLBACK');
    expect((await client.query('select total from orders where id = 11')).rows).toEqual([{ total: '13.75' }]);
  });

  it('lets a refusal fail the batch that it happens in', async () => {
    const client = await test.client();
    await client.query('begin');
    await client.query('update orders set total = 0 where id = $1', [12]);
    await expect(client.query('lock table orders in share mode', [])).rejects.toMatchObject({
      code: '42501',
    });
    expect((await client.query('commit', [])).command).toBe('ROLLBACK');
    expect((await client.query('select total from orders where id = 12')).rows).toEqual([{ total: '15.00' }]);
  });

  it('gives a prepared statement to every connection that runs it', async () => {
    const [first, second] = [await test.client(), await test.client()];
    const named = { name: 'by-id', text: 'select id from orders where id = $1' };
    for (const id of [1, 2, 3]) {
      for (const client of [first, second]) {
        expect((await client.query({ ...named, values: [id] })).rows).toEqual([{ id }]);
      }
    }
  });

  it('hands rows out in portions through a portal', async () => {
    const client = await test.client();
    await client.query('begin');
    const cursor = client.query(openCursor('select id from orders order by id'));
    const counts: number[] = [];
    for (let rows = await cursor.read(700); rows.length > 0; rows = await cursor.read(700))
      counts.push(rows.length);
    expect(counts).toEqual([700, 700, 600]);
    await cursor.close();
    await client.query('commit');
  });

  it('returns binary results when asked', async () => {
    const client = await test.client('ana', { binary: true } as pg.ClientConfig);
    expect((await client.query('select id from orders where id = $1', [5])).rows).toEqual([{ id: 5 }]);
  });

  it('copies out what a query may show', async () => {
    const { to } = await import('pg-copy-streams');
    const client = await test.client();
    const chunks: Buffer[] = [];
    for await (const chunk of client.query(
      to('copy (select id, email from customers order by id) to stdout'),
    )) {
      chunks.push(chunk as Buffer);
    }
    const lines = Buffer.concat(chunks).toString().trim().split('\n');
    expect(lines).toHaveLength(50);
    expect(lines.join()).not.toContain('canary');
  });

  it('takes no rows in', async () => {
    const { from } = await import('pg-copy-streams');
    const client = await test.client('stew');
    const stream = client.query(from('copy orders from stdin'));
    const failed = new Promise((resolve) => stream.on('error', resolve));
    stream.end('1\t1\t1\n');
    expect(await failed).toMatchObject({ code: expect.stringMatching(/^(57014|42501)$/) as string });
    expect((await client.query('select count(*) from orders')).rows).toEqual([{ count: '2000' }]);
  });

  it('stops a statement that the client cancels', async () => {
    const client = await test.client('stew');
    const canceller = new pg.Client(test.url());
    const running = client.query('select pg_sleep(20)');
    await new Promise((done) => setTimeout(done, 300));
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    await cancel(canceller, test.gateway.port, processID, secretKey);
    await expect(running).rejects.toMatchObject({ code: '57014' });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('ends a statement that takes longer than the role may', async () => {
    const slow = await startGateway({
      sections: { roles: '{ analyst: { sees: clear, statementTimeout: 500ms }, steward: { sees: clear } }' },
    });
    const client = await slow.client();
    await expect(client.query('select pg_sleep(20)')).rejects.toMatchObject({ code: '57014' });
    await slow.stop();
  });

  it('ends a statement that returns more rows than the role may have', async () => {
    const client = await test.client();
    const query = client.query('select a.id from orders a, orders b limit 6000');
    await expect(query).rejects.toMatchObject({ code: '53400' });
    expect((await client.query('select count(*) from orders')).rows).toEqual([{ count: '2000' }]);
  });

  it('keeps settings of one client from another', async () => {
    const [first, second] = [await test.client(), await test.client()];
    await first.query("set timezone to 'Asia/Tokyo'");
    expect((await first.query('show timezone')).rows).toEqual([{ TimeZone: 'Asia/Tokyo' }]);
    expect((await second.query('show timezone')).rows).not.toEqual([{ TimeZone: 'Asia/Tokyo' }]);
    await first.end();
    const third = await test.client();
    expect((await third.query('show timezone')).rows).not.toEqual([{ TimeZone: 'Asia/Tokyo' }]);
  });

  it('takes settings at the start, and refuses those that change what statements mean', async () => {
    const client = await test.client('ana', {
      application_name: 'report',
      options: '-c timezone=Asia/Tokyo',
    });
    expect((await client.query('show timezone')).rows).toEqual([{ TimeZone: 'Asia/Tokyo' }]);
    for (const options of [
      '-c role=postgres',
      '-c standard_conforming_strings=off',
      '--session_authorization=postgres',
      '-x',
    ]) {
      await expect(test.client('ana', { options })).rejects.toMatchObject({ code: '22023' });
    }
  });

  it('serves many clients with few connections', async () => {
    const clients = await Promise.all(Array.from({ length: 40 }, () => test.client()));
    const answers = await Promise.all(clients.map((client, i) => client.query('select $1::int as i', [i])));
    expect(answers.map(({ rows }) => (rows as { i: number }[])[0].i)).toEqual(clients.map((_, i) => i));
    const [{ count }] = await test.database.query<{ count: string }>(
      `select count(*) from pg_stat_activity where application_name = 'scrubjay gateway' and datname = current_database()`,
    );
    expect(Number(count)).toBeLessThanOrEqual(12);
    await Promise.all(clients.map((client) => client.end()));
  });

  it('sends no word of the server that could quote a row', async () => {
    const client = await test.client();
    await expect(client.query('insert into orders values (1, 1, 1)')).rejects.toMatchObject({
      code: '23505',
      detail: undefined,
      constraint: undefined,
      message: expect.stringContaining('constraint') as string,
    });
  });

  it('writes an audit of what was run and refused, without any value', async () => {
    const client = await test.client();
    await client.query("select id from orders where id = 77 or id::text = 'audited-value'");
    await client.query('vacuum').catch(() => undefined);
    const records = await test.audit();
    expect(records.find(({ statement }) => statement?.includes('id::text'))).toMatchObject({
      user: 'ana',
      role: 'analyst',
      database: 'shop',
      decision: 'passed',
      statement: 'select id from orders where id = ? or id::text = ?',
      rows: 1,
    });
    expect(records.find(({ decision }) => decision === 'refused')).toMatchObject({ refusal: 'statement' });
    expect(JSON.stringify(records)).not.toContain('audited-value');
  });
});

/** pg-cursor comes without types. */
function openCursor(
  sql: string,
): pg.Submittable & { read(rows: number): Promise<unknown[]>; close(): Promise<void> } {
  return new (Cursor as new (sql: string) => ReturnType<typeof openCursor>)(sql);
}

async function cancel(client: pg.Client, port: number, processId: number, secret: number): Promise<void> {
  const connection = client.connection as unknown as {
    connect(port: number, host: string): void;
    cancel(processId: number, secret: number): void;
    on(event: string, listener: () => void): void;
  };
  await new Promise<void>((done) => {
    connection.on('connect', () => connection.cancel(processId, secret));
    connection.on('end', done);
    connection.on('error', done);
    connection.connect(port, '127.0.0.1');
  });
}
