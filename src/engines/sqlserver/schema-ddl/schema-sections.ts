import type { SchemaSections, SchemaStatement } from '../../schema-statements.js';
import type { SqlServerConnection } from '../connection.js';
import { classificationProperties } from '../classification-properties.js';
import { quoteLiteral, quoteName } from '../identifiers.js';
import { ownObjects } from '../introspection.js';
import { readKeysAndIndexes } from './keys-and-indexes.js';
import { readLeftOut } from './left-out.js';
import { readModules } from './modules.js';
import { readSequences } from './sequences.js';
import { readTables } from './tables.js';
import { readTableTypes } from './table-types.js';
import { readTemporal } from './temporal.js';

/**
 * The schema as T-SQL, in the order in which a copy is built. Each statement is a batch of its own, since
 * views, functions, procedures and triggers must be the first in theirs.
 */
export async function readSchemaSections(connection: SqlServerConnection): Promise<SchemaSections> {
  const modules = await readModules(connection);
  const tables = await readTables(connection);
  const sequences = await readSequences(connection);
  const temporal = await readTemporal(connection);
  const keys = await readKeysAndIndexes(connection);
  return {
    preData: [
      await readCollation(connection),
      ...(await readSchemas(connection)),
      ...(await readAliasTypes(connection)),
      ...(await readTableTypes(connection)),
      ...sequences.made,
      ...modules.beforeTables,
      ...tables,
    ],
    sequences: sequences.moved,
    postData: [
      ...keys.ofTables,
      // Views and procedures may ask for the past, which the server refuses of a table that has none yet.
      ...temporal,
      ...modules.afterTables,
      ...keys.ofViews,
      ...modules.triggers,
      ...(await readSynonyms(connection)),
      ...(await readDescriptions(connection)),
      { makes: 'statistics', sql: 'exec sp_updatestats' },
    ],
    leftOut: await readLeftOut(connection),
    extensions: [],
  };
}

/** The source's own, or the target's server would give its: names, keys and comparisons hang on it. */
async function readCollation(connection: SqlServerConnection): Promise<SchemaStatement> {
  const [{ collation }] = await connection.query<{ collation: string }>(
    `select cast(databasepropertyex(db_name(), 'Collation') as nvarchar(128)) as [collation]`,
  );
  const change = quoteLiteral(`alter database current collate ${collation}`);
  return {
    makes: `collation ${collation}`,
    sql: `if cast(databasepropertyex(db_name(), 'Collation') as nvarchar(128)) <> ${quoteLiteral(collation)} exec(${change})`,
  };
}

/** Schemas that every database has: the server's own, and those of the fixed roles. */
const standingSchemas = [
  ...['dbo', 'guest', 'sys', 'INFORMATION_SCHEMA', 'cdc', 'db_owner', 'db_accessadmin', 'db_securityadmin'],
  ...[
    'db_ddladmin',
    'db_backupoperator',
    'db_datareader',
    'db_datawriter',
    'db_denydatareader',
    'db_denydatawriter',
  ],
];

async function readSchemas(connection: SqlServerConnection): Promise<SchemaStatement[]> {
  const rows = await connection.query<{ name: string }>(`
    select distinct s.name as name from sys.schemas s
    where s.name not in (${standingSchemas.map(quoteLiteral).join(', ')})
    order by s.name`);
  return rows.map(({ name }) => ({ makes: `schema ${name}`, sql: `create schema ${quoteName(name)}` }));
}

async function readAliasTypes(connection: SqlServerConnection): Promise<SchemaStatement[]> {
  const rows = await connection.query<Record<string, string | boolean>>(`
    select s.name as [schema], t.name as name, t.is_nullable as nullable,
           case
             when b.name in ('char', 'varchar', 'binary', 'varbinary') then
               b.name + '(' + case when t.max_length = -1 then 'max' else cast(t.max_length as varchar(10)) end + ')'
             when b.name in ('nchar', 'nvarchar') then
               b.name + '(' + case when t.max_length = -1 then 'max' else cast(t.max_length / 2 as varchar(10)) end + ')'
             when b.name in ('decimal', 'numeric') then
               b.name + '(' + cast(t.precision as varchar(10)) + ',' + cast(t.scale as varchar(10)) + ')'
             when b.name in ('time', 'datetime2', 'datetimeoffset') then b.name + '(' + cast(t.scale as varchar(10)) + ')'
             else b.name
           end as base
    from sys.types t
    join sys.schemas s on s.schema_id = t.schema_id
    join sys.types b on b.user_type_id = t.system_type_id
    where t.is_user_defined = 1 and t.is_table_type = 0 and t.system_type_id <> 240
    order by s.name, t.name`);
  return rows.map(({ schema, name, base, nullable }) => ({
    makes: `type ${String(schema)}.${String(name)}`,
    sql: `create type ${quoteName(String(schema))}.${quoteName(String(name))} from ${String(base)} ${nullable ? 'null' : 'not null'}`,
  }));
}

async function readSynonyms(connection: SqlServerConnection): Promise<SchemaStatement[]> {
  const rows = await connection.query<{ schema: string; name: string; stands: string }>(`
    select s.name as [schema], o.name as name, o.base_object_name as stands
    from sys.synonyms o join sys.schemas s on s.schema_id = o.schema_id
    where o.is_ms_shipped = 0 order by s.name, o.name`);
  return rows.map(({ schema, name, stands }) => ({
    makes: `synonym ${schema}.${name}`,
    sql: `create synonym ${quoteName(schema)}.${quoteName(name)} for ${stands}`,
  }));
}

/** Of tools, and of the source's values, which a copy's are not. */
const otherProperties = ['microsoft_database_tools_support', ...classificationProperties];

/** What people noted of tables, views and their columns: descriptions, and whatever other tools keep there. */
async function readDescriptions(connection: SqlServerConnection): Promise<SchemaStatement[]> {
  const rows = await connection.query<Record<string, string | null>>(`
    select s.name as [schema], o.name as name, c.name as [column], rtrim(o.type) as kind, p.name as property,
           cast(p.value as nvarchar(3750)) as says
    from sys.extended_properties p
    join sys.objects o on o.object_id = p.major_id
    join sys.schemas s on s.schema_id = o.schema_id
    left join sys.columns c on c.object_id = p.major_id and c.column_id = p.minor_id and p.minor_id > 0
    where p.class = 1 and o.type in ('U', 'V') and p.name not in (${otherProperties.map(quoteLiteral).join(', ')})
      and ${ownObjects}
    order by s.name, o.name, c.column_id, p.name`);
  return rows.map(({ schema, name, column, kind, property, says }) => {
    const at = [
      `@level0type = N'SCHEMA', @level0name = ${quoteLiteral(schema!)}`,
      `@level1type = N'${kind === 'V' ? 'VIEW' : 'TABLE'}', @level1name = ${quoteLiteral(name!)}`,
      ...(column === null ? [] : [`@level2type = N'COLUMN', @level2name = ${quoteLiteral(column)}`]),
    ];
    const what = property === 'MS_Description' ? 'description' : `property ${property}`;
    return {
      makes: `${what} of ${schema}.${name}${column === null ? '' : `.${column}`}`,
      sql: `exec sys.sp_addextendedproperty @name = ${quoteLiteral(property!)}, @value = ${quoteLiteral(says ?? '')}, ${at.join(', ')}`,
    };
  });
}
