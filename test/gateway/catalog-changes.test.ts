import type pg from 'pg';
import { startGateway, type TestGateway } from '../support/gateway.js';

const canaries = /canary\d|Canary Person|\+31 20/;

describe('while the database changes under its clients', () => {
  let test: TestGateway;
  beforeEach(async () => {
    test = await startGateway();
  });
  afterEach(() => test.stop());

  /** Everything that a query shows, or the error. */
  async function shown(client: pg.Client, query: string | pg.QueryConfig): Promise<string> {
    try {
      return JSON.stringify((await client.query(query)).rows);
    } catch (error) {
      return `error ${(error as pg.DatabaseError).code} ${(error as Error).message}`;
    }
  }

  it('a prepared statement does not show what its table became', async () => {
    const client = await test.client();
    const prepared = { name: 'all', text: 'select * from orders order by 1 limit 5' };
    await client.query(prepared);
    await test.database.query(
      'alter table shop.orders rename to old; alter table shop.customers rename to orders',
    );
    expect(await shown(client, prepared)).not.toMatch(canaries);
    expect(await shown(client, 'select * from orders')).not.toMatch(canaries);
  });

  it('a column that was added shows nothing before it has a label', async () => {
    const client = await test.client();
    const prepared = { name: 'all', text: 'select * from customers where id = 1' };
    await client.query(prepared);
    await test.database.query(`alter table shop.customers add secret text default 'canary7'`);
    expect(await shown(client, prepared)).not.toMatch(canaries);
    expect(await shown(client, 'select secret from customers')).not.toMatch(canaries);
    expect(await shown(client, 'select * from orders natural join customers')).not.toMatch(canaries);
  });

  it('a masked column that was renamed shows nothing', async () => {
    const client = await test.client();
    const prepared = { name: 'one', text: 'select email from customers where id = 1' };
    await client.query(prepared);
    await test.database.query(
      `alter table shop.customers rename email to mail; alter table shop.customers rename city to email`,
    );
    expect(await shown(client, prepared)).not.toMatch(canaries);
    await test.database.query(
      `alter table shop.customers rename email to city; alter table shop.customers rename mail to town`,
    );
    expect(await shown(client, 'select town from customers where id = 1')).not.toMatch(canaries);
  });

  it('a statement prepared in SQL does not outlive what it was prepared under', async () => {
    const client = await test.client();
    await client.query('prepare p as select * from orders order by 1 limit 5');
    await client.query('execute p');
    await test.database.query(
      'alter table shop.orders rename to old; alter table shop.customers rename to orders',
    );
    expect(await shown(client, 'execute p')).toMatch(/^error 26000/);
  });

  it('a view put in the place of a table shows nothing', async () => {
    const client = await test.client();
    await client.query('select * from orders limit 1');
    await test.database.query(`
      alter table shop.orders rename to old;
      create view shop.orders as select id, id as customer, email as total from shop.customers`);
    expect(await shown(client, 'select * from orders limit 1')).not.toMatch(canaries);
  });

  it('sessions survive an upstream that goes away and comes back, and nothing passes meanwhile', async () => {
    const [idle, busy, open] = [await test.client(), await test.client('stew'), await test.client()];
    await open.query('begin');
    await open.query('select 1');
    const running = shown(busy, 'select pg_sleep(20)');
    await new Promise((done) => setTimeout(done, 300));
    await test.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    expect(await running).toMatch(/^error (08006|57P01)/);
    expect(await shown(open, 'select email from customers')).toMatch(/^error/);
    let answer = '';
    for (let tries = 0; tries < 20 && !answer.startsWith('['); tries++)
      answer = await shown(idle, 'select 1 as one');
    expect(answer).toBe('[{"one":1}]');
    expect(await shown(idle, 'select email from customers where id = 1')).not.toMatch(canaries);
  });
});
