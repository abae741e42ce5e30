import type { SchemaStatement } from '../../schema-statements.js';
import type { SqlServerConnection } from '../connection.js';
import { quoteName, quoteNames, quoteRelation } from '../identifiers.js';
import { hasSystemView } from '../system-views.js';
import { columnDefinition, type ColumnRow, columnsQuery } from './column-definitions.js';

/** Types of users that are kept on disk: `o` of `sys.table_types`. */
const onDisk = 'o.is_user_defined = 1 and o.is_memory_optimized = 0';

interface IndexColumnRow {
  readonly relation: number;
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly isUnique: boolean;
  readonly isPrimary: boolean;
  readonly isConstraint: boolean;
  readonly column: string;
  readonly included: boolean;
  readonly descending: boolean;
}

/**
 * Table types, which procedures and functions take rows by, with their keys, indexes and checks; those may not call
 * functions of users, so that types are made ahead of all code.
 * Source: https://learn.microsoft.com/sql/t-sql/statements/create-type-transact-sql
 */
export async function readTableTypes(connection: SqlServerConnection): Promise<SchemaStatement[]> {
  if (!(await hasSystemView(connection, 'table_types'))) return [];
  const columns = await connection.query<ColumnRow>(
    columnsQuery({ view: 'table_types', id: 'type_table_object_id', condition: onDisk, columnSets: false }),
  );
  if (columns.length === 0) return [];
  const indexes = Map.groupBy(
    await connection.query<IndexColumnRow>(indexesQuery),
    ({ relation }) => relation,
  );
  const checks = Map.groupBy(
    await connection.query<{ relation: number; definition: string }>(checksQuery),
    ({ relation }) => relation,
  );
  return [...Map.groupBy(columns, ({ relation }) => relation)].map(([relation, own]) => {
    const { schema, table: name } = own[0];
    const parts = [
      ...own.map((column) => columnDefinition(column, 'nameless')),
      ...[...Map.groupBy(indexes.get(relation) ?? [], ({ index }) => index).values()].map(indexDefinition),
      ...(checks.get(relation) ?? []).map(({ definition }) => `check ${definition}`),
    ];
    return {
      makes: `type ${schema}.${name}`,
      sql: `create type ${quoteRelation({ schema, name })} as table (\n  ${parts.join(',\n  ')}\n)`,
    };
  });
}

function indexDefinition(rows: readonly IndexColumnRow[]): string {
  const [{ name, type, isUnique, isPrimary, isConstraint }] = rows;
  const kind = type.toLowerCase();
  const columns = rows
    .filter(({ included }) => !included)
    .map(({ column, descending }) => `${quoteName(column)}${descending ? ' desc' : ''}`)
    .join(', ');
  if (isConstraint) return `${isPrimary ? 'primary key' : 'unique'} ${kind} (${columns})`;
  const included = rows.filter((row) => row.included).map(({ column }) => column);
  const include = included.length === 0 ? '' : ` include (${quoteNames(included)})`;
  return `index ${quoteName(name)} ${isUnique ? 'unique ' : ''}${kind} (${columns})${include}`;
}

const indexesQuery = `
  select o.type_table_object_id as relation, i.index_id as [index], i.name as name, i.type_desc as type,
         i.is_unique as isUnique, i.is_primary_key as isPrimary,
         case when i.is_primary_key = 1 or i.is_unique_constraint = 1 then cast(1 as bit) else cast(0 as bit) end as isConstraint,
         c.name as [column], x.is_included_column as included, x.is_descending_key as descending
  from sys.table_types o
  join sys.indexes i on i.object_id = o.type_table_object_id
  join sys.index_columns x on x.object_id = i.object_id and x.index_id = i.index_id
  join sys.columns c on c.object_id = x.object_id and c.column_id = x.column_id
  where i.type_desc in ('CLUSTERED', 'NONCLUSTERED') and ${onDisk}
  order by o.type_table_object_id, i.index_id, x.key_ordinal, x.index_column_id`;

const checksQuery = `
  select o.type_table_object_id as relation, k.definition as definition
  from sys.table_types o
  join sys.check_constraints k on k.parent_object_id = o.type_table_object_id
  where ${onDisk}
  order by o.type_table_object_id, k.object_id`;
