import { subsetSchema } from '../../src/domain/scrub/subset/subset.js';
import { type ScrubbedCopy, scrubbedCopy } from '../support/scrubbed-copy.js';
import { labelsFor, policyOf, shippedRules } from '../support/planning.js';
import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import { createDatabase } from '../support/databases.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';

const shop = `
  create table countries (code text primary key);
  insert into countries values ('DE'), ('FR'), ('IT');
  create table customers (id integer primary key, mail text unique, country text references countries, referrer integer references customers);
  insert into customers select i, 'ana' || i || '@corp.example', (array['DE','FR','IT'])[1 + i % 3], case when i > 1 then i / 2 end from generate_series(1, 400) i;
  create table products (id integer primary key, maker integer, name text);
  create table makers (id integer primary key, flagship integer references products);
  insert into products select i, 1 + i % 10, 'thing ' || i from generate_series(1, 50) i;
  insert into makers select i, i from generate_series(1, 10) i;
  alter table products add foreign key (maker) references makers;
  create table orders (id bigint, at date, customer integer references customers, primary key (id, at)) partition by range (at);
  create table orders_old partition of orders for values from (minvalue) to ('2024-01-01');
  create table orders_new partition of orders default;
  insert into orders select i, date '2023-06-01' + i % 400, 1 + i % 400 from generate_series(1, 2000) i;
  create table lines (order_id bigint, order_at date, product integer references products, foreign key (order_id, order_at) references orders);
  insert into lines select 1 + i % 2000, date '2023-06-01' + (1 + i % 2000) % 400, 1 + i % 50 from generate_series(0, 5999) i;
  create table notes (id integer primary key, kind text, about text, tags text[], data jsonb);
  insert into notes select i, case when i % 2 = 0 then 'Customer' else 'Product' end, (1 + i % 50)::text,
    array['ana' || i || '@corp.example'], jsonb_build_object('who', jsonb_build_array(jsonb_build_object('id', i))) from generate_series(1, 200) i;
  create table versions (n integer); insert into versions values (7);
  analyze;`;

const types = { 'customers.mail': 'email-address' };
const column = (table: string, name: string) => ({ schema: 'public', table, column: name });

describe('a subset', () => {
  const copies: ScrubbedCopy[] = [];
  afterAll(async () => {
    for (const copy of copies) await copy.drop();
  });

  async function subsetOf(
    subset: unknown,
    references: Parameters<typeof scrubbedCopy>[1] = {},
  ): Promise<ScrubbedCopy> {
    const copy = await scrubbedCopy(shop, { types, subset, ...references });
    copies.push(copy);
    return copy;
  }
  const count = async (copy: ScrubbedCopy, sql: string) =>
    Number((await copy.rows<{ n: string }>(`select (${sql}) as n`))[0].n);

  it('has the rows asked for, all that refer to them, and all that those refer to, in cycles too', async () => {
    const copy = await subsetOf({ start: [{ table: 'public.customers', rows: 5, where: 'id > 300' }] });
    expect(copy.result.verification.problems).toEqual([]);
    // Five, and those who referred them, up to the first customer.
    const customers = await count(copy, 'select count(*) from customers');
    expect(customers).toBeGreaterThan(5);
    expect(customers).toBeLessThan(45);
    // Nobody refers to those above 300 as a referrer, so each of the five has its five orders.
    expect(await count(copy, 'select count(*) from orders')).toBe(25);
    expect(await count(copy, 'select count(*) from lines')).toBe(75);
    expect(await count(copy, 'select count(*) from products')).toBeGreaterThan(0);
    expect(await count(copy, 'select count(*) from versions')).toBe(0);
    // The keys stand and are valid: nothing refers to nothing.
    expect(
      await count(copy, `select count(*) from pg_constraint where contype = 'f' and not convalidated`),
    ).toBe(0);
    expect(await count(copy, `select count(*) from customers where mail like '%corp.example'`)).toBe(0);
  });

  it('follows limits, and leaves whole what should be', async () => {
    const copy = await subsetOf({
      start: [{ table: 'customers', rows: 10, where: 'id > 300' }],
      children: { depth: 1, perRow: 2, skip: ['customers_referrer_fkey'] },
      whole: ['versions', 'public.products'],
    });
    expect(await count(copy, 'select count(*) from orders')).toBe(20);
    expect(await count(copy, 'select count(*) from lines')).toBe(0);
    expect(await count(copy, 'select count(*) from products')).toBe(50);
    expect(await count(copy, 'select count(*) from versions')).toBe(1);
  });

  it('follows references that people declared: polymorphic ids, arrays and JSON', async () => {
    const copy = await subsetOf(
      { start: [{ table: 'notes', rows: 20 }], children: { depth: 0 } },
      {
        references: [
          {
            from: column('notes', 'about'),
            to: column('customers', 'id'),
            when: { column: 'kind', equals: 'Customer' },
          },
          { from: column('notes', 'tags'), to: column('customers', 'mail') },
          { from: column('notes', 'data'), to: column('customers', 'id'), path: '$.who[*].id' },
        ],
      },
    );
    expect(await count(copy, 'select count(*) from notes')).toBe(20);
    const missing = `select count(*) from notes n where kind = 'Customer' and not exists (select from customers where id::text = n.about)
      or not exists (select from customers where id::text = data #>> '{who,0,id}') or not exists (select from customers where mail = any (tags))`;
    expect(await count(copy, missing)).toBe(0);
    expect(await count(copy, 'select count(*) from customers')).toBeLessThan(250);
  });

  it('tells before it runs how many rows each table will have, about', async () => {
    const subset = {
      start: [{ table: 'customers', share: 0.1 }],
      children: { skip: ['customers_referrer_fkey'] },
    };
    const copy = await subsetOf(subset);
    const { families, expected } = copy.plan.subset!;
    for (const [i, { name }] of families.entries()) {
      const rows = await count(copy, `select count(*) from ${name}`);
      expect([name, expected[i] >= rows / 2.5 - 5, expected[i] <= rows * 2.5 + 5]).toEqual([
        name,
        true,
        true,
      ]);
    }
  });

  it.each([
    ['a table that is not there', { start: [{ table: 'nobody', rows: 1 }] }, 'unknown-table'],
    ['a start that says nothing', { start: [{ table: 'customers' }] }, 'unclear-subset'],
    [
      'a table twice',
      {
        start: [
          { table: 'customers', rows: 1 },
          { table: 'customers', share: 1 },
        ],
      },
      'unclear-subset',
    ],
  ])('refuses %s in planning', async (_, subset, code) => {
    const database = await createDatabase(shop);
    const session = await postgresEngine.open(database.url);
    const catalog = await session.introspect();
    await session.close();
    await database.drop();
    const { informationTypes } = await shippedRules();
    const plan = planScrub({
      ...{
        catalog,
        labels: await labelsFor(catalog, types),
        labelsSha256: '',
        keyId: '',
        types: informationTypes,
      },
      policy: await policyOf('default'),
      subset: subsetSchema.parse(subset),
    });
    expect(plan.refusals.map((refusal) => refusal.code)).toEqual([code]);
  });
});
