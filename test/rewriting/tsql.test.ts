import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogOfFixture } from '../../bench/masking/tsql-catalog.js';
import { loadMaskingSet } from '../../bench/masking/masking-set.js';
import type { ColumnMask, RowsMask } from '../../src/domain/policy/column-mask.js';
import type { Table } from '../../src/domain/catalog/catalog.js';
import { protect } from '../../src/domain/rewriting/protect.js';
import type { QueryCatalog } from '../../src/domain/rewriting/query-catalog.js';
import type { Protection } from '../../src/domain/rewriting/rewrite-context.js';
import type { Rewriting } from '../../src/domain/rewriting/rewriting.js';
import { rewrite } from '../../src/domain/rewriting/rewrite.js';
import { loadTsqlParser } from '../../src/domain/rewriting/tsql/parser.js';
import { packageRoot } from '../../src/package-root.js';

const folder = join(packageRoot, 'bench/masking/set');

describe('rewriting T-SQL', () => {
  let protection: Protection;
  let catalog: QueryCatalog;

  beforeAll(async () => {
    await loadTsqlParser();
    catalog = catalogOfFixture(readFileSync(join(folder, 'fixture.tsql.sql'), 'utf8'));
    protection = protect(catalog, {
      role: 'analyst',
      access: 'masked',
      masks: loadMaskingSet(folder).masks.tsql,
    });
  });

  const names = { searchPath: ['dbo'], temporary: [] };
  const ask = (sql: string): Rewriting => rewrite(sql, { protection, names });

  /** Asks where the database has other tables. */
  const askOf = (
    tables: readonly Table[],
    masks: ReadonlyMap<string, ColumnMask>,
    sql: string,
  ): Rewriting => {
    const other = { ...catalog, catalog: { ...catalog.catalog, tables } };
    return rewrite(sql, { protection: protect(other, { role: 'analyst', access: 'masked', masks }), names });
  };

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
    ['a synonym of which no masked column is read', 'select Country from dbo.Cust'],
    ['a variable', "declare @s char(2); set @s = 'NL'; select Id from Customers where Country = @s"],
    [
      'a write to a table by its alias',
      "update o set o.Status = 'paid' from dbo.Orders o join dbo.Customers c on c.Id = o.CustomerId where c.Country = 'DE'",
    ],
    [
      'a deletion by an alias',
      'delete o from dbo.Customers c join dbo.Orders o on o.CustomerId = c.Id where c.Id = 3',
    ],
    ['names of routines and views', 'select routine_name from information_schema.routines'],
    ['IF', 'if exists (select 1 from dbo.Orders) begin select 1; select 2 end else select 3'],
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
    ['a name that a collation without widths holds equal', 'select Ｅmail from dbo.Customers'],
    ['a name that a collation without accents holds equal', 'select Émail from dbo.Customers'],
    ['a name with a sign that has no weight', 'select [E\u00admail] from dbo.Customers'],
    ['a name with a blank at its end', 'select [Email ] from dbo.Customers'],
    ['a synonym', 'select Cust.Email from dbo.Cust where dbo.Cust.Id = 3'],
    ['a variable that is set', 'declare @e varchar(99); set @e = (select max(Email) from Cust); select @e'],
    ['a condition of IF', "if exists (select 1 from Customers where Email like 'a%') select 1 else select 2"],
    ['a branch of IF', 'if 1 = 2 select 1 else if 1 = 1 begin select 2; select Email from Cust end'],
    ['a hint with an index', 'select Email from dbo.Customers c with (index(1), nolock)'],
    ['sets of groups', 'select Email, count(*) from dbo.Customers group by grouping sets ((Email), ())'],
    ['groups of every order', 'select Email from Customers group by cube (Email, Country), rollup (Id)'],
    [
      'a list that is joined by XML',
      "select stuff((select ',' + Email from Cust for xml path(''), type).value('(./text())[1]', 'nvarchar(max)'), 1, 1, '')",
    ],
    ['a list by way of XML', "select ',' + Email from Customers for xml path(''), root('r')"],
    [
      'what drivers send',
      "exec sp_executesql N'select Email from Customers where Id = @p', N'@p int', @p = 3",
    ],
  ])('masks %s', (_, sql) => {
    const answer = ask(sql);
    expect(answer).toMatchObject({ outcome: 'rewritten', masked: true });
    expect(answer).not.toMatchObject({ sql });
  });

  it('masks each statement of a batch by itself', () => {
    const answer = ask('select Id from dbo.Orders; select Email from Customers');
    expect(answer).toMatchObject({ outcome: 'rewritten', masked: true });
    expect(answer).toMatchObject({
      sql: expect.stringMatching(/^select Id from dbo\.Orders; select/) as string,
    });
  });

  describe('of a mask for some rows', () => {
    const of = (
      where: RowsMask['where'],
      being: RowsMask['being'],
      sql = 'select Email from dbo.Customers',
    ): Rewriting => {
      const { masks } = loadMaskingSet(folder);
      const email = masks.tsql.get('dbo.Customers.Email')!;
      const rows = [{ where, being, show: 'as-it-is' as const }];
      return rewrite(sql, {
        protection: protect(catalog, {
          ...{ role: 'analyst', access: 'masked' },
          masks: new Map([...masks.tsql, ['dbo.Customers.Email', { ...email, rows }]]),
        }),
        names,
      });
    };
    const country = 'cast([Country] as nvarchar(max)) collate Latin1_General_BIN2';

    it.each([
      [
        'a text',
        'true',
        { column: 'Country', in: ['NL', "O'B"] },
        `case when ${country} in (N'NL', N'O''B') then [Email] else`,
      ],
      [
        'what is not true',
        'false',
        { column: 'Country', equals: 'NL' },
        `case when not (${country} = N'NL') then`,
      ],
      [
        'what is unknown',
        'true-or-unknown',
        { column: 'Country', equals: 'NL' },
        `case when (${country} = N'NL') or [Country] is null then`,
      ],
      ['a number', 'true', { column: 'Id', equals: 7 }, 'case when [Id] = 7 then'],
      ['NULL', 'true', { column: 'Country', isNull: false }, 'case when [Country] is not null then'],
    ] as const)('asks for %s', (_, being, where, says) => {
      expect(of({ ...where, in: 'in' in where ? [...where.in] : undefined }, being)).toMatchObject({
        outcome: 'rewritten',
        masked: true,
        sql: expect.stringContaining(says) as string,
      });
    });

    it('lets nobody change what tells the rows', () => {
      const asking = (sql: string) => of({ column: 'Country', equals: 'NL' }, 'true', sql);
      for (const column of ['Country', '[COUNTRY]', 'c.country'])
        expect(asking(`update c set ${column} = 'NL' from dbo.Customers c where c.Id = 3`)).toMatchObject({
          outcome: 'refused',
        });
      expect(asking("update dbo.Customers set Country = 'NL' where Id = 3")).toMatchObject({
        reason: expect.stringContaining('tells which rows are masked') as string,
      });
      expect(asking("update dbo.Customers set Segment = 'vip' where Country = 'NL'")).toMatchObject({
        outcome: 'rewritten',
      });
    });

    it('shows nothing where a masked column would tell the rows, in whatever case it is named', () => {
      expect(of({ column: 'PHONE', isNull: true }, 'true')).toMatchObject({
        sql: expect.stringMatching(/cast\(null as [^)]+\)?\) as \[Email\]/) as string,
      });
    });
  });

  it('moves hints into the subquery', () => {
    expect(ask('select c.Cvv from dbo.Cards as c with (nolock) where c.Id = 3')).toMatchObject({
      sql: expect.stringMatching(
        /from \[dbo\]\.\[Cards\] with \(nolock\)\) as c {2}where c\.Id = 3$/i,
      ) as string,
    });
  });

  it.each([
    ['another server', 'select Email from srv.shop.dbo.Customers', 'relation'],
    ['SELECT INTO', 'select * into #c from dbo.Customers', 'statement'],
    ['a function of the users', 'select dbo.EmailOf(3)', 'function'],
    ['the context that holds the key', "select session_context(N'scrubjay.key_inner')", 'function'],
    ['a method of XML', "select x.value('.', 'int') from dbo.Orders", 'function'],
    [
      'a method of XML that reads a column by a string',
      `select (select 1 as a for xml path(''), type).value('sql:column("Email")', 'nvarchar(99)') from Customers`,
      'construct',
    ],
    [
      'a method of what is not made of XML',
      "select (select Attributes from Orders where Id = 1).value('.', 'int')",
      'construct',
    ],
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
    [
      'a synonym ahead of a common table expression of its name',
      'with a as (select Email from Cust), Cust as (select 1 as x) select * from a',
      'construct',
    ],
    ['a function of the users by the name of a built-in', 'select * from month(1)', 'function'],
    ['a write through a synonym', "update Cust set Email = 'x'", 'write'],
    [
      'a write to masked columns by an alias',
      "update c set Email = 'x' from dbo.Orders o join Customers c on c.Id = 1",
      'write',
    ],
    [
      'a write of masked values by an alias',
      'update o set Status = c.Email from dbo.Orders o, dbo.Customers c',
      'write',
    ],
    [
      'a deletion by an alias where a masked value is so',
      "delete c from dbo.Orders o join dbo.Customers c on c.Id = o.CustomerId where c.Email like 'a%'",
      'write',
    ],
    ['source text of routines', 'select routine_definition from information_schema.routines', 'relation'],
    ['a write behind WITH', "with x as (select 1 as a) update dbo.Orders set Status = 'paid'", 'construct'],
    ['a deletion behind WITH', 'with x as (select Id from dbo.Orders) delete from x', 'construct'],
    [
      'an insertion behind WITH',
      'with x as (select Id from dbo.Orders) insert into dbo.Orders (CustomerId) select Id from x',
      'construct',
    ],
    ['a write within a query', 'select * from (delete from dbo.Orders output deleted.Id) d', 'construct'],
    ['a write within IF', "if 1 = 1 update Customers set Email = 'x'", 'write'],
    ['a statement that the parser takes for an alias', 'select Id from dbo.Orders revert', 'syntax'],
    ['a column by what it is for', 'select rowguidcol from dbo.Customers', 'syntax'],
    ['code within IF', 'if 1 = 1 exec dbo.GetCustomer 3', 'function'],
    ['a write to a name that may mean a masked column', "update Customers set Ｅmail = 'x'", 'write'],
    ['source text by a name that may mean it', 'select ｄefinition from sys.check_constraints', 'relation'],
    ['a comment that does not end', 'select 1 /* /* */', 'syntax'],
    [
      'a comment that a carriage return ends for the server alone',
      'select Id from dbo.Orders --\runion select Email from dbo.Customers',
      'syntax',
    ],
    ['several batches', 'select 1\nGO\nselect 2', 'several-statements'],
  ])('refuses %s', (_, sql, code) => {
    expect(ask(sql)).toMatchObject({ outcome: 'refused', code });
  });

  it('masks a column that the parser takes for the sign of a constant', () => {
    const [first, ...others] = catalog.catalog.tables;
    const [, named, ...columns] = first.columns;
    const tables = [
      { ...first, columns: [first.columns[0], { ...named, name: 'X' }, ...columns] },
      ...others,
    ];
    const email = loadMaskingSet(folder).masks.tsql.get('dbo.Customers.Email')!;
    expect(
      askOf(tables, new Map([['dbo.Customers.X', email]]), "select X'a' from dbo.Customers"),
    ).toMatchObject({ outcome: 'rewritten', masked: true });
  });

  it('masks a column of an alias type by the type under it, since a cast takes no other', () => {
    const aliased = { name: 'dbo.mail', base: 'nvarchar(200)', notNull: false, checks: [] };
    const tables = catalog.catalog.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) =>
        column.name === 'Email'
          ? { ...column, type: { ...column.type, name: 'dbo.mail', domain: aliased } }
          : column,
      ),
    }));
    const { masks } = loadMaskingSet(folder);
    const { sql } = askOf(tables, masks.tsql, 'select Email from dbo.Customers') as { readonly sql: string };
    expect(sql).toContain('as nvarchar(200))');
    expect(sql).not.toContain('dbo.mail');
  });

  it('refuses a relation of which there is another but for case', () => {
    const tables = catalog.catalog.tables.flatMap((table) =>
      table.name === 'Orders' ? [table, { ...table, name: 'ORDERS' }] : [table],
    );
    expect(askOf(tables, new Map(), 'select Id from dbo.Orders')).toMatchObject({
      outcome: 'refused',
      code: 'relation',
    });
  });

  it.each([
    ['SELECT INTO', 'select Email into #kept from dbo.Customers', 'select Email from dbo.Customers'],
    ['a batch', 'select Email from Customers\nGO\nselect 2', 'select Email from Customers\n;\nselect 2'],
    ['USE of the database itself', 'use shop; select Email from Customers', 'select Email from Customers'],
    ['SQL in a string', "exec ('select Email from Customers')", 'select Email from Customers'],
    [
      'sp_executesql without parameters',
      "exec sys.sp_executesql N'select Email from Customers where Country = ''NL''';",
      "select Email from Customers where Country = 'NL';",
    ],
    [
      'what a driver wrapped, which stays wrapped',
      "exec sp_executesql N'select length(Email) from Customers where Id = @p', N'@p int', @p = 3",
      "exec sp_executesql N'select len(Email) from Customers where Id = @p', N'@p int', @p = 3",
    ],
    [
      'functions of other databases',
      "select now(), ifnull(Country, 'x') from dbo.Customers",
      "select getdate(), isnull(Country, 'x') from dbo.Customers",
    ],
    [
      'a table in another schema',
      'select c.Email from hr.Customers c',
      'select c.Email from [dbo].[Customers] c',
    ],
    [
      'tables of another database and server',
      'select c.Email from other.dbo.Customers c join srv.shop.dbo.Orders o on o.Id = c.Id',
      'select c.Email from [dbo].[Customers] c join [dbo].[Orders] o on o.Id = c.Id',
    ],
    [
      'hints of a query',
      "select Id from dbo.Customers option (use hint('FORCE_LEGACY_CARDINALITY_ESTIMATION'))",
      'select Id from dbo.Customers',
    ],
    [
      'hints of a table, and of a join',
      'select c.Id from dbo.Customers c with (forceseek(ix(Id))) inner hash join dbo.Orders o on o.Id = c.Id',
      'select c.Id from dbo.Customers c inner join dbo.Orders o on o.Id = c.Id',
    ],
    [
      'a hint without WITH',
      'select Email from dbo.Customers (nolock)',
      'select Email from dbo.Customers with (nolock)',
    ],
    ['a setting that tells of plans', 'set statistics io on; select 1', 'select 1'],
    [
      'OUTPUT of masked columns',
      'delete from dbo.Cards output deleted.* where Id = 3',
      'delete from dbo.Cards output deleted.[Id], deleted.[CustomerId] where Id = 3',
    ],
  ])('proposes in place of %s what passes', (_, sql, instead) => {
    expect(ask(sql)).toMatchObject({ outcome: 'refused', instead });
    expect(ask(instead)).toMatchObject({ outcome: 'rewritten' });
  });

  it.each([
    ['a setting that changes the answer', 'set rowcount 10; select 1'],
    ['a setting without which a write would run', "set showplan_all on; update Orders set Status = 'paid'"],
    ['a setting and nothing else', 'set statistics io on'],
    ['a text that is computed', 'exec sp_executesql @sql'],
    ['a table that nobody knows', 'select * from Nowhere'],
    ['a query behind which something else is refused', 'select * into #c from Customers; drop table Orders'],
    ['more than is mended', `select ${'now(), '.repeat(5_000)}1`],
  ])('proposes nothing in place of %s', (_, sql) => {
    const answer = ask(sql);
    expect(answer).toMatchObject({ outcome: 'refused' });
    expect(answer).not.toHaveProperty('instead');
  });
});
