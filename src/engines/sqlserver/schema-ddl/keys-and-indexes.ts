import type { SchemaStatement } from '../../schema-statements.js';
import type { SqlServerConnection } from '../connection.js';
import { quoteName, quoteNames, quoteRelation } from '../identifiers.js';
import { ownObjects } from '../introspection.js';

interface IndexRow {
  readonly schema: string;
  readonly table: string;
  readonly isOfView: boolean;
  readonly name: string;
  readonly type: string;
  readonly isUnique: boolean;
  readonly isPrimary: boolean;
  readonly isConstraint: boolean;
  readonly filterDefinition: string | null;
  readonly column: string;
  readonly included: boolean;
  readonly descending: boolean;
}

interface ForeignKeyRow {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly refSchema: string;
  readonly refTable: string;
  readonly column: string;
  readonly refColumn: string;
  readonly onDelete: string;
  readonly onUpdate: string;
  readonly trusted: boolean;
  readonly disabled: boolean;
}

interface CheckRow {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly definition: string;
  readonly trusted: boolean;
  readonly disabled: boolean;
}

/**
 * Keys, indexes and constraints, made when the rows are in: clustered ones first, since they move the
 * rows; foreign keys last. What the source trusts is checked against every row, as a new constraint is where
 * nothing else is said, so that the copy's constraints are trusted too. Indexes that views are kept by come when
 * the views are there.
 */
export async function readKeysAndIndexes(
  connection: SqlServerConnection,
): Promise<Record<'ofTables' | 'ofViews', SchemaStatement[]>> {
  const indexes = Map.groupBy(await connection.query<IndexRow>(indexesQuery), (row) =>
    JSON.stringify([row.schema, row.table, row.name]),
  );
  const ordered = [...indexes.values()].sort((a, b) => order(a[0]) - order(b[0]));
  const made = (isOfView: boolean) =>
    ordered.filter(([first]) => first.isOfView === isOfView).map(indexStatement);
  const checks = (await connection.query<CheckRow>(checksQuery)).flatMap(checkStatements);
  const keys = Map.groupBy(await connection.query<ForeignKeyRow>(foreignKeysQuery), (row) =>
    JSON.stringify([row.schema, row.table, row.name]),
  );
  return {
    ofTables: [...made(false), ...checks, ...[...keys.values()].flatMap(foreignKeyStatements)],
    ofViews: made(true),
  };
}

function order({ type, isPrimary }: IndexRow): number {
  return (type.startsWith('CLUSTERED') ? 0 : 2) + (isPrimary ? 0 : 1);
}

function indexStatement(rows: readonly IndexRow[]): SchemaStatement {
  const [first] = rows;
  const table = quoteRelation({ schema: first.schema, name: first.table });
  const name = quoteName(first.name);
  const kind = first.type.toLowerCase();
  const columns = rows
    .filter(({ included }) => !included)
    .map(({ column, descending }) => `${quoteName(column)}${descending ? ' desc' : ''}`)
    .join(', ');
  const makes = `${first.isConstraint ? 'key' : 'index'} ${first.schema}.${first.name}`;
  if (first.isConstraint) {
    const key = first.isPrimary ? 'primary key' : 'unique';
    return { makes, sql: `alter table ${table} add constraint ${name} ${key} ${kind} (${columns})` };
  }
  if (kind.includes('columnstore')) {
    const list = kind.startsWith('clustered') ? '' : ` (${quoteNames(rows.map(({ column }) => column))})`;
    return { makes, sql: `create ${kind} index ${name} on ${table}${list}` };
  }
  const included = rows.filter((row) => row.included).map(({ column }) => column);
  const include = included.length === 0 ? '' : ` include (${quoteNames(included)})`;
  const where = first.filterDefinition === null ? '' : ` where ${first.filterDefinition}`;
  const unique = first.isUnique ? 'unique ' : '';
  return { makes, sql: `create ${unique}${kind} index ${name} on ${table} (${columns})${include}${where}` };
}

function checkStatements({
  schema,
  table,
  name,
  definition,
  trusted,
  disabled,
}: CheckRow): SchemaStatement[] {
  const relation = quoteRelation({ schema, name: table });
  const makes = `check ${schema}.${name}`;
  const how = trusted ? '' : 'with nocheck ';
  return [
    { makes, sql: `alter table ${relation} ${how}add constraint ${quoteName(name)} check ${definition}` },
    ...(disabled ? [{ makes, sql: `alter table ${relation} nocheck constraint ${quoteName(name)}` }] : []),
  ];
}

function foreignKeyStatements(rows: readonly ForeignKeyRow[]): SchemaStatement[] {
  const [{ schema, table, name, refSchema, refTable, onDelete, onUpdate, trusted, disabled }] = rows;
  const relation = quoteRelation({ schema, name: table });
  const makes = `foreign key ${schema}.${name}`;
  const columns = quoteNames(rows.map(({ column }) => column));
  const references = `${quoteRelation({ schema: refSchema, name: refTable })} (${quoteNames(rows.map(({ refColumn }) => refColumn))})`;
  const actions = [
    ['delete', onDelete],
    ['update', onUpdate],
  ]
    .filter(([, action]) => action !== 'NO_ACTION')
    .map(([event, action]) => ` on ${event} ${action.replaceAll('_', ' ').toLowerCase()}`)
    .join('');
  const made = (how: string) =>
    `alter table ${relation} ${how}add constraint ${quoteName(name)} foreign key (${columns}) references ${references}${actions}`;
  const unvalidated = made('with nocheck ');
  return [
    trusted
      ? {
          makes,
          sql: made(''),
          foreignKey: { table: { schema, name: table }, name, unvalidated },
        }
      : { makes, sql: unvalidated },
    ...(disabled ? [{ makes, sql: `alter table ${relation} nocheck constraint ${quoteName(name)}` }] : []),
  ];
}

const indexesQuery = `
  select s.name as [schema], o.name as [table], i.name as name, i.type_desc as type, i.is_unique as isUnique,
         i.is_primary_key as isPrimary,
         case when o.type = 'V' then cast(1 as bit) else cast(0 as bit) end as isOfView,
         case when i.is_primary_key = 1 or i.is_unique_constraint = 1 then cast(1 as bit) else cast(0 as bit) end as isConstraint,
         i.filter_definition as filterDefinition, c.name as [column], x.is_included_column as included,
         x.is_descending_key as descending
  from sys.indexes i
  join sys.objects o on o.object_id = i.object_id
  join sys.schemas s on s.schema_id = o.schema_id
  join sys.index_columns x on x.object_id = i.object_id and x.index_id = i.index_id
  join sys.columns c on c.object_id = x.object_id and c.column_id = x.column_id
  where i.type_desc in ('CLUSTERED', 'NONCLUSTERED', 'CLUSTERED COLUMNSTORE', 'NONCLUSTERED COLUMNSTORE')
    and i.is_disabled = 0 and i.is_hypothetical = 0 and o.type in ('U', 'V') and ${ownObjects}
  order by s.name, o.name, i.index_id, x.key_ordinal, x.index_column_id`;

const checksQuery = `
  select s.name as [schema], o.name as [table], k.name as name, k.definition as definition,
         case when k.is_not_trusted = 0 then cast(1 as bit) else cast(0 as bit) end as trusted,
         k.is_disabled as disabled
  from sys.check_constraints k
  join sys.tables o on o.object_id = k.parent_object_id
  join sys.schemas s on s.schema_id = o.schema_id
  where ${ownObjects}
  order by s.name, o.name, k.name`;

const foreignKeysQuery = `
  select s.name as [schema], o.name as [table], f.name as name, rs.name as refSchema, r.name as refTable,
         c.name as [column], rc.name as refColumn,
         f.delete_referential_action_desc as onDelete, f.update_referential_action_desc as onUpdate,
         case when f.is_not_trusted = 0 then cast(1 as bit) else cast(0 as bit) end as trusted,
         f.is_disabled as disabled
  from sys.foreign_keys f
  join sys.tables o on o.object_id = f.parent_object_id
  join sys.schemas s on s.schema_id = o.schema_id
  join sys.tables r on r.object_id = f.referenced_object_id
  join sys.schemas rs on rs.schema_id = r.schema_id
  join sys.foreign_key_columns k on k.constraint_object_id = f.object_id
  join sys.columns c on c.object_id = k.parent_object_id and c.column_id = k.parent_column_id
  join sys.columns rc on rc.object_id = k.referenced_object_id and rc.column_id = k.referenced_column_id
  where ${ownObjects}
  order by s.name, o.name, f.name, k.constraint_column_id`;
