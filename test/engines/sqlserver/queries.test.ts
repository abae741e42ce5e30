import { connect } from '../../../src/engines/sqlserver/connection.js';
import { sqlServerEngine } from '../../../src/engines/sqlserver/sqlserver-engine.js';
import { ApiClient } from '../../support/api-client.js';
import { recordFindings } from '../../support/scanned-source.js';
import { startService, type TestService } from '../../support/service.js';
import { createSqlServerDatabase, type SqlServerDatabase, sqlServerUrl } from '../../support/sql-server.js';

/** Skipped, and said to be, where `MSSQL_URL` names no server; see live.test.ts. */
const onSqlServer = sqlServerUrl === undefined ? describe.skip : describe;

const script = `
  create table dbo.people (id int not null primary key, name nvarchar(100), email nvarchar(200), born date)
go
  insert into dbo.people (id, name, email, born) values
    (1, N'Canary One', N'canary1@example.org', '1980-02-03'),
    (2, N'Canary Two', N'canary2@example.org', '1981-03-04'),
    (3, N'Canary Three', null, null)
go
  create view dbo.mails as select id, email from dbo.people
go
  create procedure dbo.show_mails as select email from dbo.people`;

const policy = `id: people
title: People
roles:
  engineer: {}
  steward: { access: clear }
rules:
  - { when: { type: email-address }, mask: { technique: partial, keepStart: 1, keepEnd: 0, coverLength: 5 } }
  - { when: { type: date-of-birth }, mask: { technique: generalise-date } }
  - { mask: { technique: 'null' } }
`;

onSqlServer('on a real SQL Server, queries of people', () => {
  let service: TestService;
  let database: SqlServerDatabase;
  let steward: ApiClient;
  let engineer: ApiClient;
  let source: string;

  beforeAll(async () => {
    database = await createSqlServerDatabase(script);
    service = await startService();
    const tenant = await service.tenant(['steward', 'auditor']);
    steward = new ApiClient(service, await service.key(tenant.id, ['steward']));
    engineer = new ApiClient(service, await service.key(tenant.id, ['engineer']));
    const registered = await steward.post<{ id: string }>('/data-sources', {
      ...{ name: 'people', environment: 'production', location: database.url },
    });
    source = registered.body.id;
    const session = await sqlServerEngine.open(database.url);
    const catalog = await session.introspect();
    await session.close();
    await recordFindings(steward, tenant, source, catalog, {
      'dbo.people.name': 'person-name',
      'dbo.people.email': 'email-address',
      'dbo.people.born': 'date-of-birth',
    });
    const made = await steward.post<{ id: string }>('/policies', { source: policy });
    await steward.call('PUT', `/data-sources/${source}/query-policy`, { body: { policyId: made.body.id } });
  }, 120_000);
  afterAll(async () => {
    await service?.stop();
    await database?.drop();
  });

  const ask = (client: ApiClient, sql: string, more: object = {}) =>
    client.post<{ code: string; rows: (string | null)[][]; maskedColumns: string[]; truncatedBy?: string }>(
      `/data-sources/${source}/query`,
      { sql, ...more },
    );
  const all = 'select id, name, email, born from dbo.people order by id';

  it('show a role what the policy lets it see, and a steward everything', async () => {
    const masked = await ask(engineer, all);
    expect(masked).toMatchObject({
      status: 200,
      body: {
        rows: [
          ['1', null, 'c*****', expect.stringMatching(/^1980-01-01/)],
          ['2', null, 'c*****', expect.stringMatching(/^1981-01-01/)],
          ['3', null, null, null],
        ],
        maskedColumns: expect.arrayContaining(['dbo.people.email']) as unknown,
      },
    });
    expect((await ask(steward, all)).body.rows[0]).toEqual([
      '1',
      'Canary One',
      'canary1@example.org',
      expect.stringMatching(/^1980-02-03/),
    ]);
  });

  it('compare, group and join masked values alone', async () => {
    const found = await ask(engineer, "select count(*) from people where email = N'canary1@example.org'");
    expect(found.body.rows).toEqual([['0']]);
    const grouped = await ask(
      engineer,
      'select p.email, count(*) from people p where p.email is not null group by p.email',
    );
    expect(grouped.body.rows).toEqual([['c*****', '2']]);
    expect((await ask(engineer, 'select email from people for xml auto')).text).not.toContain('canary');
    expect((await ask(engineer, 'select top 1 email from dbo.mails order by id')).text).not.toContain(
      'canary',
    );
  });

  it.each([
    'delete from dbo.people',
    'select 1; select 2',
    'select * into dbo.kept from dbo.people',
    'exec dbo.show_mails',
    "exec xp_cmdshell 'dir'",
    "select * from openrowset(bulk '/etc/passwd', single_clob) f",
    'select name from master.sys.databases',
  ])('refuse %s', async (sql) => {
    const { status, text } = await ask(engineer, sql);
    expect([400, 422]).toContain(status);
    expect(text).not.toContain('canary');
    const connection = await connect(database.url);
    expect(await connection.query('select count(*) as n from dbo.people')).toEqual([{ n: 3 }]);
    connection.close();
  });

  it('say nothing of values when they fail, whoever asks', async () => {
    for (const client of [engineer, steward]) {
      const failed = await ask(client, 'select cast(email as int) from dbo.people');
      expect(failed).toMatchObject({ status: 422, body: { code: 'query-failed' } });
      expect(failed.text).not.toMatch(/canary|@example/);
    }
  });

  it('end at the limits that they were given', async () => {
    expect((await ask(engineer, all, { rows: 2 })).body).toMatchObject({ rowCount: 2, truncatedBy: 'rows' });
  });
});
