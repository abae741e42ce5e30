import { baseTypeOf, type ScriptedColumn, type TableState } from './scripted-tables.js';

type Row = Readonly<Record<string, string | number | boolean | null>>;

/** What a scripted server tells of one of its databases, to each of the queries that Scrubjay asks. */
export interface DatabaseFacts {
  readonly database: string;
  readonly tables: readonly TableState[];
  /** System views that the server has. */
  readonly systemViews: readonly string[];
  /** The next row version that it gives. */
  readonly rowVersion: number;
  /** Tables that cannot be copied, of a kind that our query tells. */
  readonly uncopyable: readonly { readonly schema: string; readonly name: string; readonly kind: string }[];
}

/** A query of ours, known by words that no other has, and its rows. */
type CatalogAnswer = readonly [RegExp, (facts: DatabaseFacts, sql: string) => readonly Row[]];

const catalogAnswers: readonly CatalogAnswer[] = [
  [/as edition,/, () => [{ version: '16.0.4135.4', edition: '3', babelfish: null }]],
  [/as \[version\], db_name\(\)/, ({ database }) => [{ version: '16.0.4135.4', database }]],
  [
    /as server, db_name\(\)/,
    ({ database }) => [
      {
        server: 'SCRIPTED',
        database,
        version: '16.0.4135.4',
        role: 'reader',
        fork: null,
        created: '2026-01-01',
      },
    ],
  ],
  [/snapshot_isolation_state/, ({ database }) => [{ state: 1, name: database }]],
  [
    /from sys\.all_columns c where c\.object_id = object_id/,
    (_, sql) =>
      sql.includes('sys.tables')
        ? [{ name: 'is_node' }, { name: 'history_table_id' }]
        : [{ name: 'is_column_set' }, { name: 'encryption_type' }, { name: 'graph_type' }],
  ],
  [/o\.history_table_id as history/, () => []],
  [/min_active_rowversion\(\)/, ({ rowVersion }) => [{ rowVersion: hexOf(rowVersion), changes: null }]],
  [/as rowVersion, .* as changes$/, () => [{ rowVersion: null, changes: null }]],
  [/as kinds where kind is not null/, ({ uncopyable }) => uncopyable.map((row) => ({ ...row }))],
  [
    /from sys\.all_views v/,
    ({ systemViews }, sql) => systemViews.filter((v) => sql.includes(`N'${v}'`)).map((name) => ({ name })),
  ],
  [/from sys\.security_policies/, () => []],
  [/has_perms_by_name\(quotename/, ({ tables }) => tables.map(relationRow)],
  [/is_persisted as persisted,\s+d\.definition as \[default\], cast\(p/, columnRows],
  [/as databaseCollation/, columnRows],
  [/as isConstraint/, indexRows],
  [/i\.is_unique = 1 and i\.is_disabled = 0/, keyRows],
  [/from sys\.foreign_keys f/, foreignKeyRows],
  [/select distinct s\.name as name from sys\.schemas/, schemaRows],
  [/from sys\.identity_columns i/, identityRows],
  [/as \[view\], count\(\*\) as n/, () => []],
  [/as \[collation\]$/, () => [{ collation: 'Latin1_General_CI_AS' }]],
  [/select max\(may\) as may/, () => [{ may: 0 }]],
  [/'VIEW DEFINITION'\) as defines/, () => [{ defines: 1, selects: 1 }]],
  [/is_srvrolemember/, () => [{ may: 1 }]],
  [/o\.type in \('U', 'V', 'SO'\)/, ({ tables }) => [{ n: tables.length }]],
  [
    /^\s*select cast\(serverproperty\('ProductVersion'\) as nvarchar\(128\)\) as version$/,
    () => [{ version: '16.0.4135.4' }],
  ],
  // What a script has none of.
  [
    /from sys\.(check_constraints|sql_expression_dependencies|sql_modules|sequences|types|synonyms|triggers|extended_properties)\b/,
    () => [],
  ],
];

/** The rows that answer a catalog query; undefined for any other statement. */
export function answerCatalog(facts: DatabaseFacts, sql: string): readonly Row[] | undefined {
  return catalogAnswers.find(([pattern]) => pattern.test(sql))?.[1](facts, sql);
}

function hexOf(rowVersion: number): string {
  return `0x${rowVersion.toString(16).toUpperCase().padStart(16, '0')}`;
}

function idOf(facts: DatabaseFacts, table: TableState): number {
  return 1000 + facts.tables.indexOf(table);
}

function relationRow(table: TableState, index: number): Row {
  const { schema, name, unreadable } = table.script;
  return {
    id: 1000 + index,
    schema,
    name,
    kind: 'U',
    comment: null,
    rows: table.count,
    readable: unreadable ? 0 : 1,
    definition: null,
  };
}

function columnRows(facts: DatabaseFacts, sql: string): Row[] {
  const isListed = ({ graphInternal = false }: ScriptedColumn) =>
    !graphInternal || !sql.includes('c.graph_type is null');
  return facts.tables.flatMap((table) =>
    table.script.columns.filter(isListed).map((column) => ({
      relation: idOf(facts, table),
      schema: table.script.schema,
      table: table.script.name,
      name: column.name,
      ...typeRow(column),
      nullable: column.nullable ?? false,
      isIdentity: column.identity ?? false,
      seed: column.identity ? '1' : null,
      increment: column.identity ? '1' : null,
      computed: column.computed ?? null,
      persisted: column.computed === undefined ? null : false,
      default: null,
      defaultName: null,
      comment: null,
      sparse: column.sparse ?? false,
      columnSet: column.columnSet ?? false,
      clientEncrypted: column.clientEncrypted ?? false,
      databaseCollation: 'Latin1_General_CI_AS',
    })),
  );
}

function typeRow(column: ScriptedColumn): Row {
  const base = baseTypeOf(column);
  const [first, second] = (/\((.*)\)/.exec(column.type)?.[1] ?? '').split(',');
  const isText = /char$/.test(base);
  const unit = base.startsWith('n') ? 2 : 1;
  return {
    baseType: base,
    typeName: base,
    typeSchema: 'sys',
    isAlias: false,
    maxLength: first === 'max' ? -1 : isText ? Number(first) * unit : Number(first || 8),
    precision: Number(first) || 0,
    scale: base === 'decimal' ? Number(second ?? 0) : Number(first) || 0,
    collation: isText ? 'Latin1_General_CI_AS' : null,
  };
}

function madeKeys(facts: DatabaseFacts) {
  return facts.tables.flatMap((table) =>
    (table.script.keys ?? []).filter(({ name }) => table.keys.has(name)).map((key) => ({ table, key })),
  );
}

function keyRows(facts: DatabaseFacts): Row[] {
  return madeKeys(facts).flatMap(({ table, key }) =>
    key.columns.map((column) => ({
      relation: idOf(facts, table),
      key: key.name,
      isPrimary: key.primary ?? false,
      filterDefinition: null,
      column,
    })),
  );
}

function indexRows(facts: DatabaseFacts): Row[] {
  return madeKeys(facts).flatMap(({ table, key }) =>
    key.columns.map((column) => ({
      schema: table.script.schema,
      table: table.script.name,
      name: key.name,
      type: key.primary ? 'CLUSTERED' : 'NONCLUSTERED',
      isUnique: true,
      isPrimary: key.primary ?? false,
      isOfView: false,
      isConstraint: true,
      filterDefinition: null,
      column,
      included: false,
      descending: false,
    })),
  );
}

function foreignKeyRows(facts: DatabaseFacts): Row[] {
  return facts.tables.flatMap((table) =>
    (table.script.foreignKeys ?? [])
      .filter(({ name }) => table.keys.has(name))
      .flatMap(({ name, columns, references }) =>
        columns.map((column, i) => ({
          relation: idOf(facts, table),
          schema: table.script.schema,
          table: table.script.name,
          key: name,
          name,
          column,
          refSchema: references.schema,
          refTable: references.name,
          refColumn: references.columns[i],
          onDelete: 'NO_ACTION',
          onUpdate: 'NO_ACTION',
          trusted: !table.untrusted.has(name),
          disabled: false,
        })),
      ),
  );
}

function schemaRows({ tables }: DatabaseFacts): Row[] {
  const names = new Set(tables.map(({ script }) => script.schema));
  return [...names].filter((name) => name !== 'dbo').map((name) => ({ name }));
}

function identityRows({ tables }: DatabaseFacts): Row[] {
  return tables
    .filter(({ script }) => script.columns.some(({ identity }) => identity))
    .map(({ script: { schema, name, rows } }) => ({ schema, name, last: String(rows) }));
}
