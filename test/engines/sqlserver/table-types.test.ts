import { sqlServerEngine } from '../../../src/engines/sqlserver/sqlserver-engine.js';
import { resultOf, ScriptedSqlServer } from '../../support/tds-server/scripted-sql-server.js';

describe('table types of SQL Server', () => {
  let server: ScriptedSqlServer;
  afterEach(() => server.stop());

  const type = (name: string, size: number) => ({
    baseType: name,
    typeName: name,
    typeSchema: 'sys',
    isAlias: false,
    maxLength: size,
    precision: 9,
    scale: 2,
    collation: null,
  });
  const plain = {
    relation: 7,
    schema: 'sales',
    table: 'order lines',
    nullable: false,
    computed: null,
    persisted: null,
    default: null,
    defaultName: null,
    seed: null,
    increment: null,
    sparse: false,
    columnSet: false,
    databaseCollation: 'Latin1_General_CI_AS',
  };
  const columns = [
    { ...plain, ...type('int', 4), name: 'line', seed: '1', increment: '1' },
    { ...plain, ...type('nvarchar', 400), name: 'mail', nullable: true, collation: 'Latin1_General_BIN2' },
    { ...plain, ...type('decimal', 5), name: 'amount', default: '((1))', defaultName: 'DF__TT__1' },
    {
      ...plain,
      ...type('int', 4),
      name: 'twice',
      computed: '([line]*(2))',
      persisted: false,
      nullable: true,
    },
    { ...plain, ...type('int', 4), isAlias: true, typeSchema: 'dbo', typeName: 'tally', name: 'pieces' },
  ];
  const index = (rows: readonly object[]) =>
    rows.map((row) => ({
      relation: 7,
      name: 'PK__TT',
      type: 'CLUSTERED',
      isUnique: true,
      isPrimary: false,
      isConstraint: true,
      included: false,
      descending: false,
      ...row,
    }));
  const indexes = index([
    { index: 1, isPrimary: true, column: 'line', descending: true },
    { index: 2, type: 'NONCLUSTERED', column: 'mail' },
    { index: 2, type: 'NONCLUSTERED', column: 'pieces' },
    {
      index: 3,
      name: 'ix amount',
      type: 'NONCLUSTERED',
      isUnique: false,
      isConstraint: false,
      column: 'amount',
    },
    {
      index: 3,
      name: 'ix amount',
      type: 'NONCLUSTERED',
      isUnique: false,
      isConstraint: false,
      column: 'mail',
      included: true,
    },
  ]);

  async function preData(systemViews: readonly string[]): Promise<readonly string[]> {
    server = await ScriptedSqlServer.start({
      tables: [],
      systemViews: [...systemViews],
      instead: (sql) => {
        if (!sql.includes('sys.table_types o')) return undefined;
        if (sql.includes('databaseCollation')) return resultOf(columns);
        return resultOf(
          sql.includes('sys.indexes') ? indexes : [{ relation: 7, definition: '([amount]>(0))' }],
        );
      },
    });
    const source = await sqlServerEngine.openSource(server.url('shop'));
    try {
      return (await source.schema()).preData.map(({ sql }) => sql);
    } finally {
      await source.close();
    }
  }

  it('come with keys, indexes, checks and defaults, whose names they may not give', async () => {
    const made = (await preData(['table_types'])).filter((sql) => sql.includes('as table'));
    expect(made).toEqual([
      [
        'create type [sales].[order lines] as table (',
        '  [line] int identity(1, 1) not null,',
        '  [mail] nvarchar(200) collate Latin1_General_BIN2 null,',
        '  [amount] decimal(9,2) not null default ((1)),',
        '  [twice] as ([line]*(2)),',
        '  [pieces] [dbo].[tally] not null,',
        '  primary key clustered ([line] desc),',
        '  unique nonclustered ([mail], [pieces]),',
        '  index [ix amount] nonclustered ([amount]) include ([mail]),',
        '  check ([amount]>(0))',
        ')',
      ].join('\n'),
    ]);
  });

  it('are asked of no server that has none', async () => {
    expect((await preData([])).filter((sql) => sql.includes('as table'))).toEqual([]);
  });
});
