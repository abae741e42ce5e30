import type pg from 'pg';
import type { SchemaSections, SchemaStatement } from '../../schema-statements.js';
import { behaviour, comments } from './behaviour.js';
import { dependants, inDependencyOrder, readDependencies } from './dependency-order.js';
import { checks, foreignKeys, keysAndIndexes } from './keys-and-indexes.js';
import { leftOut } from './left-out.js';
import { inOwnSchema, jsonRows, lockedRelations, type SchemaObject, statementsOf } from './schema-object.js';
import { sequenceStates } from './sequence-states.js';
import { tables, tableSettings } from './tables.js';
import { typesAndFunctions } from './types-and-functions.js';
import { filledViews, views } from './views.js';

/**
 * The schema of a database as statements, read from its catalogs alone, so that no client programs are
 * needed. Views come after keys, since one that groups by a primary key depends on it, and whatever
 * depends on a view comes after the view.
 */
export async function readSchemaSections(client: pg.ClientBase): Promise<SchemaSections> {
  const early = [...(await typesAndFunctions(client)), ...(await tables(client))];
  const allViews = await views(client);
  const dependencies = await readDependencies(client);

  const foreign = dependants(await foreignTables(client), dependencies);
  const late = dependants(
    allViews.map(({ key }) => key),
    dependencies,
  );
  const made = [...early, ...allViews].filter(({ key }) => !foreign.has(key));
  const ordered = inDependencyOrder(made, dependencies);
  const before = ordered.filter(({ key }) => !late.has(key));
  const after = ordered.filter(({ key }) => late.has(key));
  const unmade = [...early, ...allViews].filter(({ key }) => foreign.has(key));

  return {
    preData: [
      ...(await statementsOf(client, schemasQuery)),
      ...(await statementsOf(client, extensionsQuery)),
      // A function may speak of what comes after it.
      { makes: 'settings', sql: 'set check_function_bodies = off' },
      ...before.flatMap(statementsFrom),
      ...(await tableSettings(client)),
    ],
    sequences: await sequenceStates(client),
    postData: [
      ...(await keysAndIndexes(client)),
      ...(await checks(client)),
      ...(await foreignKeys(client)),
      ...after.flatMap(statementsFrom),
      ...(await filledViews(
        client,
        ordered.map(({ key }) => key),
      )),
      ...(await behaviour(client)),
      ...(await comments(client)),
      // Statistics of the source would tell about its values: the target makes its own.
      ...(await statementsOf(client, statisticsQuery)),
    ],
    extensions: (await jsonRows<{ name: string }>(client, extensionNamesQuery)).map(({ name }) => name),
    leftOut: [
      ...(await leftOut(client)),
      ...unmade.map(({ makes }) => ({ what: makes, why: 'reads a foreign table, which is left out' })),
    ],
  };
}

function statementsFrom({ makes, statements }: SchemaObject): SchemaStatement[] {
  return statements.map((sql) => ({ makes, sql }));
}

async function foreignTables(client: pg.ClientBase): Promise<string[]> {
  const rows = await jsonRows<{ key: string }>(
    client,
    `select 'pg_class:' || oid as key from pg_class where relkind = 'f'`,
  );
  return rows.map(({ key }) => key);
}

const relation = `format('%I.%I', n.nspname, c.relname)`;

/** Of a partitioned table with its parts; of any other beside others. */
const statisticsQuery = `
  select 'statistics of ' || ${relation} as makes, 'analyze ' || ${relation} as sql,
         case when c.relkind <> 'p' then ${lockedRelations({ exclusive: [relation] })} end as locks
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm') and not c.relispartition and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  order by c.relkind = 'p', c.relpages desc, c.oid`;

const schemasQuery = `
  select 'schema ' || quote_ident(nspname) as makes, format('create schema if not exists %I', nspname) as sql
  from pg_namespace n
  where nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and nspname !~ '^pg_(temp|toast_temp)_'
    and not exists (
      select from pg_depend e where e.classid = 'pg_namespace'::regclass and e.objid = n.oid and e.deptype = 'e'
    )
  order by nspname`;

const extensionNamesQuery = `select extname as name from pg_extension where extname <> 'plpgsql' order by oid`;

const extensionsQuery = `
  select 'extension ' || quote_ident(x.extname) as makes,
         format('create extension if not exists %I with schema %I cascade', x.extname, n.nspname) as sql
  from pg_extension x join pg_namespace n on n.oid = x.extnamespace
  where x.extname <> 'plpgsql'
  order by x.oid`;
