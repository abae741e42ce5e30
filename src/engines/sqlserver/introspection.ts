import type {
  Catalog,
  CheckConstraint,
  Column,
  ForeignKey,
  RelationName,
  Table,
  UniqueKey,
  View,
} from '../../domain/catalog/catalog.js';
import type { NativeClassification } from '../../domain/classification/native-classification.js';
import { Refusal } from '../../domain/rewriting/refusal.js';
import { nameOf, TsqlText } from '../../domain/rewriting/tsql/tsql-text.js';
import { readClassificationProperties } from './classification-properties.js';
import type { SqlServerConnection } from './connection.js';
import { columnsOfSystemView, hasSystemView } from './system-views.js';
import { columnTypeOf, typeFields, typeJoins, type TypeRow } from './type-mapping.js';

/** Objects of people: not the system's, not change-data-capture's, not replication's. */
export const ownObjects = `o.is_ms_shipped = 0 and s.name not in ('cdc', 'sys', 'INFORMATION_SCHEMA')`;

interface RelationRow {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly comment: string | null;
  readonly rows: string | number | null;
  readonly readable: number | null;
  readonly definition: string | null;
}

interface ColumnRow extends TypeRow {
  readonly relation: number;
  readonly name: string;
  readonly nullable: boolean;
  readonly isIdentity: boolean;
  readonly columnSet: boolean;
  readonly clientEncrypted: boolean;
  readonly computed: string | null;
  readonly persisted: boolean | null;
  readonly default: string | null;
  readonly comment: string | null;
}

interface KeyColumnRow {
  readonly relation: number;
  readonly key: string;
  readonly isPrimary: boolean;
  readonly filterDefinition: string | null;
  readonly column: string;
}

interface ForeignKeyRow {
  readonly relation: number;
  readonly key: string;
  readonly column: string;
  readonly refSchema: string;
  readonly refTable: string;
  readonly refColumn: string;
  readonly trusted: boolean;
}

interface CheckRow {
  readonly relation: number;
  readonly name: string;
  readonly definition: string;
  readonly trusted: boolean;
}

interface DependencyRow {
  readonly relation: number;
  readonly schema: string;
  readonly name: string;
}

/** The whole catalog in a fixed number of queries, however many tables there are. */
export async function introspect(connection: SqlServerConnection): Promise<Catalog> {
  const [about] = await connection.query<{ version: string; database: string }>(aboutQuery);
  const relations = await connection.query<RelationRow>(relationsQuery);
  const known = await columnsOfSystemView(connection, 'columns');
  const columns = grouped(await connection.query<ColumnRow>(columnsQuery(known)));
  const keys = grouped(await connection.query<KeyColumnRow>(keysQuery));
  const foreignKeys = grouped(await connection.query<ForeignKeyRow>(foreignKeysQuery));
  const checks = grouped(await connection.query<CheckRow>(checksQuery));
  const reads = grouped(await connection.query<DependencyRow>(dependenciesQuery));
  const hasClassifications = await hasSystemView(connection, 'sensitivity_classifications');
  const classifications = await (hasClassifications ? readClassifications : readClassificationProperties)(
    connection,
  );
  const histories = await readHistories(connection);
  const bytes = await readSizes(connection);

  const tables: Table[] = [];
  const views: View[] = [];
  for (const relation of relations) {
    const { id, schema, name } = relation;
    const described = (columns.get(id) ?? []).map((row, i) =>
      columnFrom(row, i + 1, classifications.get(`${id} ${row.name}`)),
    );
    const comment = relation.comment === null ? {} : { comment: relation.comment };
    if (relation.kind === 'V') {
      const readsFrom = (reads.get(id) ?? []).map((row): RelationName => ({
        schema: row.schema,
        name: row.name,
      }));
      const definition = relation.definition ?? '';
      views.push({ schema, name, kind: 'view', columns: described, definition, readsFrom, ...comment });
      continue;
    }
    tables.push({
      schema,
      name,
      kind: 'table',
      columns: described,
      uniqueKeys: uniqueKeysFrom(keys.get(id) ?? []),
      foreignKeys: foreignKeysFrom(foreignKeys.get(id) ?? []),
      checks: (checks.get(id) ?? []).map((check) => checkFrom(check, described)),
      exclusions: [],
      parents: [],
      partitionKey: [],
      ...comment,
      ...(histories.has(id) ? { historyOf: histories.get(id)! } : {}),
      ...(relation.rows === null ? {} : { estimatedRows: Number(relation.rows) }),
      ...(bytes.has(id) ? { estimatedBytes: bytes.get(id)! } : {}),
      ...(relation.readable === 1 ? {} : { unreadable: 'the login has no SELECT on it' }),
    });
  }
  return {
    ...{ engine: 'sqlserver', serverVersion: about.version, database: about.database, tables, views },
    ...(hasClassifications ? {} : { classificationsIn: 'extended-properties' }),
  };
}

function grouped<Row extends { readonly relation: number }>(
  rows: readonly Row[],
): ReadonlyMap<number, Row[]> {
  return Map.groupBy(rows, ({ relation }) => relation);
}

function columnFrom(row: ColumnRow, ordinal: number, classification?: NativeClassification): Column {
  const generated = row.baseType === 'timestamp' ? 'stored' : row.columnSet ? 'virtual' : computedAs(row);
  return {
    name: row.name,
    ordinal,
    type: columnTypeOf(row),
    nullable: row.nullable,
    ...(row.default === null ? {} : { default: row.default }),
    ...(generated === undefined ? {} : { generated }),
    // IDENTITY_INSERT is needed to say a value oneself.
    ...(row.isIdentity ? { identity: 'always' as const } : {}),
    ...(row.collation === null ? {} : { collation: row.collation }),
    ...(row.comment === null ? {} : { comment: row.comment }),
    ...(row.clientEncrypted ? { clientEncrypted: true } : {}),
    ...(classification === undefined ? {} : { classification }),
  };
}

/** Bytes of tables; compatible servers do not count pages. */
async function readSizes(connection: SqlServerConnection): Promise<ReadonlyMap<number, number>> {
  if (!(await hasSystemView(connection, 'allocation_units'))) return new Map();
  const rows = await connection.query<{ relation: number; bytes: string | number }>(`
    select r.object_id as relation, sum(a.total_pages) * 8192 as bytes
    from sys.partitions r
    join sys.allocation_units a on a.container_id = r.partition_id
    where r.index_id in (0, 1)
    group by r.object_id`);
  return new Map(rows.map(({ relation, bytes }) => [relation, Number(bytes)]));
}

/** History tables, by id, and the temporal tables whose they are. */
async function readHistories(connection: SqlServerConnection): Promise<ReadonlyMap<number, RelationName>> {
  if (!(await columnsOfSystemView(connection, 'tables')).has('history_table_id')) return new Map();
  const rows = await connection.query<{ history: number; schema: string; name: string }>(`
    select o.history_table_id as history, s.name as [schema], o.name as name
    from sys.tables o join sys.schemas s on s.schema_id = o.schema_id
    where o.history_table_id is not null`);
  return new Map(rows.map(({ history, schema, name }) => [history, { schema, name }]));
}

interface ClassificationRow {
  readonly relation: number;
  readonly column: string;
  readonly label: string | null;
  readonly labelId: string | null;
  readonly informationType: string | null;
  readonly informationTypeId: string | null;
  readonly rank: string | null;
}

/** What the server's own classification says, by table and column; SQL Server 2019 and later have one. */
async function readClassifications(
  connection: SqlServerConnection,
): Promise<ReadonlyMap<string, NativeClassification>> {
  const rows = await connection.query<ClassificationRow>(`
    select s.major_id as relation, c.name as [column], cast(s.label as nvarchar(256)) as label,
           cast(s.label_id as nvarchar(128)) as labelId, cast(s.information_type as nvarchar(256)) as informationType,
           cast(s.information_type_id as nvarchar(128)) as informationTypeId, cast(s.rank_desc as nvarchar(16)) as rank
    from sys.sensitivity_classifications s
    join sys.columns c on c.object_id = s.major_id and c.column_id = s.minor_id`);
  return new Map(
    rows.map(({ relation, column, label, labelId, informationType, informationTypeId, rank }) => [
      `${relation} ${column}`,
      {
        label: label ?? '',
        informationType: informationType ?? '',
        ...(labelId === null ? {} : { labelId }),
        ...(informationTypeId === null ? {} : { informationTypeId }),
        ...(rank === null ? {} : { rank: rank as NativeClassification['rank'] }),
      },
    ]),
  );
}

/** Computed columns are computed again; a rowversion is the server's own counter. */
function computedAs({ computed, persisted }: ColumnRow): Column['generated'] {
  if (computed === null) return undefined;
  return persisted === true ? 'stored' : 'virtual';
}

function uniqueKeysFrom(rows: readonly KeyColumnRow[]): UniqueKey[] {
  return [...Map.groupBy(rows, ({ key }) => key)].map(([name, columns]) => ({
    name,
    columns: columns.map(({ column }) => column),
    primary: columns[0].isPrimary,
    // Unlike PostgreSQL, SQL Server takes NULL as equal to NULL under a unique key.
    nullsNotDistinct: true,
    ...(columns[0].filterDefinition === null ? {} : { predicate: columns[0].filterDefinition }),
  }));
}

function foreignKeysFrom(rows: readonly ForeignKeyRow[]): ForeignKey[] {
  return [...Map.groupBy(rows, ({ key }) => key)].map(([name, columns]) => ({
    name,
    columns: columns.map(({ column }) => column),
    references: {
      schema: columns[0].refSchema,
      name: columns[0].refTable,
      columns: columns.map(({ refColumn }) => refColumn),
    },
    matchFull: false,
    deferrable: false,
    validated: columns[0].trusted,
  }));
}

function checkFrom({ name, definition, trusted }: CheckRow, columns: readonly Column[]): CheckConstraint {
  const named = namesIn(definition);
  return {
    ...{ name, expression: definition, validated: trusted },
    columns: columns
      .map((column) => column.name)
      .filter((column) => named?.has(column.toLowerCase()) ?? true),
  };
}

/**
 * Names in an expression, in lower case; undefined for one that cannot be read, which may name any column. SQL Server
 * puts each in brackets; compatible servers print plain words.
 */
function namesIn(expression: string): ReadonlySet<string> | undefined {
  try {
    const { tokens } = new TsqlText(expression);
    const isBracketed = tokens.some(({ text }) => text.startsWith('['));
    const names = tokens.filter(({ kind }) => kind === 'quoted' || (!isBracketed && kind === 'word'));
    return new Set(names.map((token) => nameOf(token).toLowerCase()));
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

const aboutQuery = `
  select cast(serverproperty('ProductVersion') as nvarchar(128)) as [version], db_name() as [database]`;

const relationsQuery = `
  select o.object_id as id, s.name as [schema], o.name as name, rtrim(o.type) as kind,
         cast(p.value as nvarchar(4000)) as comment,
         case when o.type = 'U' then (
           select sum(r.rows) from sys.partitions r where r.object_id = o.object_id and r.index_id in (0, 1)
         ) end as rows,
         has_perms_by_name(quotename(s.name) + '.' + quotename(o.name), 'OBJECT', 'SELECT') as readable,
         m.definition
  from sys.objects o
  join sys.schemas s on s.schema_id = o.schema_id
  left join sys.extended_properties p
    on p.class = 1 and p.major_id = o.object_id and p.minor_id = 0 and p.name = 'MS_Description'
  left join sys.sql_modules m on m.object_id = o.object_id
  where o.type in ('U', 'V') and ${ownObjects}
  order by s.name, o.name`;

/**
 * Without the columns by which a graph's nodes and edges know each other: they hold no data, and most cannot be selected.
 * Source: https://learn.microsoft.com/sql/relational-databases/graphs/sql-graph-architecture
 * @param known columns that the server's `sys.columns` has
 */
const columnsQuery = (known: ReadonlySet<string>) => `
  select c.object_id as relation, c.name as name, ${typeFields}, c.is_nullable as nullable,
         c.is_identity as isIdentity, ${known.has('is_column_set') ? 'c.is_column_set' : 'cast(0 as bit)'} as columnSet,
         ${known.has('encryption_type') ? 'case when c.encryption_type is null then cast(0 as bit) else cast(1 as bit) end' : 'cast(0 as bit)'} as clientEncrypted,
         k.definition as computed, k.is_persisted as persisted, d.definition as [default], cast(p.value as nvarchar(4000)) as comment
  from sys.columns c
  join sys.objects o on o.object_id = c.object_id
  join sys.schemas s on s.schema_id = o.schema_id
  ${typeJoins}
  left join sys.computed_columns k on k.object_id = c.object_id and k.column_id = c.column_id
  left join sys.default_constraints d on d.parent_object_id = c.object_id and d.parent_column_id = c.column_id
  left join sys.extended_properties p
    on p.class = 1 and p.major_id = c.object_id and p.minor_id = c.column_id and p.name = 'MS_Description'
  where o.type in ('U', 'V') and ${ownObjects} ${known.has('graph_type') ? 'and c.graph_type is null' : ''}
  order by c.object_id, c.column_id`;

const keysQuery = `
  select i.object_id as relation, i.name as [key], i.is_primary_key as isPrimary, i.filter_definition as filterDefinition,
         c.name as [column]
  from sys.indexes i
  join sys.objects o on o.object_id = i.object_id
  join sys.schemas s on s.schema_id = o.schema_id
  join sys.index_columns x on x.object_id = i.object_id and x.index_id = i.index_id and x.is_included_column = 0
  join sys.columns c on c.object_id = x.object_id and c.column_id = x.column_id
  where i.is_unique = 1 and i.is_disabled = 0 and o.type = 'U' and ${ownObjects}
  order by i.object_id, i.name, x.key_ordinal`;

const foreignKeysQuery = `
  select f.parent_object_id as relation, f.name as [key], c.name as [column], rs.name as refSchema,
         r.name as refTable, rc.name as refColumn,
         case when f.is_not_trusted = 0 and f.is_disabled = 0 then cast(1 as bit) else cast(0 as bit) end as trusted
  from sys.foreign_keys f
  join sys.objects o on o.object_id = f.parent_object_id
  join sys.schemas s on s.schema_id = o.schema_id
  join sys.foreign_key_columns k on k.constraint_object_id = f.object_id
  join sys.columns c on c.object_id = k.parent_object_id and c.column_id = k.parent_column_id
  join sys.objects r on r.object_id = f.referenced_object_id
  join sys.schemas rs on rs.schema_id = r.schema_id
  join sys.columns rc on rc.object_id = k.referenced_object_id and rc.column_id = k.referenced_column_id
  where ${ownObjects}
  order by f.parent_object_id, f.name, k.constraint_column_id`;

const checksQuery = `
  select k.parent_object_id as relation, k.name as name, k.definition as definition,
         case when k.is_not_trusted = 0 and k.is_disabled = 0 then cast(1 as bit) else cast(0 as bit) end as trusted
  from sys.check_constraints k
  join sys.objects o on o.object_id = k.parent_object_id
  join sys.schemas s on s.schema_id = o.schema_id
  where ${ownObjects}
  order by k.parent_object_id, k.name`;

const dependenciesQuery = `
  select distinct d.referencing_id as relation, rs.name as [schema], r.name as name
  from sys.sql_expression_dependencies d
  join sys.objects o on o.object_id = d.referencing_id
  join sys.schemas s on s.schema_id = o.schema_id
  join sys.objects r on r.object_id = d.referenced_id
  join sys.schemas rs on rs.schema_id = r.schema_id
  where o.type = 'V' and r.type in ('U', 'V') and ${ownObjects}`;
