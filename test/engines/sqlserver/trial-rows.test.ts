import type { Column, Table } from '../../../src/domain/catalog/catalog.js';
import { connect } from '../../../src/engines/sqlserver/connection.js';
import { TrialRows } from '../../../src/engines/sqlserver/trial-rows.js';
import type { Answer } from '../../support/tds-server/tds-server.js';
import { resultOf, ScriptedSqlServer } from '../../support/tds-server/scripted-sql-server.js';

/** What is sent, and decided without a server; that a server answers so is shown by `live.test.ts`. */
describe('masks tried on SQL Server while planning', () => {
  let server: ScriptedSqlServer;
  let trial: TrialRows;
  let asked: string[];
  let answer: (sql: string) => Answer;

  beforeEach(async () => {
    asked = [];
    answer = () => undefined;
    server = await ScriptedSqlServer.start({
      tables: [
        {
          ...{ schema: 'dbo', name: 'people', rows: 300 },
          columns: [
            { name: 'id', type: 'int' },
            { name: 'name', type: 'nvarchar(20)' },
          ],
          row: (i) => [String(i), `Person ${i}`],
        },
      ],
      instead: (sql) => {
        if (/from \(select try_cast|as changed/.test(sql)) asked.push(sql);
        return answer(sql);
      },
    });
    trial = new TrialRows(() => connect(server.url('shop')), 'native');
  });

  afterEach(async () => {
    await trial.close();
    await server.stop();
  });

  const column = (name: string, type: Column['type'], collation?: string): Column => ({
    ...{ name, type, ordinal: 1, nullable: true },
    ...(collation === undefined ? {} : { collation }),
  });
  const text = (length: number) =>
    ({ name: `nvarchar(${length})`, family: 'text', maxLength: length }) as const;

  it('read some rows as texts, one column once', async () => {
    const columns = [column('id', { name: 'int', family: 'integer' }), column('name', text(20))];
    const table = { schema: 'dbo', name: 'people', columns } as unknown as Table;
    const rows = await trial.someRows(table, ['id', 'name'], 100);
    expect(rows).toHaveLength(100);
    expect(rows[7]).toEqual(['7', 'Person 7']);
  });

  it.each([
    ['a text that is too long', text(5), 'longer'],
    ['a number out of range', { name: 'tinyint', family: 'integer' }, '256'],
    [
      'a decimal with too many digits',
      { name: 'decimal(4,2)', family: 'decimal', precision: 4, scale: 2 },
      '123.45',
    ],
    [
      'a moment before its type begins',
      { name: 'smalldatetime', family: 'timestamp' },
      '1850-01-01 00:00:00',
    ],
    ['a text that is no GUID', { name: 'uniqueidentifier', family: 'uuid' }, 'abc'],
  ] as const)('refuse %s', async (_, type, value) => {
    expect(await trial.isRefusedByType(column('c', type), [null, value])).toBe(true);
  });

  it('let pass what fits, and ask no server of plain letters', async () => {
    expect(await trial.isRefusedByType(column('c', text(6), 'Latin1_General_CI_AS'), ['longer', null])).toBe(
      false,
    );
    expect(await trial.isRefusedByType(column('c', { name: 'tinyint', family: 'integer' }), ['255'])).toBe(
      false,
    );
    expect(asked).toEqual([]);
  });

  it('ask whether the column’s code page has the letters, and keep them out of the text', async () => {
    answer = (sql) => (sql.includes('as changed') ? resultOf([{ changed: 1 }]) : undefined);
    const narrow = { name: 'varchar(20)', family: 'text', maxLength: 20 } as const;
    expect(await trial.isRefusedByType(column('c', narrow, 'Latin1_General_CI_AS'), ['Łukasz', 'Ana'])).toBe(
      true,
    );
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('collate Latin1_General_CI_AS as varchar(20)');
    expect(asked[0]).not.toContain('ukasz');
  });

  it('let the server cut texts at the bytes of the column, since a length of `varchar` counts them', async () => {
    answer = (sql) => (sql.includes('as changed') ? resultOf([{ changed: 0 }]) : undefined);
    const narrow = { name: 'varchar(7)', family: 'text', maxLength: 7 } as const;
    const utf8 = 'Latin1_General_100_CI_AS_SC_UTF8';
    expect(await trial.isRefusedByType(column('c', narrow, utf8), ['Łukasz'])).toBe(false);
    expect(asked[0]).toContain('collate Latin1_General_100_CI_AS_SC_UTF8 as varchar(7))');
  });

  describe('for a copy on another engine', () => {
    beforeEach(() => {
      trial = new TrialRows(() => connect(server.url('shop')), 'portable');
    });

    it.each([
      ['a number that smallint has', { name: 'tinyint', family: 'integer' }, '256', '40000'],
      ['money as a decimal', { name: 'smallmoney', family: 'decimal' }, '999999.5', '1000000.5'],
      [
        'a moment before SQL Server’s older types',
        { name: 'smalldatetime', family: 'timestamp' },
        '1850-01-01 00:00:00',
        '1850-13-01 00:00:00',
      ],
      ['characters of two units of UTF-16', text(3), '😀😀😀 ', '😀😀😀😀'],
    ] as const)('take %s, as the standard type there does', async (_, type, fits, tooMuch) => {
      expect(await trial.isRefusedByType(column('c', type), [fits])).toBe(false);
      expect(await trial.isRefusedByType(column('c', type), [tooMuch])).toBe(true);
    });

    it('take any text for what is text there, and ask no code page', async () => {
      const place = { name: 'geography', family: 'geometry' } as const;
      expect(await trial.isRefusedByType(column('c', place), ['POINT (1 2)'])).toBe(false);
      const narrow = { name: 'varchar(20)', family: 'text', maxLength: 20 } as const;
      expect(await trial.isRefusedByType(column('c', narrow, 'Latin1_General_CI_AS'), ['Łukasz'])).toBe(
        false,
      );
      expect(asked).toEqual([]);
    });
  });

  describe('on a check', () => {
    const check = {
      name: 'ck',
      expression: "([kind]='new' OR [id]>(5))",
      columns: ['kind', 'id'],
      validated: true,
    };
    const columns = [column('kind', text(20)), column('id', { name: 'int', family: 'integer' })];

    it('let the server evaluate it over values that come as parameters', async () => {
      answer = (sql) => (sql.includes('try_cast') ? resultOf([{ broken: 1 }]) : undefined);
      expect(
        await trial.isRefusedByCheck(check, columns, [
          ['zanzibar', '1'],
          [null, '2'],
        ]),
      ).toBe(true);
      expect(asked[0]).toContain('try_cast(g.[c0] as nvarchar(20)) as [kind]');
      expect(asked[0]).toContain('(@p1, @p2), (cast(null as nvarchar(max)), @p3)');
      expect(asked[0]).toContain(`where not (${check.expression})`);
      expect(asked[0]).not.toContain('zanzibar');
    });

    it('decide nothing where it cannot be asked, and say so when the session is lost', async () => {
      answer = (sql) =>
        sql.includes('try_cast') ? { error: { number: 8134, message: 'Divide by zero' } } : undefined;
      expect(await trial.isRefusedByCheck(check, columns, [['a', '1']])).toBe(false);
      await server.stop();
      await expect(trial.isRefusedByCheck(check, columns, [['a', '1']])).rejects.toMatchObject({
        code: 'database',
      });
    });
  });
});
