import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogOfFixture } from '../../bench/masking/tsql-catalog.js';
import { loadMaskingSet } from '../../bench/masking/masking-set.js';
import { protect } from '../../src/domain/rewriting/protect.js';
import type { Protection } from '../../src/domain/rewriting/rewrite-context.js';
import type { Rewriting } from '../../src/domain/rewriting/rewriting.js';
import { rewrite } from '../../src/domain/rewriting/rewrite.js';
import { loadTsqlParser } from '../../src/domain/rewriting/tsql/parser.js';
import { packageRoot } from '../../src/package-root.js';

const folder = join(packageRoot, 'bench/masking/set');

describe('rewriting T-SQL', () => {
  let protection: Protection;

  beforeAll(async () => {
    await loadTsqlParser();
    const catalog = catalogOfFixture(readFileSync(join(folder, 'fixture.tsql.sql'), 'utf8'));
    protection = protect(catalog, {
      role: 'analyst',
      access: 'masked',
      masks: loadMaskingSet(folder).masks.tsql,
    });
  });

  const ask = (sql: string): Rewriting =>
    rewrite(sql, { protection, names: { searchPath: ['dbo'], temporary: [] } });

  it.each([
    [
      'a query that names no masked column',
      'select Id, Country from dbo.Customers with (nolock) where Id = 3',
    ],
    ['COUNT(*), which reads no column', 'select count(*) from dbo.Customers'],
    [
      'totals with ROLLUP and options, which the parser does not know',
      'select Country, count(*) from dbo.Customers group by Country with rollup option (maxdop 1)',
    ],
    ['a text that looks like a query', "select 'select Email from dbo.Customers' as q -- Salary"],
    ['settings of a session', 'set nocount on; select 1'],
    ['a write of other columns', "update dbo.Orders set Status = 'paid' where Id = 3"],
  ])('lets %s pass as it is', (_, sql) => {
    expect(ask(sql)).toMatchObject({ outcome: 'rewritten', sql, masked: false });
  });

  it.each([
    ['a masked column', 'select Email from dbo.Customers'],
    ['a star', 'select * from Customers c'],
    ['a name in brackets and another case', 'select [EMAIL] from [DBO].[customers]'],
    ['CHECKSUM(*), which reads every column', 'select checksum(*) from dbo.Customers'],
    ['a computed column', 'select EmailLower from dbo.Customers'],
    ['a view', 'select Contact from dbo.vCustomers'],
    ['three parts of a column name', 'select dbo.Customers.Email from dbo.Customers'],
    ['a database before the schema', 'select Email from shop.dbo.Customers'],
    ['a condition', 'select Id from dbo.Employees where Salary > 100'],
    [
      'what drivers send',
      "exec sp_executesql N'select Email from Customers where Id = @p', N'@p int', @p = 3",
    ],
  ])('masks %s', (_, sql) => {
    const answer = ask(sql);
    expect(answer).toMatchObject({ outcome: 'rewritten', masked: true });
    expect(answer).not.toMatchObject({ sql });
  });

  it('moves hints into the subquery', () => {
    expect(ask('select c.Cvv from dbo.Cards as c with (nolock) where c.Id = 3')).toMatchObject({
      sql: expect.stringMatching(
        /from \[dbo\]\.\[Cards\] with \(nolock\)\) as c {2}where c\.Id = 3$/i,
      ) as string,
    });
  });

  it.each([
    ['a synonym', 'select Email from dbo.Cust', 'relation'],
    ['another server', 'select Email from srv.shop.dbo.Customers', 'relation'],
    ['SELECT INTO', 'select * into #c from dbo.Customers', 'statement'],
    ['a function of the users', 'select dbo.EmailOf(3)', 'function'],
    ['the context that holds the key', "select session_context(N'scrubjay.key_inner')", 'function'],
    ['a method of XML', "select x.value('.', 'int') from dbo.Orders", 'function'],
    ['a procedure of the users', 'exec dbo.GetCustomer 3', 'function'],
    ['SQL in a string', "exec ('select 1')", 'function'],
    ['a pass-through query', "select * from openquery(srv, 'select 1')", 'construct'],
    ['statistics', 'select * from sys.dm_db_stats_histogram(1, 2)', 'function'],
    ['source text of views', 'select definition from sys.views', 'relation'],
    ['OUTPUT of masked columns', 'delete from dbo.Cards output deleted.Pan where Id = 3', 'write'],
    ['a setting that makes names of strings', 'set quoted_identifier off', 'setting'],
    [
      'a common table expression with the name of a table',
      'with a as (select Email from Customers), Customers as (select 1 as x) select * from a',
      'construct',
    ],
    ['a comment that does not end', 'select 1 /* /* */', 'syntax'],
    ['several batches', 'select 1\nGO\nselect 2', 'several-statements'],
  ])('refuses %s', (_, sql, code) => {
    expect(ask(sql)).toMatchObject({ outcome: 'refused', code });
  });
});
