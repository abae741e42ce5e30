import type pg from 'pg';
import type { SchemaStatement } from '../../schema-statements.js';
import { inOwnSchema, objectsOf, type SchemaObject, statementsOf } from './schema-object.js';

/** Views, and materialised views still empty. */
export function views(client: pg.ClientBase): Promise<SchemaObject[]> {
  return objectsOf(client, viewsQuery);
}

/** Materialised views with their indexes, from the masked rows; in the order that they read one another. */
export async function filledViews(
  client: pg.ClientBase,
  order: readonly string[],
): Promise<SchemaStatement[]> {
  const rank = new Map(order.map((key, i) => [key, i]));
  const refreshes = await objectsOf(client, refreshQuery);
  refreshes.sort((a, b) => (rank.get(a.key) ?? 0) - (rank.get(b.key) ?? 0));
  const filled = refreshes.flatMap(({ makes, statements }) => statements.map((sql) => ({ makes, sql })));
  return [...filled, ...(await statementsOf(client, indexesQuery))];
}

const relation = `format('%I.%I', n.nspname, c.relname)`;

const viewsQuery = `
  select 'pg_class:' || c.oid as key,
         case c.relkind when 'v' then 'view ' else 'materialised view ' end || ${relation} as makes,
         format('create %s %s (%s)%s as %s%s',
           case c.relkind when 'v' then 'view' else 'materialized view' end, ${relation},
           (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
           coalesce(' with (' || nullif(array_to_string(array(select o from unnest(c.reloptions) o where o !~ '^check_option='), ', '), '') || ')', ''),
           rtrim(pg_get_viewdef(c.oid), ';'),
           case when c.relkind = 'm' then ' with no data'
                when 'check_option=local' = any (c.reloptions) then ' with local check option'
                when 'check_option=cascaded' = any (c.reloptions) then ' with cascaded check option'
                else '' end) as sql
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('v', 'm') and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  order by c.oid`;

/** One that was empty in the source stays empty. */
const refreshQuery = `
  select 'pg_class:' || c.oid as key, 'rows of materialised view ' || ${relation} as makes,
         format('refresh materialized view %s', ${relation}) as sql
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'm' and c.relispopulated and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  order by c.oid`;

const indexesQuery = `
  select format('index %I.%I', n.nspname, x.relname) as makes, pg_get_indexdef(i.indexrelid) as sql
  from pg_index i
  join pg_class x on x.oid = i.indexrelid
  join pg_class c on c.oid = i.indrelid
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'm' and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  order by x.oid`;
