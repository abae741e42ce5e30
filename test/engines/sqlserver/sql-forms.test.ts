import type { ColumnType } from '../../../src/domain/catalog/column-type.js';
import type { Column, Table } from '../../../src/domain/catalog/catalog.js';
import { parseTechniqueOptions } from '../../../src/domain/masking/technique-registry.js';
import { keySettings } from '../../../src/domain/rewriting/key-settings.js';
import { readQueryCatalog } from '../../../src/engines/sqlserver/query-catalog.js';
import { tsqlMask, type TsqlText8 } from '../../../src/domain/rewriting/tsql/protect-tsql.js';
import { mask } from '../../masking/masking.js';
import { createSqlServerDatabase, type SqlServerDatabase, sqlServerUrl } from '../../support/sql-server.js';

interface Form {
  readonly technique: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly type: ColumnType;
  readonly values: readonly string[];
}

const text: ColumnType = { name: 'nvarchar(100)', family: 'text', maxLength: 100 };
const date: ColumnType = { name: 'date', family: 'date' };
const texts = [
  '',
  'a',
  'ab',
  'x7',
  '4111111111111111',
  'Zoë Ünal',
  '日本語テスト',
  "it's [b]%_",
  'ÄÖÜß',
  'Ωμέγα',
];
const forms: readonly Form[] = [
  { technique: 'null', type: text, values: texts },
  { technique: 'fixed', options: { value: "it's" }, type: text, values: texts },
  { technique: 'redact', type: text, values: texts },
  { technique: 'redact', options: { length: 5 }, type: text, values: texts },
  { technique: 'partial', type: text, values: texts },
  { technique: 'partial', options: { keepStart: 2, keepEnd: 1, cover: '#' }, type: text, values: texts },
  { technique: 'keyed-hash', type: text, values: texts },
  { technique: 'keyed-hash', options: { length: 20 }, type: text, values: texts },
  { technique: 'generalise-date', type: date, values: ['1987-05-17', '2024-02-29', '0001-01-01'] },
  {
    technique: 'generalise-date',
    options: { to: 'quarter' },
    type: date,
    values: ['1987-05-17', '2024-12-31'],
  },
  {
    technique: 'number-bucket',
    type: { name: 'int', family: 'integer' },
    values: ['0', '7', '-1', '1234567', '2147483647'],
  },
];

/** Only where a SQL Server, or one that is compatible, answers at `MSSQL_URL`. */
(sqlServerUrl === undefined ? describe.skip : describe)('on a real SQL Server, the T-SQL form', () => {
  let database: SqlServerDatabase;
  beforeAll(async () => {
    database = await createSqlServerDatabase();
    for (const { name, value } of keySettings(new Uint8Array(32).fill(1)))
      await database.connection.query(
        `declare @block varbinary(64) = 0x${value.slice(2)}; exec sp_set_session_context N'${name}', @block, 1`,
      );
  });
  afterAll(() => database.drop());

  let text8: TsqlText8;
  let isBabelfish = false;
  beforeAll(async () => {
    const { utf8 } = await readQueryCatalog(database.connection);
    text8 = { utf8: utf8! };
    const [{ babelfish }] = await database.connection.query<{ babelfish: string | null }>(
      `select cast(serverproperty('BabelfishVersion') as nvarchar(128)) as babelfish`,
    );
    isBabelfish = babelfish !== null;
  });

  it.each(forms)('of $technique $options on $type.name yields the stand-ins of the kernel', async (form) => {
    const { technique, options = {}, type, values } = form;
    const column: Column = { name: 'v', ordinal: 1, type, nullable: true };
    const table: Table = {
      ...{ schema: 'dbo', name: 't', kind: 'table', columns: [column] },
      ...{ uniqueKeys: [], foreignKeys: [], checks: [], exclusions: [], parents: [], partitionKey: [] },
    };
    const own = {
      ...{ column: { schema: 'dbo', table: 't', column: 'v' }, informationType: 'x', because: 'test' },
      ...{ technique, options: parseTechniqueOptions(technique, options), domain: 'test' },
    };
    const sql = tsqlMask({ ...own, sensitivity: 'restricted' }, table, column, text8);
    const rows = values.map((value, i) => `(${i}, N'${value.replaceAll("'", "''")}')`);
    const asked = database.connection.query<{ masked: string | null }>(`
      select cast(${sql} as nvarchar(200)) as masked
      from (select i, cast(x as ${type.name}) as [v] from (values ${rows.join(', ')}) as g(i, x)) as t order by i`);
    if (technique === 'keyed-hash' && isBabelfish) {
      // There, + of two binaries is a sum: too large to be one, so that nothing is shown.
      await expect(asked).rejects.toThrow('out of range');
      return;
    }
    const masked = await asked;
    const isDigest = technique === 'keyed-hash' && text8.utf8 === 'of-ascii-alone';
    // Without a collation of UTF-8, texts beyond ASCII have no stand-in at all.
    const expected = mask(technique, values, { type, options }).map((standIn, i) =>
      isDigest && /[^ -~]/.test(values[i]) ? null : standIn,
    );
    expect(masked.map((row) => row.masked)).toEqual(expected);
  });
});
