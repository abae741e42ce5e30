import { connect } from '../../../src/engines/sqlserver/connection.js';
import { readQueryCatalog } from '../../../src/engines/sqlserver/query-catalog.js';
import { resultOf, ScriptedSqlServer } from '../../support/tds-server/scripted-sql-server.js';
import { shopOf } from '../../support/scripted-shop.js';

describe('what a query of T-SQL may name', () => {
  let server: ScriptedSqlServer;
  afterEach(() => server.stop());

  it('has synonyms with what they stand for, and the tables on which triggers fire', async () => {
    server = await ScriptedSqlServer.start({
      tables: shopOf(3, 1),
      systemViews: ['synonyms'],
      instead: (sql) => {
        if (sql.includes('from sys.triggers t'))
          return resultOf([{ schema: 'dbo', table: 'customers', name: 'on_customer' }]);
        if (sql.includes('as standsFor'))
          return resultOf([{ schema: 'dbo', name: 'Cust', standsFor: '[dbo].[customers]' }]);
        if (sql.includes('fn_helpcollations')) return resultOf([{ name: 'Latin1_General_100_BIN2_UTF8' }]);
        return undefined;
      },
    });
    const connection = await connect(server.url('shop'));
    try {
      expect(await readQueryCatalog(connection)).toMatchObject({
        utf8: 'by-collation',
        synonyms: [{ schema: 'dbo', name: 'Cust', standsFor: '[dbo].[customers]' }],
        triggers: [{ table: { schema: 'dbo', name: 'customers' }, name: 'on_customer' }],
      });
    } finally {
      connection.close();
    }
  });
});
