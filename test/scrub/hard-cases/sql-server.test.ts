import { columnsOf, printColumnName } from '../../../src/domain/catalog/catalog.js';
import { decideMasks } from '../../../src/domain/policy/decide-masks.js';
import { planScrub } from '../../../src/domain/scrub/plan-scrub.js';
import { sqlServerEngine } from '../../../src/engines/sqlserver/sqlserver-engine.js';
import { carriedSchema } from '../../../src/runs/carried-schema.js';
import { labelsFor, policyOf, shippedRules } from '../../support/planning.js';
import { classified, wholeScrub } from '../../support/scrub-of-script.js';
import { shopOf } from '../../support/scripted-shop.js';
import {
  resultOf,
  ScriptedSqlServer,
  type ScriptedServerOptions,
} from '../../support/tds-server/scripted-sql-server.js';
import type { ScriptedTable } from '../../support/tds-server/scripted-tables.js';

/** SQL Server's own, over the wire from a test double of it: what we decide and send, not what it does. */
describe('hard cases 81 to 95, SQL Server', () => {
  let server: ScriptedSqlServer;

  afterEach(() => server.stop());

  const table = (
    name: string,
    columns: ScriptedTable['columns'],
    row: ScriptedTable['row'],
  ): ScriptedTable => ({
    schema: 'dbo',
    name,
    columns,
    rows: 3,
    row,
  });

  async function start(options: ScriptedServerOptions) {
    server = await ScriptedSqlServer.start(options);
    const source = await sqlServerEngine.openSource(server.url('shop'));
    return source;
  }

  async function planOf(
    source: Awaited<ReturnType<typeof start>>,
    types: Readonly<Record<string, string>> = {},
  ) {
    const catalog = await source.catalog();
    const { informationTypes } = await shippedRules();
    return planScrub({
      catalog,
      labels: await labelsFor(catalog, types),
      labelsSha256: '',
      policy: await policyOf('default'),
      types: informationTypes,
      keyId: '',
      notices: await source.notices(),
      schema: await carriedSchema(source),
    });
  }

  /** A scrub in which nothing is sensitive, and the statements that it sent. */
  async function batchesOfScrub(): Promise<readonly string[]> {
    const source = await sqlServerEngine.openSource(server.url('shop'));
    const labels = await labelsFor(await source.catalog(), {});
    await source.close();
    await wholeScrub({ from: server.url('shop'), to: server.url('staging'), labels });
    return server.wire.batches;
  }

  it('81: a temporal table and its history are masked alike, loaded as tables, and joined again with a check', async () => {
    const columns = [
      { name: 'id', type: 'int' },
      { name: 'email', type: 'nvarchar(200)' },
      { name: 'from', type: 'datetime2(7)' },
      { name: 'to', type: 'datetime2(7)' },
    ];
    const row = (i: number) => [
      String(i),
      `ana.${i}@corp.example`,
      '2026-01-01 00:00:00.0000000',
      '9999-12-31 23:59:59.9999999',
    ];
    const source = await start({
      tables: [table('people', columns, row), table('people_history', columns, row)],
      systemViews: ['periods'],
      instead: (sql) => {
        if (sql.includes('o.history_table_id as history'))
          return resultOf([{ history: 1001, schema: 'dbo', name: 'people' }]);
        if (!sql.includes('from sys.tables o') || !sql.includes('sys.periods')) return undefined;
        const period = {
          from: 'from',
          to: 'to',
          hidesFrom: true,
          hidesTo: false,
          retention: 6,
          retentionUnit: 'MONTH',
        };
        return resultOf([
          { schema: 'dbo', name: 'people', historySchema: 'dbo', historyName: 'people_history', ...period },
        ]);
      },
    });
    const { postData } = await source.schema();
    // Labelled in the one table: the history takes its mask.
    const plan = await planOf(source, { 'dbo.people.email': 'email-address' });
    await source.close();
    expect(plan.tables.map(({ name, masks }) => [name, masks.map(({ column }) => column.column)])).toEqual([
      ['people', ['email']],
      ['people_history', ['email']],
    ]);
    expect(postData.map(({ sql }) => sql)).toEqual(
      expect.arrayContaining([
        'alter table [dbo].[people] add period for system_time ([from], [to])',
        'alter table [dbo].[people] alter column [from] add hidden',
        'alter table [dbo].[people] set (system_versioning = on (history_table = [dbo].[people_history], data_consistency_check = on, history_retention_period = 6 months))',
      ]),
    );
  });

  it.each([
    ['82: a graph node', 'is_node'],
    ['82: a graph edge', 'is_edge'],
    ['83: a memory-optimised table', 'is_memory_optimized'],
    ['89: columns of type sql_variant', 'sql_variant'],
    ['95: a ledger table', 'ledger_type'],
    ['95: an external table', 'is_external'],
  ])('%s: refused by the plan, with the next step', async (_, kind) => {
    const source = await start({
      tables: shopOf(3, 1),
      uncopyable: [{ schema: 'dbo', name: 'customers', kind }],
    });
    const { refusals } = await planOf(source);
    const [refusal] = refusals.filter(({ code }) => code === 'uncopyable-table');
    expect(refusal).toMatchObject({ where: 'dbo.customers' });
    expect(refusal.hint).toMatch(/copy|scrub|give|move/);
    // Nor is it read by whoever does not ask for a plan.
    await expect(source.copyOut({ schema: 'dbo', name: 'customers' }, ['id'], 'text')).rejects.toMatchObject({
      code: 'uncopyable-table',
    });
    await source.close();
  });

  it('81: views of the past come after it, and the indexes that keep a view after the view', async () => {
    const view = 'create view dbo.totals with schemabinding as select count_big(*) as n from dbo.customers';
    const index = { schema: 'dbo', table: 'totals', isOfView: true, name: 'ux_totals', column: 'n' };
    const source = await start({
      tables: shopOf(3, 1),
      systemViews: ['periods'],
      instead: (sql) => {
        if (sql.includes('m.uses_quoted_identifier'))
          return resultOf([
            {
              id: 7,
              schema: 'dbo',
              name: 'totals',
              kind: 'V',
              definition: view,
              quotedIdentifier: true,
              ansiNulls: true,
            },
          ]);
        if (sql.includes('as isConstraint'))
          return resultOf([
            {
              ...index,
              type: 'CLUSTERED',
              isUnique: true,
              isPrimary: false,
              isConstraint: false,
              filterDefinition: null,
              included: false,
              descending: false,
            },
          ]);
        if (!sql.includes('from sys.periods p') && !sql.includes('join sys.periods p')) return undefined;
        const history = { historySchema: 'dbo', historyName: 'customers_history' };
        return resultOf([
          {
            schema: 'dbo',
            name: 'customers',
            ...history,
            from: 'from',
            to: 'to',
            hidesFrom: false,
            hidesTo: false,
            retention: null,
            retentionUnit: null,
          },
        ]);
      },
    });
    const { postData } = await source.schema();
    await source.close();
    const made = postData.map(({ sql }) => sql);
    const [versioned, seen, kept] = [
      made.findIndex((sql) => sql.includes('system_versioning = on')),
      made.indexOf(view),
      made.indexOf('create unique clustered index [ux_totals] on [dbo].[totals] ([n])'),
    ];
    expect(versioned).toBeGreaterThan(-1);
    expect(seen).toBeGreaterThan(versioned);
    expect(kept).toBeGreaterThan(seen);
  });

  it('82: what people put into a node is labelled, and what the graph is held together by is not read', async () => {
    server = await ScriptedSqlServer.start({
      tables: [
        table(
          'person',
          [
            { name: 'graph_id_1A', type: 'bigint', graphInternal: true },
            { name: 'email', type: 'nvarchar(100)' },
          ],
          (i) => [String(i), `person${i}@corp.example`],
        ),
      ],
    });
    const { columns } = await classified(server.url('shop'));
    expect([...columns.keys()]).toEqual(['dbo.person.email']);
    expect(columns.get('dbo.person.email')).toMatchObject({ informationType: 'email-address' });
  });

  describe('88: Always Encrypted columns', () => {
    const people = (nullable: boolean) =>
      table(
        'people',
        [
          { name: 'id', type: 'int' },
          { name: 'email', type: 'nvarchar(100)' },
          { name: 'ssn', type: 'nvarchar(11)', nullable, clientEncrypted: true },
        ],
        (i) => [String(i), `person${i}@corp.example`, `0x01ce${i}`],
      );

    it('are labelled by their names, and the others of their table by their values', async () => {
      server = await ScriptedSqlServer.start({ tables: [people(true)] });
      const { columns } = await classified(server.url('shop'));
      expect(columns.get('dbo.people.email')).toMatchObject({ informationType: 'email-address' });
      expect(columns.get('dbo.people.ssn')).toMatchObject({ informationType: 'us-ssn' });
    });

    it('are NULL in the copy, whatever their labels and the policy say, and encrypted there no more', async () => {
      server = await ScriptedSqlServer.start({
        tables: [{ ...people(true), keys: [{ name: 'pk', columns: ['id'], primary: true }] }],
      });
      const email: Readonly<Record<string, string>> = { 'dbo.people.email': 'email-address' };
      for (const types of [email, { ...email, 'dbo.people.ssn': 'us-ssn' }]) {
        const source = await sqlServerEngine.openSource(server.url('shop'));
        const labels = await labelsFor(await source.catalog(), types);
        await source.close();
        const { statement } = await wholeScrub({ from: server.url('shop'), to: server.url('copy'), labels });
        expect(statement.predicate.verification).toMatchObject({ passed: true });
      }
      expect(server.rowsOf('copy', 'dbo.people').map(([, , ssn]) => ssn)).toEqual([null, null, null]);
    });

    it('are refused where the copy could not have NULL', async () => {
      const source = await start({ tables: [people(false)] });
      const { refusals } = await planOf(source, { 'dbo.people.ssn': 'us-ssn' });
      expect(refusals).toMatchObject([{ code: 'ciphertext-needed', where: 'dbo.people.ssn' }]);
      await source.close();
    });

    it('are NULL in what people query, since no expression takes them', async () => {
      const source = await start({ tables: [people(true)] });
      const catalog = await source.catalog();
      await source.close();
      const { masks } = decideMasks({
        catalog,
        labels: await labelsFor(catalog, { 'dbo.people.ssn': 'us-ssn' }),
        policy: (await policyOf('default')).policy,
        types: (await shippedRules()).informationTypes,
        subject: { role: 'analyst', at: new Date() },
      });
      expect(masks.get('dbo.people.ssn')).toMatchObject({ technique: 'null' });
    });
  });

  it('84 and 85: row versions and computed columns are the copy’s own', async () => {
    const source = await start({
      tables: [
        table(
          'things',
          [
            { name: 'id', type: 'int' },
            { name: 'version', type: 'timestamp' },
            { name: 'double', type: 'int', nullable: true, computed: '([id]*(2))' },
          ],
          (i) => [String(i), '01', String(2 * i)],
        ),
      ],
    });
    await source.close();
    const batches = await batchesOfScrub();
    expect(batches.find((sql) => sql.startsWith('create table [dbo]'))).toBe(
      'create table [dbo].[things] (\n  [id] int not null,\n  [version] rowversion not null,\n  [double] as ([id]*(2))\n)',
    );
    expect(batches.find((sql) => sql.startsWith('insert bulk'))).toMatch(
      /^insert bulk \[dbo\]\.\[things\]\(\[id\] int\)/,
    );
  });

  it('87: sparse columns are named, and their column set is not copied', async () => {
    const source = await start({
      tables: [
        table(
          'things',
          [
            { name: 'id', type: 'int' },
            { name: 'rare', type: 'nvarchar(20)', nullable: true, sparse: true },
            { name: 'all_rare', type: 'xml', nullable: true, columnSet: true },
          ],
          (i) => [String(i), null, '<rare/>'],
        ),
      ],
    });
    await source.close();
    const batches = await batchesOfScrub();
    expect(batches.find((sql) => sql.startsWith('create table [dbo]'))).toBe(
      'create table [dbo].[things] (\n  [id] int not null,\n  [rare] nvarchar(20) sparse null,\n  [all_rare] xml column_set for all_sparse_columns\n)',
    );
    expect(batches.find((sql) => sql.startsWith('insert bulk'))).toMatch(
      /^insert bulk \[dbo\]\.\[things\]\(\[id\] int, \[rare\] nvarchar\(20\)\)/,
    );
  });

  it('86: identity values are kept, one table at a time, and go on where the source stands', async () => {
    const source = await start({ tables: shopOf(5, 1) });
    await source.close();
    const batches = await batchesOfScrub();
    const places = [
      'set identity_insert [dbo].[customers] on',
      'set identity_insert [dbo].[customers] off',
      "dbcc checkident ('[dbo].[customers]', reseed, 5) with no_infomsgs",
    ].map((sql) => batches.indexOf(sql));
    expect(places[0]).toBeGreaterThan(0);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });

  it.each([
    ['the number after the last', { lastUsed: '41' }, '46'],
    ['the first, where none was given', { lastUsed: null }, '41'],
    ['one after the last, where the server does not tell whether it was given', {}, '46'],
    ['the least again, where it cycles', { lastUsed: '98', current: '98', cycles: true }, '1'],
  ])('86: a sequence goes on with %s', async (_, state, next) => {
    const row = {
      ...{ schema: 'dbo', name: 'numbers', type: 'decimal', precision: 28, start: '41', increment: '5' },
      ...{ least: '1', most: '100', cycles: false, current: '41', ...state },
    };
    const source = await start({
      tables: shopOf(3, 1),
      instead: (sql) => {
        if (sql.includes("object_id(N'sys.sequences')"))
          return resultOf('lastUsed' in state ? [{ name: 'last_used_value' }] : [{ name: 'current_value' }]);
        return sql.includes('from sys.sequences o') ? resultOf([row]) : undefined;
      },
    });
    const { preData, sequences } = await source.schema();
    await source.close();
    expect(preData.map(({ sql }) => sql)).toContain(
      'create sequence [dbo].[numbers] as decimal(28, 0) start with 41 increment by 5 minvalue 1 maxvalue 100 ' +
        (row.cycles ? 'cycle' : 'no cycle'),
    );
    expect(sequences[0].sql).toBe(`alter sequence [dbo].[numbers] restart with ${next}`);
  });

  it('89: hierarchies and spatial values travel as the bytes that the server keeps them in', async () => {
    const source = await start({
      tables: [
        table(
          'places',
          [
            { name: 'id', type: 'int' },
            { name: 'unit', type: 'hierarchyid' },
            { name: 'spot', type: 'geography', nullable: true },
          ],
          (i) => [String(i), '5ac0', i === 0 ? null : 'e6100000010c'],
        ),
      ],
    });
    await source.close();
    const batches = await batchesOfScrub();
    expect(batches).toContain(
      'select t.[id], convert(varbinary(max), t.[unit]), convert(varbinary(max), t.[spot]) from [dbo].[places] as t',
    );
    expect(server.rowsOf('staging', 'dbo.places')).toEqual([
      ['0', '5ac0', null],
      ['1', '5ac0', 'e6100000010c'],
      ['2', '5ac0', 'e6100000010c'],
    ]);
  });

  it('90: a login that sees masks, or not all tables or rows, is refused', async () => {
    server = await ScriptedSqlServer.start({
      tables: shopOf(3, 1),
      instead: (sql) =>
        sql.includes("'VIEW DEFINITION') as defines") ? resultOf([{ defines: 0, selects: 0 }]) : undefined,
    });
    await expect(sqlServerEngine.openSource(server.url('shop'))).rejects.toMatchObject({
      code: 'source-is-hidden',
      hint: expect.stringContaining('grant view definition') as string,
    });
    await server.stop();
    server = await ScriptedSqlServer.start({
      tables: shopOf(3, 1),
      systemViews: ['masked_columns'],
      instead: (sql) =>
        sql.includes('from sys.masked_columns') ? resultOf([{ masked: 2, may: 0 }]) : undefined,
    });
    await expect(sqlServerEngine.openSource(server.url('shop'))).rejects.toMatchObject({
      code: 'source-is-masked',
    });
    await server.stop();
    server = await ScriptedSqlServer.start({
      tables: shopOf(3, 1),
      systemViews: ['security_policies'],
      instead: (sql) =>
        sql.includes('from sys.security_policies') ? resultOf([{ name: 'dbo.p' }]) : undefined,
    });
    await expect(sqlServerEngine.openSource(server.url('shop'))).rejects.toMatchObject({
      code: 'row-level-security',
    });
  });

  it('91: a key that the source does not trust is made untrusted, any other is checked against every row', async () => {
    const source = await start({
      tables: shopOf(5, 1),
      instead: (sql) =>
        sql.includes('onDelete')
          ? resultOf([
              {
                schema: 'sales',
                table: 'order details',
                name: 'fk_details_customer',
                refSchema: 'dbo',
                refTable: 'customers',
                column: 'customer_id',
                refColumn: 'id',
                onDelete: 'CASCADE',
                onUpdate: 'NO_ACTION',
                trusted: false,
                disabled: true,
              },
            ])
          : undefined,
    });
    const { postData } = await source.schema();
    await source.close();
    expect(postData.filter(({ makes }) => makes.startsWith('foreign key')).map(({ sql }) => sql)).toEqual([
      'alter table [sales].[order details] with nocheck add constraint [fk_details_customer] foreign key ([customer_id]) references [dbo].[customers] ([id]) on delete cascade',
      'alter table [sales].[order details] nocheck constraint [fk_details_customer]',
    ]);
    await server.stop();
    server = await ScriptedSqlServer.start({ tables: shopOf(5, 1) });
    const batches = await batchesOfScrub();
    expect(batches.find((sql) => sql.includes('foreign key'))).not.toContain('nocheck');
    expect(server.table('staging', 'sales.order details').untrusted.size).toBe(0);
  });

  it('92: triggers are made after the rows, and no bulk load fires any', async () => {
    const trigger = 'create trigger dbo.on_customer on dbo.customers after insert as set nocount on';
    const module = { id: 7, schema: 'dbo', name: 'on_customer', kind: 'TR', definition: trigger };
    const owner = { ownerSchema: 'dbo', owner: 'customers', disabled: true };
    const source = await start({
      tables: shopOf(5, 1),
      instead: (sql) =>
        sql.includes('m.uses_quoted_identifier')
          ? resultOf([{ ...module, quotedIdentifier: true, ansiNulls: true, ...owner }])
          : undefined,
    });
    await source.close();
    const batches = await batchesOfScrub();
    const loads = batches.filter((sql) => sql.startsWith('insert bulk'));
    expect(loads).toHaveLength(2);
    expect(loads.join()).not.toMatch(/FIRE_TRIGGERS/i);
    const made = batches.indexOf(trigger);
    expect(made).toBeGreaterThan(batches.lastIndexOf(loads.at(-1)!));
    // Nor does it fire in the copy, where it is switched off in the source.
    expect(batches[made + 1]).toBe('disable trigger [dbo].[on_customer] on [dbo].[customers]');
  });

  it('93: what tracks changes, and what else belongs to the source, is left out and named', async () => {
    const source = await start({
      tables: shopOf(3, 1),
      systemViews: ['change_tracking_tables', 'database_principals'],
      instead: (sql) => {
        if (sql.includes('from sys.change_tracking_tables') && !sql.includes('as [view]'))
          return resultOf([{ n: 0 }]);
        if (sql.includes('v.name in ('))
          return resultOf([{ name: 'change_tracking_tables' }, { name: 'database_principals' }]);
        if (!sql.includes('as [view], count(*) as n')) return undefined;
        return resultOf([
          { view: 'change_tracking_tables', n: 2 },
          { view: 'database_principals', n: 0 },
        ]);
      },
    });
    const { warnings } = await planOf(source);
    await source.close();
    expect(warnings.filter(({ code }) => code === 'left-out').map(({ where }) => where)).toEqual([
      '2 tables with change tracking',
    ]);
  });

  it('94: under a collation without case, unique stand-ins differ by more than case', async () => {
    const source = await start({ tables: shopOf(300, 1) });
    const catalog = await source.catalog();
    await source.close();
    const insensitive = Array.from(columnsOf(catalog))
      .filter(({ column }) => column.type.caseInsensitive)
      .map(({ name }) => printColumnName(name));
    expect(insensitive).toContain('dbo.customers.email');
    const labels = await labelsFor(catalog, {
      'dbo.customers.email': 'email-address',
      'sales."order details".contact_email': 'email-address',
    });
    await wholeScrub({ from: server.url('shop'), to: server.url('staging'), labels });
    const emails = server.rowsOf('staging', 'dbo.customers').map((row) => row[2]!.toLowerCase());
    expect(new Set(emails).size).toBe(300);
  });
});
