import { setTimeout as pause } from 'node:timers/promises';
import { connect, type SqlServerConnection } from '../../../src/engines/sqlserver/connection.js';
import { translateDriverError } from '../../../src/engines/sqlserver/driver-errors.js';
import { quoteName } from '../../../src/engines/sqlserver/identifiers.js';
import { sqlServerEngine } from '../../../src/engines/sqlserver/sqlserver-engine.js';
import { retryTransient } from '../../../src/engines/sqlserver/transient-faults.js';
import { createSqlServerDatabase, type SqlServerDatabase, sqlServerUrl } from '../../support/sql-server.js';

const onSqlServer = sqlServerUrl === undefined ? describe.skip : describe;

const schema = `
  create table dbo.accounts (id int not null constraint pk_accounts primary key, n int not null)
go
  insert into dbo.accounts values (1, 0), (2, 0)
go
  create table dbo.limits (code nvarchar(3) null, short varchar(3) null, grade tinyint null)
go
  create table dbo.spellings (
    loose nvarchar(20) collate Latin1_General_CI_AS null constraint uq_loose unique,
    exact nvarchar(20) collate Latin1_General_CS_AS null constraint uq_exact unique,
    plain nvarchar(20) null
  )`;

onSqlServer('on a real SQL Server, what it refuses', () => {
  let database: SqlServerDatabase;

  beforeAll(async () => {
    database = await createSqlServerDatabase(schema);
  }, 120_000);
  afterAll(async () => {
    await database?.drop();
  });

  it('a deadlock’s victim is known by its number, and gets through when it is tried again', async () => {
    const [one, other] = await Promise.all([connect(database.url), connect(database.url)]);
    let victims = 0;
    const inBothOrders = async (session: SqlServerConnection, ids: readonly [number, number]) => {
      for (const id of ids) {
        const start = id === ids[0] ? 'set xact_abort on; begin transaction; ' : '';
        await session
          .query(`${start}update dbo.accounts set n = n + 1 where id = ${id}`)
          .catch(async (error: unknown) => {
            victims++;
            await session.query('if @@trancount > 0 rollback');
            throw error;
          });
        // Long enough for the other to hold its first row.
        if (id === ids[0]) await pause(300);
      }
      await session.query('commit');
    };
    try {
      await Promise.all([
        retryTransient('counting', () => inBothOrders(one, [1, 2])),
        retryTransient('counting', () => inBothOrders(other, [2, 1])),
      ]);
      expect(victims).toBe(1);
      expect(await database.connection.query('select sum(n) as n from dbo.accounts')).toEqual([{ n: 4 }]);
    } finally {
      one.close();
      other.close();
    }
  }, 60_000);

  it.each([
    ['code', `N'secret'`, /too long for its column/],
    ['short', `'secret'`, /too long for its column/],
    ['grade', '300', /number does not fit its column/],
  ])('a value that does not fit %s is told by what is wrong, and not shown', async (column, value, says) => {
    const error = await refusalOf(
      database.connection,
      `insert into dbo.limits (${column}) values (${value})`,
    );
    expect(error.message).toMatch(says);
    expect(error.message).not.toMatch(/secret|300/);
  });

  it('collations of columns decide what is the same, and the catalog knows them', async () => {
    const { connection } = database;
    await connection.query(`insert into dbo.spellings (loose, exact) values (N'Ana', N'Ana')`);
    await connection.query(`insert into dbo.spellings (loose, exact) values (N'Ben', N'ANA')`);
    const twice = await refusalOf(
      connection,
      `insert into dbo.spellings (loose, exact) values (N'ANA', N'Cy')`,
    );
    expect(twice.message).toMatch(/two rows have the same value/);
    const { tables } = await catalogOf(database.url);
    const [loose, exact] = tables.find(({ name }) => name === 'spellings')!.columns;
    expect([loose.type.caseInsensitive, exact.type.caseInsensitive]).toEqual([true, undefined]);
  });

  it('a login reads what it was granted, and is refused the rest', async () => {
    const login = `${database.name}_reader`;
    await database.connection.query(`create login ${quoteName(login)} with password = 'Secret-1234!'`);
    await database.connection.query(`create user ${quoteName(login)} for login ${quoteName(login)}`);
    await database.connection.query(`grant select on dbo.accounts to ${quoteName(login)}`);
    const url = new URL(database.url);
    [url.username, url.password] = [login, 'Secret-1234!'];
    const reader = await connect(url.href);
    try {
      expect(await reader.query('select count(*) as n from dbo.accounts')).toEqual([{ n: 2 }]);
      expect(await refusalOf(reader, 'select * from dbo.limits')).toMatchObject({ code: 'database' });
    } finally {
      reader.close();
      await database.connection.query(`revoke select on dbo.accounts from ${quoteName(login)}`);
      await database.connection.query(`drop user ${quoteName(login)}`);
      await dropLogin(login);
    }
  }, 60_000);

  /** Again and again: a session that was just closed counts as one of the login for a while. */
  async function dropLogin(login: string): Promise<void> {
    for (;;) {
      try {
        await database.connection.query(`drop login ${quoteName(login)}`);
        return;
      } catch (error) {
        if (!(error instanceof Error && error.message.includes('currently logged in'))) throw error;
        await pause(100);
      }
    }
  }

  async function catalogOf(location: string) {
    const session = await sqlServerEngine.open(location);
    try {
      return await session.introspect();
    } finally {
      await session.close();
    }
  }

  async function refusalOf(connection: SqlServerConnection, sql: string): Promise<Error> {
    const refused = await connection.query(sql).then(
      () => undefined,
      (error: unknown) => translateDriverError(error, 'trying'),
    );
    if (refused === undefined) throw new Error(`not refused: ${sql}`);
    return refused;
  }
});
