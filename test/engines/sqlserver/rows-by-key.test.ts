import type { Catalog, Column } from '../../../src/domain/catalog/catalog.js';
import { connect } from '../../../src/engines/sqlserver/connection.js';
import { rowsByKey } from '../../../src/engines/sqlserver/row-queries.js';
import { resultOf, ScriptedSqlServer } from '../../support/tds-server/scripted-sql-server.js';

/** What is sent; that a server finds the rows is shown by `live.test.ts`. */
describe('rows by their keys', () => {
  it.each([
    [
      'bytes as a literal of bytes',
      { name: 'varbinary(20)', family: 'binary' },
      '\\x00ff',
      'varbinary(20)',
      '0x00ff',
    ],
    ['texts in quotes', { name: 'nvarchar(9)', family: 'text' }, "it's", 'nvarchar(9)', "N'it''s'"],
    [
      'an alias type by the type under it, which CONVERT takes',
      {
        name: 'dbo.code',
        family: 'text',
        domain: { name: 'dbo.code', base: 'nchar(4)', notNull: true, checks: [] },
      },
      'ab12',
      'nchar(4)',
      "N'ab12'",
    ],
  ] as const)('are asked for with %s', async (_, type, key, asked, literal) => {
    const sent: string[] = [];
    const server = await ScriptedSqlServer.start({
      tables: [],
      instead: (sql) => (sql.includes('join (values') ? (sent.push(sql), resultOf([])) : undefined),
    });
    const connection = await connect(server.url('shop'));
    const columns: Column[] = [{ name: 'k', ordinal: 1, nullable: false, type }];
    const catalog = { tables: [{ schema: 'dbo', name: 't', columns }] } as unknown as Catalog;
    await rowsByKey(connection, catalog, { schema: 'dbo', name: 't' }, ['k'], [[key]], []);
    connection.close();
    await server.stop();
    expect(sent[0]).toContain(`(values (${literal})) as k (k0) on t.[k] = convert(${asked}, k.k0)`);
  });
});
