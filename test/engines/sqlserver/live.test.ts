import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createPseudonyms } from '../../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { planScrub } from '../../../src/domain/scrub/plan-scrub.js';
import { connect } from '../../../src/engines/sqlserver/connection.js';
import { introspect } from '../../../src/engines/sqlserver/introspection.js';
import { digestRows } from '../../../src/engines/sqlserver/row-digests.js';
import { rowsByKey } from '../../../src/engines/sqlserver/row-queries.js';
import { sqlServerEngine } from '../../../src/engines/sqlserver/sqlserver-engine.js';
import { readClassifier } from '../../../src/rules/read-classifier.js';
import { classifyDataSource } from '../../../src/runs/classify-run.js';
import { digestOfWork } from '../../../src/runs/resume.js';
import { runScrub, type ScrubProgress } from '../../../src/runs/scrub-run.js';
import { verifyCopy } from '../../../src/runs/verify-run.js';
import { serverUrl } from '../../support/databases.js';
import { labelsFor, policyOf, shippedRules } from '../../support/planning.js';
import { wholeScrub } from '../../support/scrub-of-script.js';
import { planFrom } from '../../support/scrubbed-copy.js';
import {
  createSqlServerDatabase,
  type SqlServerDatabase,
  sqlServerUrl,
  urlOf,
} from '../../support/sql-server.js';

/**
 * Against a real server: `MSSQL_URL=sqlserver://sa:…@localhost:1433/master?… npm run test:sqlserver`.
 * Skipped, and said to be, where there is none.
 */
const onSqlServer = sqlServerUrl === undefined ? describe.skip : describe;

const shop = `
  create schema sales
go
  create table dbo.customers (
    id int identity(5, 5) not null constraint pk_customers primary key,
    full_name nvarchar(100) not null,
    email nvarchar(200) null constraint uq_customers_email unique,
    phone varchar(30) null,
    born date null,
    balance decimal(38, 10) not null constraint df_balance default 0,
    rate float null,
    seen datetime2(6) null,
    active bit not null constraint df_active default 1,
    token uniqueidentifier null,
    photo varbinary(max) null,
    shout as (upper(full_name)),
    constraint ck_customers_balance check (balance >= 0)
  )
go
  create table sales.[order details] (
    id bigint not null constraint pk_details primary key,
    customer_id int not null constraint fk_details_customer references dbo.customers (id) on delete cascade,
    email nvarchar(200) null,
    [quoted name] nvarchar(max) null,
    placed datetime not null
  )
go
  create table dbo.plain (a int not null)
go
  insert into dbo.plain (a) values (1), (2)
go
  create table dbo.documents (
    id int not null constraint pk_documents primary key,
    body xml null,
    price money null,
    change smallmoney null,
    at datetimeoffset(7) null,
    opens time(3) null,
    noted smalldatetime null,
    fixed char(5) null,
    fee decimal(9, 2) null,
    share decimal(20, 4) null
  )
go
  insert into dbo.documents (id, body, price, change, at, opens, noted, fixed, fee, share)
  values (1, N'<order no="1"><note>a &amp; b ä</note></order>', -922337203685477.5808, 12.34, '2026-01-02 03:04:05.1234567 +02:00', '23:59:59.999', '2026-02-03 04:05', 'ab', -1234567.89, 1234567890123456.7891),
         (2, null, null, null, null, null, null, null, null, null)
go
  create index ix_details_customer on sales.[order details] (customer_id) include (placed)
go
  create view dbo.mails as select id, email from dbo.customers
go
  create procedure dbo.count_mails as select count(*) as n from dbo.mails
go
  create type dbo.order_lines as table (
    line int not null primary key, mail nvarchar(200) null, amount decimal(9, 2) not null default 1
  )
go
  create procedure dbo.count_lines @lines dbo.order_lines readonly as select count(*) as n, sum(amount) as total from @lines
go
  create trigger dbo.on_customer on dbo.customers after insert as set nocount on
go
  declare @i int = 1;
  while @i <= 500
  begin
    insert into dbo.customers (full_name, email, phone, born, balance, rate, seen, token, photo)
    values (choose(1 + @i % 5, N'Ana Müller', N'Ben Okafor', N'Carla Rossi', N'Dmitri Orlov', N'Emma Schmidt'), concat(N'ana.', @i, N'@corp.example'), concat('+49 30 90180', right(concat('000', @i), 3)),
            dateadd(day, @i, '1970-01-01'), @i * 1234567890123.0123456789, @i / 7.0, '2026-01-02 03:04:05.123456', newid(), 0x00ff10);
    insert into sales.[order details] (id, customer_id, email, [quoted name], placed)
    values (@i, @i * 5, concat(N'ana.', @i, N'@corp.example'), concat(N'tab', char(9), N'line', char(10), N'back\\slash 山田 ', @i), '2026-02-03 04:05:06.007');
    set @i += 1;
  end`;

const types = {
  'dbo.customers.full_name': 'person-name',
  'dbo.customers.email': 'email-address',
  'dbo.customers.phone': 'phone-number',
  'dbo.customers.born': 'date-of-birth',
  'sales.order details.email': 'email-address',
  'sales."order details".email': 'email-address',
};

onSqlServer('on a real SQL Server', () => {
  let source: SqlServerDatabase;

  beforeAll(async () => {
    source = await createSqlServerDatabase(shop);
  }, 120_000);
  afterAll(async () => {
    await source?.drop();
  });

  it('the catalog has tables, columns, keys and views as they are', async () => {
    const session = await sqlServerEngine.open(source.url);
    const catalog = await session.introspect();
    await session.close();
    const customers = catalog.tables.find(({ name }) => name === 'customers')!;
    // What a computed column's type is called, servers do not agree on.
    const declared = customers.columns.filter(({ generated }) => generated === undefined);
    expect(declared.map(({ name, type }) => `${name} ${type.name} ${type.family}`)).toEqual([
      'id int integer',
      'full_name nvarchar(100) text',
      'email nvarchar(200) text',
      'phone varchar(30) text',
      'born date date',
      'balance decimal(38,10) decimal',
      'rate float float',
      'seen datetime2(6) timestamp',
      'active bit boolean',
      'token uniqueidentifier uuid',
      'photo varbinary(max) binary',
    ]);
    expect(customers.columns[0].identity).toBe('always');
    expect(
      customers.columns.filter(({ generated }) => generated !== undefined).map(({ name }) => name),
    ).toEqual(['shout']);
    expect(customers.uniqueKeys.map(({ columns, primary }) => ({ columns, primary }))).toEqual(
      expect.arrayContaining([
        { columns: ['id'], primary: true },
        { columns: ['email'], primary: false },
      ]),
    );
    const details = catalog.tables.find(({ name }) => name === 'order details')!;
    expect(details.foreignKeys[0]).toMatchObject({
      columns: ['customer_id'],
      references: { schema: 'dbo', name: 'customers', columns: ['id'] },
      validated: true,
    });
    expect(catalog.views.map(({ name }) => name)).toEqual(['mails']);
  });

  it('a digest of rows tells a change of any value, in whatever column', async () => {
    const connection = await connect(source.url);
    const catalog = await introspect(connection);
    const documents = { schema: 'dbo', name: 'documents' };
    const digest = (column: string) => digestRows(connection, catalog, documents, [column], [5, 7]);
    const changes = {
      body: `N'<order no="2"/>'`,
      price: '0.0001',
      change: 'null',
      // By a microsecond: Babelfish keeps no more.
      at: `'2026-01-02 03:04:05.1234577 +02:00'`,
      opens: `'23:59:59.998'`,
      noted: `'2026-02-03 04:06'`,
      fixed: `'ac'`,
      fee: '-1234567.88',
      share: '1234567890123456.7892',
    };
    for (const [column, value] of Object.entries(changes)) {
      const before = await digest(column);
      expect(await digest(column)).toEqual(before);
      await connection.query(
        `begin transaction; update dbo.documents set [${column}] = ${value} where id = 1`,
      );
      const after = await digest(column);
      await connection.query('rollback');
      expect([column, ...after]).not.toEqual([column, ...before]);
    }
    connection.close();
  });

  it('rows are found again by what a sample shows of their keys, of whatever type', async () => {
    const keys = {
      binary: ['varbinary(20)', '0x00ff10'],
      text: ['nvarchar(40)', "N'it''s 山田'"],
      day: ['date', "'2026-02-03'"],
      moment: ['datetime', "'2026-02-03T04:05:06.007'"],
      exact: ['decimal(20,10)', '1234567890.0123456789'],
      guid: ['uniqueidentifier', "'6F9619FF-8B86-D011-B42D-00C04FC964FF'"],
    };
    const tables = Object.entries(keys).map(
      ([name, [type, value]]) =>
        `create table dbo.[by_${name}] (k ${type} not null primary key, says nvarchar(9) null);
         insert into dbo.[by_${name}] values (${value}, N'found')`,
    );
    const kept = await createSqlServerDatabase(tables.join(';\n'));
    const session = await sqlServerEngine.open(kept.url);
    const connection = await connect(kept.url);
    try {
      const catalog = await session.introspect();
      for (const table of catalog.tables) {
        const sample = await session.sample(table, { rows: 5, timeoutMs: 10_000 });
        if ('reason' in sample) throw new Error(sample.reason);
        const [key] = sample.values.get('k')!;
        const found = await rowsByKey(connection, catalog, table, ['k'], [[key!]], ['says']);
        expect([table.name, found]).toEqual([table.name, [[key, 'found']]]);
      }
    } finally {
      connection.close();
      await session.close();
      await kept.drop();
    }
  }, 60_000);

  it('labels are written into the server’s own classification, read back, changed and taken away', async () => {
    const kept = await createSqlServerDatabase("create table dbo.[o'people] (id int, [e mail] nvarchar(80))");
    const column = { schema: 'dbo', table: "o'people", column: 'e mail' };
    const catalog = async () => {
      const session = await sqlServerEngine.open(kept.url);
      return session.introspect().finally(() => session.close());
    };
    const native = sqlServerEngine.nativeLabels!;
    try {
      const first = {
        label: "d'or",
        labelId: 'a1',
        informationType: 'Contact Info',
        informationTypeId: 'b2',
      };
      const { labelId: _, ...second } = { ...first, label: 'Confidential' };
      for (const classification of [first, second, undefined]) {
        const label = { column, says: 'x', ...(classification ? { classification } : {}) };
        await native.apply(
          kept.url,
          native.statements(await catalog(), [label], 'sensitivity-classification'),
        );
        const [{ columns }] = (await catalog()).tables;
        expect(columns[1].classification).toEqual(classification);
        expect(native.statements(await catalog(), [label], 'sensitivity-classification')).toEqual([]);
      }
    } finally {
      await kept.drop();
    }
  }, 120_000);

  it('columns are classified from a sample, without a full scan', async () => {
    const session = await sqlServerEngine.open(source.url);
    const classifier = await readClassifier(await shippedRules());
    const { proposals, failures } = await classifyDataSource({ session, classifier });
    await session.close();
    expect(failures).toEqual([]);
    const said = new Map(proposals.map(({ column, informationType }) => [column.column, informationType]));
    expect(said.get('full_name')).toBe('person-name');
    expect(said.get('phone')).toBe('phone-number');
    expect(said.get('born')).toBe('date-of-birth');
    expect(said.get('placed')).toBeNull();
  });

  it('a scrub copies every row, masks alike what is alike, and keeps values exact', async () => {
    const copy = `${source.name}_copy`;
    expect(await copyTo(copy)).toEqual(copiedRows);
    const copied = await connect(urlOf(copy));
    const same = (sql: string) =>
      Promise.all([source.connection.query(sql), copied.query(sql)]).then(([a, b]) => expect(b).toEqual(a));
    await same(
      `select id, cast(balance as varchar(60)) as balance, rate, convert(varchar(40), seen, 121) as seen, active, token, photo
       from dbo.customers order by id`,
    );
    await same('select id, customer_id, [quoted name] as q, placed from sales.[order details] order by id');
    await same(
      `select id, convert(nvarchar(max), body) as body, cast(price as varchar(40)) as price, cast(change as varchar(40)) as change,
              convert(varchar(40), at, 121) as at, convert(varchar(40), opens, 121) as opens, noted, fixed,
              cast(fee as varchar(40)) as fee, cast(share as varchar(40)) as share
       from dbo.documents order by id`,
    );
    const [{ met, kept }] = await copied.query<{ met: number; kept: number }>(`
      select count(*) as met, sum(case when c.email like N'ana.%@corp.example' then 1 else 0 end) as kept
      from dbo.customers c join sales.[order details] d on d.customer_id = c.id and d.email = c.email`);
    expect({ met, kept }).toEqual({ met: 500, kept: 0 });
    expect(await copied.query('select count(*) as n from dbo.mails')).toEqual([{ n: 500 }]);
    const lines =
      "declare @l dbo.order_lines; insert into @l (line, mail, amount) values (1, N'a', 1), (2, N'b', 2.5); exec dbo.count_lines @l";
    expect(await copied.query(lines)).toEqual(await source.connection.query(lines));
    const [{ next }] = await copied.query<{ next: number }>(`
      insert into dbo.customers (full_name) values (N'New');
      select cast(ident_current('dbo.customers') as int) as next`);
    expect(next).toBe(2505);
    copied.close();
  }, 180_000);

  it('a run that was broken off is gone on with, and nothing shows before', async () => {
    const copy = `${source.name}_resumed`;
    const stop = new AbortController();
    const broken = copyTo(copy, {
      signal: stop.signal,
      onProgress: ({ phase, rows }) => {
        if (phase === 'rows' && rows > 0) stop.abort();
      },
    });
    await expect(broken).rejects.toMatchObject({ code: 'scrub-cancelled' });
    const shown = `select d.name as name from sys.databases d where d.name = N'${copy}'`;
    expect(await source.connection.query(shown)).toEqual([]);
    expect(await copyTo(copy, { resume: true })).toEqual(copiedRows);
    const copied = await connect(urlOf(copy));
    const counted =
      'select (select count(*) from dbo.customers) as c, (select count(*) from dbo.documents) as d';
    expect(await copied.query(counted)).toEqual([{ c: 500, d: 2 }]);
    copied.close();
  }, 180_000);

  it('masks are tried while planning: ranges and checks', async () => {
    const tried = await createSqlServerDatabase(`
      create table dbo.limits (
        id int not null primary key, code nvarchar(8) null, grade tinyint null, day smalldatetime null,
        kind nvarchar(20) null constraint ck_kind check (kind = N'new' or kind = N'open'),
        [from] int null, [until] int null, constraint ck_span check ([from] < [until]),
        tag varchar(6) collate Latin1_General_CI_AS null
      );
      insert into dbo.limits (id, code, grade, day, kind, [from], [until], tag)
      values (1, N'a1', 7, '2020-01-01', N'new', 1, 2, 't'), (2, null, null, null, null, null, null, null)`);
    const from = await sqlServerEngine.openSource(tried.url);
    const refused = async (types: Readonly<Record<string, string>>, mask: string) => {
      const labels = await labelsFor(await from.catalog(), types);
      const plan = await planFrom(from, labels, { policy: `rules: [{ mask: ${mask} }]` });
      return plan.refusals.map(({ code, where }) => `${code} ${where}`);
    };
    try {
      const code = { 'dbo.limits.code': 'customer-id' };
      const [grade, span] = [{ 'dbo.limits.grade': 'customer-id' }, { 'dbo.limits.from': 'customer-id' }];
      const kind = { 'dbo.limits.kind': 'user-name' };
      expect(await refused(code, '{ technique: fixed, value: far too long }')).toEqual([
        'technique-misfit dbo.limits.code',
      ]);
      expect(await refused(code, '{ technique: fixed, value: fits }')).toEqual([]);
      expect(await refused(grade, "{ technique: fixed, value: '256' }")).toEqual([
        'stand-in-not-of-type dbo.limits.grade',
      ]);
      expect(await refused(kind, '{ technique: fixed, value: gone }')).toEqual([
        'stand-in-breaks-check dbo.limits, check ck_kind',
      ]);
      expect(await refused(kind, '{ technique: fixed, value: open }')).toEqual([]);
      expect(
        await refused({ 'dbo.limits.tag': 'customer-id' }, '{ technique: fixed, value: Jürgen }'),
      ).toEqual([]);
      expect(await refused(span, "{ technique: fixed, value: '2' }")).toEqual([
        'check-across-masked-columns dbo.limits, check ck_span',
      ]);
    } finally {
      await from.close();
      await tried.drop();
    }
  }, 120_000);

  it('a target that is not empty, or is the source, is refused', async () => {
    const from = await sqlServerEngine.openSource(source.url);
    const identity = await from.identity();
    await from.close();
    await expect(
      sqlServerEngine.openTarget(source.url, { replace: true, source: identity }),
    ).rejects.toMatchObject({ code: 'target-is-source' });
    const other = await createSqlServerDatabase('create table dbo.t (a int)');
    await expect(
      sqlServerEngine.openTarget(other.url, { replace: false, source: identity }),
    ).rejects.toMatchObject({ code: 'target-not-empty' });
    await other.drop();
  }, 120_000);

  it('names with quotes, spaces and scripts of any kind survive', async () => {
    const odd = await createSqlServerDatabase(
      `create table dbo.[odd ß name] ([a b] int, ["c] nvarchar(20), [ü] nvarchar(20))`,
    );
    const session = await sqlServerEngine.open(odd.url);
    const { tables } = await session.introspect();
    expect(tables[0].name).toBe('odd ß name');
    expect(tables[0].columns.map(({ name }) => name)).toEqual(['a b', '"c', 'ü']);
    expect(await session.sample(tables[0], { rows: 5, timeoutMs: 5000 })).toMatchObject({ rows: 0 });
    await session.close();
    await odd.drop();
  }, 120_000);

  it('a copy for analytics goes to PostgreSQL and to files, verified and attested', async () => {
    const session = await sqlServerEngine.open(source.url);
    const labels = await labelsFor(await session.introspect(), types);
    await session.close();
    const folder = await mkdtemp(join(tmpdir(), 'scrubjay-analytics-'));
    const name = `${source.name}_analytics`;
    for (const to of [serverUrl(name), `${folder}/copy?format=parquet`]) {
      const { verification, tables } = await wholeScrub({ from: source.url, to, labels });
      expect(verification.problems).toEqual([]);
      expect(tables.reduce((sum, { rows }) => sum + rows, 0)).toBe(1004);
    }
    const copy = new pg.Client(serverUrl(name));
    await copy.connect();
    const { rows } = await copy.query(
      `select price::text, change::text, at at time zone 'UTC' as at, opens::text, body::text from dbo.documents where id = 1`,
    );
    await copy.end();
    expect(rows).toEqual([
      {
        price: '-922337203685477.5808',
        change: '12.3400',
        at: new Date('2026-01-02T01:04:05.123Z'),
        opens: '23:59:59.999',
        body: expect.stringContaining('a &amp; b ä') as unknown,
      },
    ]);
    expect(readdirSync(join(folder, 'copy')).filter((file) => file.endsWith('.parquet'))).toHaveLength(4);
    await rm(folder, { recursive: true });
    const server = new pg.Client(serverUrl());
    await server.connect();
    await server.query(`drop database "${name}" with (force)`);
    await server.end();
  }, 240_000);

  const copiedRows = { customers: 500, documents: 2, 'order details': 500, plain: 2 };

  /** A scrub to a database of that name, verified. @returns rows by table */
  async function copyTo(
    copy: string,
    how: {
      readonly resume?: boolean;
      readonly signal?: AbortSignal;
      readonly onProgress?: (progress: ScrubProgress) => void;
    } = {},
  ): Promise<Readonly<Record<string, number>>> {
    const { resume, ...run } = how;
    const from = await sqlServerEngine.openSource(source.url);
    try {
      const catalog = await from.catalog();
      const { informationTypes, words } = await shippedRules();
      const labels = await labelsFor(catalog, types);
      const plan = planScrub({
        catalog,
        labels,
        labelsSha256: '',
        policy: await policyOf('default'),
        types: informationTypes,
        keyId: '',
      });
      expect(plan.refusals).toEqual([]);
      const identity = await from.identity();
      const work = digestOfWork(plan, identity);
      const target = await sqlServerEngine.openTarget(urlOf(copy), {
        ...{ replace: true, source: identity, work, resume },
      });
      if (await isBabelfish()) {
        const publish = target.publish.bind(target);
        target.publish = async (mark) => {
          await target.close();
          await inPlacesOfEndedSessions(() => publish(mark));
        };
      }
      const { tables } = await runScrub({
        ...{ source: from, target, plan, words, ...run },
        pseudonyms: createPseudonyms(Buffer.alloc(32, 7)),
        verify: async () => {
          const sampler = await sqlServerEngine.open(source.url);
          try {
            return await verifyCopy({ source: from, sampler, target, plan, labels, words });
          } finally {
            await sampler.close();
          }
        },
      });
      return Object.fromEntries(tables.map(({ name, rows }) => [name, rows]));
    } finally {
      await from.close();
    }
  }

  async function isBabelfish(): Promise<boolean> {
    const [{ version }] = await source.connection.query<{ version: string | null }>(
      `select cast(serverproperty('BabelfishVersion') as nvarchar(64)) as version`,
    );
    return version !== null;
  }

  /** Babelfish 4.4 takes sessions that ended for present in their database, until others take their places. */
  async function inPlacesOfEndedSessions(work: () => Promise<void>): Promise<void> {
    const others = await Promise.all(Array.from({ length: 12 }, () => connect(urlOf('master'))));
    try {
      await work();
    } finally {
      others.forEach((connection) => connection.close());
    }
  }
});
