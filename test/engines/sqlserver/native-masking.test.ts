import type { ColumnMask } from '../../../src/domain/policy/column-mask.js';
import type { NativeMaskingRequest } from '../../../src/engines/native-masking.js';
import { sqlServerNativeMasking } from '../../../src/engines/sqlserver/native-masking.js';
import { shopOf } from '../../support/scripted-shop.js';
import { ScriptedSqlServer } from '../../support/tds-server/scripted-sql-server.js';

/** What the server says of its masks and rights; the catalog is the double's own. */
const answers: readonly (readonly [RegExp, Record<string, string | number | null>[]])[] = [
  [/from sys\.masked_columns/, []],
  [
    /^with membership/,
    [{ role: 'analyst', schema: null, table: null, column: null, through: 'admins', right: 'CONTROL' }],
  ],
  [
    /permission_name = 'UNMASK' and p\.state/,
    [{ role: 'support', schema: 'dbo', table: null, column: null, state: 'G' }],
  ],
  [/from sys\.database_principals$/, ['analyst', 'support', 'steward'].map((name) => ({ name }))],
  [/sys\.fn_builtin_permissions/, [{ levels: 1 }]],
];

const viewOf = (role: string, columns: readonly string[]) => () => ({
  role,
  access: 'masked' as const,
  masks: new Map(
    columns.map((column) => {
      const mask = { column: { schema: 'dbo', table: 'customers', column }, technique: 'null', options: {} };
      return [`dbo.customers.${column}`, mask as unknown as ColumnMask] as const;
    }),
  ),
});

describe('masks in SQL Server', () => {
  let server: ScriptedSqlServer;
  const ran: string[] = [];

  beforeEach(async () => {
    ran.length = 0;
    server = await ScriptedSqlServer.start({
      tables: shopOf(3, 1),
      instead: (sql) => {
        ran.push(sql.trim());
        const rows = answers.find(([pattern]) => pattern.test(sql.trim()))?.[1];
        if (!rows) return /^(alter table|grant|revoke)/.test(sql) ? { columns: [], rows: [] } : undefined;
        const names = Object.keys(rows[0] ?? { schema: '', table: '', column: '', maskedWith: '' });
        return {
          columns: names.map((name) => ({ name, kind: name === 'levels' ? 'int' : 'text' })),
          rows: rows.map((row) => names.map((name) => row[name])),
        };
      },
    });
  });
  afterEach(() => server.stop());

  const request = {
    grantee: 'analyst',
    viewOf: viewOf('analyst', ['email', 'phone']),
    otherViews: new Map([['support', viewOf('support', ['phone', 'born'])]]),
    clear: ['steward'],
  } as unknown as NativeMaskingRequest;

  it('cover what any role may not see, and each role sees through what it may', async () => {
    const { statements } = await sqlServerNativeMasking.plan(server.url('shop'), request);
    expect(statements.map(({ sql }) => sql)).toEqual([
      "alter table [dbo].[customers] alter column [email] add masked with (function = 'default()')",
      "alter table [dbo].[customers] alter column [phone] add masked with (function = 'default()')",
      "alter table [dbo].[customers] alter column [born] add masked with (function = 'default()')",
      'revoke unmask on schema::[dbo] from [support]',
      'grant unmask to [steward]',
      'grant unmask on [dbo].[customers] ([born]) to [analyst]',
      'grant unmask on [dbo].[customers] ([email]) to [support]',
    ]);
    expect(ran.some((sql) => /^(alter table|grant|revoke)/.test(sql))).toBe(false);
  });

  it('are run all in one transaction, and told as drift where they are missing', async () => {
    const drift = await sqlServerNativeMasking.drift(server.url('shop'), request);
    expect(drift).toHaveLength(8);
    expect(drift.at(-1)).toEqual({
      where: 'role analyst',
      what: expect.stringContaining("by 'admins', which has CONTROL") as string,
    });
    const { statements } = await sqlServerNativeMasking.apply(server.url('shop'), request);
    const own = ran.slice(ran.lastIndexOf('begin transaction'));
    expect(own).toEqual(['begin transaction', ...statements.map(({ sql }) => sql), 'commit transaction']);
  });

  it('are taken away with every grant of the policy’s roles', async () => {
    const statements = await sqlServerNativeMasking.revert(server.url('shop'), request);
    expect(statements.map(({ sql }) => sql)).toEqual(['revoke unmask on schema::[dbo] from [support]']);
  });
});
