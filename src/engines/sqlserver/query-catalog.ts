import type {
  GeneratedColumn,
  QueryCatalog,
  Synonym,
  Trigger,
} from '../../domain/rewriting/query-catalog.js';
import { UTF8_COLLATION } from '../../domain/rewriting/tsql/protect-tsql.js';
import type { SqlServerConnection } from './connection.js';
import { introspect, ownObjects } from './introspection.js';
import { hasSystemView } from './system-views.js';

/**
 * What a query of T-SQL may name. The rewriter refuses routines and operators of users by itself, so that
 * nothing is read of them; of triggers, whose code it does not read, their tables alone.
 */
export async function readQueryCatalog(connection: SqlServerConnection): Promise<QueryCatalog> {
  const catalog = await introspect(connection);
  const schemas = await connection.query<{ name: string }>(
    'select s.name as name from sys.schemas s order by s.name',
  );
  return {
    catalog,
    utf8: await utf8Of(connection),
    schemas: schemas.map(({ name }) => name),
    generated: await readComputed(connection),
    synonyms: await readSynonyms(connection),
    triggers: await readTriggers(connection),
    ...{ systemRelations: [], routines: [], operators: [], types: [] },
    ...{ securityBarriers: [], rules: [] },
  };
}

/** Servers before 2019, and compatible ones, have no collation of UTF-8. */
async function utf8Of(connection: SqlServerConnection): Promise<'by-collation' | 'of-ascii-alone'> {
  const rows = await connection.query<{ name: string }>(
    `select h.name as name from sys.fn_helpcollations() h where h.name = N'${UTF8_COLLATION}'`,
  );
  return rows.length > 0 ? 'by-collation' : 'of-ascii-alone';
}

/** Compatible servers know none. */
async function readSynonyms(connection: SqlServerConnection): Promise<readonly Synonym[]> {
  if (!(await hasSystemView(connection, 'synonyms'))) return [];
  return connection.query<Record<'schema' | 'name' | 'standsFor', string>>(`
    select s.name as [schema], o.name as name, o.base_object_name as standsFor
    from sys.synonyms o join sys.schemas s on s.schema_id = o.schema_id
    where o.is_ms_shipped = 0 order by s.name, o.name`);
}

async function readTriggers(connection: SqlServerConnection): Promise<readonly Trigger[]> {
  const rows = await connection.query<Record<'schema' | 'table' | 'name', string>>(`
    select s.name as [schema], o.name as [table], t.name as name
    from sys.triggers t
    join sys.tables o on o.object_id = t.parent_id
    join sys.schemas s on s.schema_id = o.schema_id
    where t.is_disabled = 0 and ${ownObjects}
    order by s.name, o.name, t.name`);
  return rows.map(({ schema, table, name }) => ({
    ...{ table: { schema, name: table }, name },
    events: ['insert', 'update', 'delete'],
  }));
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
