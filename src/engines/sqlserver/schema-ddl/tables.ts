import type { SchemaStatement } from '../../schema-statements.js';
import type { SqlServerConnection } from '../connection.js';
import { quoteRelation } from '../identifiers.js';
import { ownObjects } from '../introspection.js';
import { columnsOfSystemView } from '../system-views.js';
import { columnDefinition, type ColumnRow, columnsQuery } from './column-definitions.js';

/**
 * Tables with their columns, computed columns, defaults and identities; keys come when the rows are in.
 * A period of a temporal table is added later: its columns could not be loaded otherwise.
 */
export async function readTables(connection: SqlServerConnection): Promise<SchemaStatement[]> {
  const rows = await connection.query<ColumnRow>(
    columnsQuery({
      ...{ view: 'tables', id: 'object_id', condition: ownObjects },
      columnSets: (await columnsOfSystemView(connection, 'columns')).has('is_column_set'),
    }),
  );
  return [...Map.groupBy(rows, ({ relation }) => relation).values()].map((columns) => {
    const { schema, table } = columns[0];
    return {
      makes: `table ${schema}.${table}`,
      sql: `create table ${quoteRelation({ schema, name: table })} (\n  ${columns.map((column) => columnDefinition(column)).join(',\n  ')}\n)`,
    };
  });
}
