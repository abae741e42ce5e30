import type { GeneratedColumn, QueryCatalog } from '../../domain/rewriting/query-catalog.js';
import type { SqlServerConnection } from './connection.js';
import { introspect, ownObjects } from './introspection.js';

/**
 * What a query of T-SQL may name. The rewriter refuses synonyms, routines and operators of users by itself,
 * so that nothing is read of them.
 */
export async function readQueryCatalog(connection: SqlServerConnection): Promise<QueryCatalog> {
  const catalog = await introspect(connection);
  const schemas = await connection.query<{ name: string }>(
    'select s.name as name from sys.schemas s order by s.name',
  );
  return {
    catalog,
    schemas: schemas.map(({ name }) => name),
    generated: await readComputed(connection),
    ...{ systemRelations: [], routines: [], operators: [], types: [], triggers: [] },
    ...{ securityBarriers: [], rules: [] },
  };
}

async function readComputed(connection: SqlServerConnection): Promise<GeneratedColumn[]> {
  const rows = await connection.query<Record<'schema' | 'table' | 'column' | 'expression', string>>(`
    select s.name as [schema], o.name as [table], c.name as [column], c.definition as expression
    from sys.computed_columns c
    join sys.tables o on o.object_id = c.object_id
    join sys.schemas s on s.schema_id = o.schema_id
    where ${ownObjects}
    order by s.name, o.name, c.column_id`);
  return rows.map(({ expression, ...column }) => ({ column, expression }));
}
