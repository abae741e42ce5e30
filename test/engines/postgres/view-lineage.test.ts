import type { ColumnName } from '../../../src/domain/catalog/catalog.js';
import { loadPostgresParser } from '../../../src/domain/rewriting/postgres/parser.js';
import { viewLineage } from '../../../src/engines/postgres/view-lineage.js';

const people = {
  schema: 'shop',
  name: 'people',
  columns: ['id', 'first_name', 'last_name', 'email', 'profile'],
};
const orders = { schema: 'shop', name: 'orders', columns: ['id', 'buyer', 'total'] };
const print = ({ table, column }: ColumnName) => `${table}.${column}`;
const shows = (definition: string) =>
  viewLineage(definition, [people, orders])?.map((columns) => columns.map(print));

describe('what the columns of a view show', () => {
  beforeAll(loadPostgresParser);

  it('is the column behind another name, through joins and aliases', () => {
    expect(
      shows('select p.email as contact, o.total from shop.people p join orders o on o.buyer = p.id'),
    ).toEqual([['people.email'], ['orders.total']]);
  });

  it('is each column that is put together, cut or chosen from', () => {
    expect(
      shows(`select first_name || ' ' || last_name, upper(email)::varchar, coalesce(email, first_name),
                    case when email is null then last_name else first_name end, profile ->> 'x',
                    "substring"(email, 1, 3), (select max(o.total) from orders o where o.buyer = p.id)
               from people p`),
    ).toEqual([
      ['people.first_name', 'people.last_name'],
      ['people.email'],
      ['people.email', 'people.first_name'],
      ['people.last_name', 'people.first_name'],
      ['people.profile'],
      ['people.email'],
      ['orders.total'],
    ]);
  });

  it('is nothing for counts, comparisons, digests and constants', () => {
    expect(
      shows(`select count(email), email = 'x', md5(email), length(email), 1, email is null from people`),
    ).toEqual([[], [], [], [], [], []]);
  });

  it('goes through subqueries, common table expressions and unions', () => {
    expect(shows('select x.a from (select email as a from people) x')).toEqual([['people.email']]);
    expect(shows('select x.b from (select email from people) x(b)')).toEqual([['people.email']]);
    expect(shows('with w(c) as (select last_name from people) select c as d from w')).toEqual([
      ['people.last_name'],
    ]);
    expect(shows('select email from people union all select buyer::text from orders')).toEqual([
      ['people.email', 'orders.buyer'],
    ]);
    expect(
      shows(
        'with recursive r as (select id, email from people union all select id, email from r) select email from r',
      ),
    ).toEqual([['people.email']]);
  });

  it('is all columns for a star, and the row’s for a row', () => {
    expect(shows('select o.* from people p, orders o')).toEqual([
      ['orders.id'],
      ['orders.buyer'],
      ['orders.total'],
    ]);
    expect(shows('select to_jsonb(o) from orders o')).toEqual([
      ['orders.id', 'orders.buyer', 'orders.total'],
    ]);
  });

  it('is unknown where nothing can be parsed', () => {
    expect(shows('this is no view')).toBeUndefined();
  });
});
