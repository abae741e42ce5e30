import type pg from 'pg';
import type {
  ForeignOperator,
  GeneratedColumn,
  QueryCatalog,
  RewriteRule,
  Routine,
  SystemRelation,
  Trigger,
  UserType,
} from '../../domain/rewriting/query-catalog.js';
import type { RelationName } from '../../domain/catalog/catalog.js';
import { ownRelations } from './catalog-queries.js';
import { introspect, rowsOf } from './introspection.js';

/**
 * Everything that a query may name. To be read with an account that sees all of the catalogs, under an
 * empty search path (`connect` sees to both), so that definitions print with full names.
 */
export async function readQueryCatalog(client: pg.ClientBase): Promise<QueryCatalog> {
  return {
    catalog: await introspect(client),
    schemas: (await rowsOf<{ name: string }>(client, schemasQuery)).map(({ name }) => name),
    systemRelations: await rowsOf<SystemRelation>(client, systemRelationsQuery),
    routines: await rowsOf<Routine>(client, routinesQuery),
    operators: await rowsOf<ForeignOperator>(client, operatorsQuery),
    types: await rowsOf<UserType>(client, typesQuery),
    triggers: (await rowsOf<TriggerRow>(client, triggersQuery)).map(triggerFrom),
    generated: await rowsOf<GeneratedColumn>(client, generatedQuery),
    securityBarriers: await rowsOf<RelationName>(client, barriersQuery),
    rules: await rowsOf<RewriteRule>(client, rulesQuery),
  };
}

/**
 * Changes whenever a table, view, column, function, trigger or constraint does: asked now and then, it says
 * when to read the catalog again. One row, one column.
 */
export const catalogStampQuery = `
  select pg_catalog.md5(pg_catalog.string_agg(stamp, ' ' order by stamp)) as stamp from (
    select 'c' || pg_catalog.count(*) || ' ' || pg_catalog.sum(pg_catalog.hashtext(c.oid::text || c.relname || c.relnamespace || c.relkind || c.xmin)::bigint) as stamp
    from pg_catalog.pg_class c where c.relkind in ('r', 'p', 'f', 'v', 'm') and c.relpersistence <> 't' and c.oid >= 16384
    union all
    select 'a' || pg_catalog.count(*) || ' ' || pg_catalog.sum(pg_catalog.hashtext(a.attrelid::text || a.attname || a.atttypid || a.attnum || a.attisdropped)::bigint)
    from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid and c.relpersistence <> 't' where a.attrelid >= 16384
    union all
    select 'p' || pg_catalog.count(*) || ' ' || pg_catalog.sum(pg_catalog.hashtext(oid::text || xmin)::bigint) from pg_catalog.pg_proc where oid >= 16384
    union all
    select 'r' || pg_catalog.count(*) || ' ' || pg_catalog.sum(pg_catalog.hashtext(oid::text || xmin)::bigint) from pg_catalog.pg_rewrite where oid >= 16384
    union all
    select 't' || pg_catalog.count(*) || ' ' || pg_catalog.sum(pg_catalog.hashtext(oid::text || xmin)::bigint) from pg_catalog.pg_trigger where oid >= 16384
    union all
    select 'k' || pg_catalog.count(*) || ' ' || pg_catalog.sum(pg_catalog.hashtext(oid::text || xmin)::bigint) from pg_catalog.pg_constraint where oid >= 16384
    union all
    select 'o' || pg_catalog.count(*) || ' ' || pg_catalog.sum(pg_catalog.hashtext(oid::text || xmin)::bigint) from pg_catalog.pg_operator where oid >= 16384
  ) stamps`;

const schemasQuery = `
  select nspname as name from pg_namespace where nspname !~ '^pg_(temp|toast)' order by nspname`;

/** Of the system, and of extensions: everything that introspection leaves out. */
const systemRelationsQuery = `
  select n.nspname as schema, c.relname as name, (
    select coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
           order by a.attnum), '[]')
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  ) as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'v', 'm') and n.nspname !~ '^pg_(temp|toast)' and not (${ownRelations})`;

const extensionOf = (catalog: string, oid: string) => `(
    select x.extname from pg_depend d join pg_extension x on x.oid = d.refobjid
    where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e'
      and d.refclassid = 'pg_extension'::regclass)`;

const userSchemas = `n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(temp|toast)'`;

/** Attribute notation calls with one argument; a row fits row types and the polymorphic ones. */
const routinesQuery = `
  select n.nspname as schema, p.proname as name, ${extensionOf('pg_proc', 'p.oid')} as extension,
         p.pronargs as arguments,
         p.pronargs - p.pronargdefaults <= 1 and p.pronargs >= 1 and exists (
           select from pg_type t where t.oid = p.proargtypes[0] and (t.typtype = 'c' or t.typtype = 'p' or t.typtype = 'd')
         ) as "takesRow"
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where ${userSchemas}`;

const operatorsQuery = `
  select n.nspname as schema, o.oprname as name, ${extensionOf('pg_operator', 'o.oid')} as extension
  from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
  where ${userSchemas}`;

const typesQuery = `
  select n.nspname as schema, t.typname as name,
         case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite'
                        when 'r' then 'range' when 'm' then 'range' else 'base' end as kind,
         ${extensionOf('pg_type', 't.oid')} as extension,
         exists (
           select from pg_cast k join pg_proc f on f.oid = k.castfunc join pg_namespace fn on fn.oid = f.pronamespace
           where t.oid in (k.castsource, k.casttarget) and fn.nspname <> 'pg_catalog'
         ) or exists (
           select from pg_constraint k
           join pg_depend d on d.classid = 'pg_constraint'::regclass and d.objid = k.oid and d.refclassid = 'pg_proc'::regclass
           where k.contypid = t.oid
         ) as "runsCode"
  from pg_type t
  join pg_namespace n on n.oid = t.typnamespace
  left join pg_class c on c.oid = t.typrelid
  where ${userSchemas} and t.typcategory <> 'A' and (t.typtype <> 'c' or c.relkind = 'c')`;

interface TriggerRow extends RelationName {
  readonly trigger: string;
  readonly type: number;
  readonly source: string | null;
}

/** Code of \`pg_catalog\` is known; code in C of anybody else is not. */
const triggersQuery = `
  select n.nspname as schema, c.relname as name, t.tgname as trigger, t.tgtype as type,
         case when fn.nspname = 'pg_catalog' then ''
              when l.lanname in ('plpgsql', 'sql') and not exists (
                select from pg_depend d join pg_extension x on x.oid = d.refobjid
                where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
              ) then p.prosrc || ' ' || pg_get_triggerdef(t.oid) end as source
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_proc p on p.oid = t.tgfoid
  join pg_namespace fn on fn.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang
  where not t.tgisinternal and t.tgenabled <> 'D'`;

/** Bits of pg_trigger.tgtype, of PostgreSQL's catalog/pg_trigger.h. */
const events = [
  [4, 'insert'],
  [8, 'delete'],
  [16, 'update'],
  [32, 'truncate'],
] as const;

function triggerFrom({ schema, name, trigger, type, source }: TriggerRow): Trigger {
  return {
    table: { schema, name },
    name: trigger,
    events: events.filter(([bit]) => (type & bit) !== 0).map(([, event]) => event),
    ...(source === null ? {} : { source }),
  };
}

const generatedQuery = `
  select json_build_object('schema', n.nspname, 'table', c.relname, 'column', a.attname) as column,
         pg_get_expr(d.adbin, d.adrelid) as expression
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attgenerated <> '' and not a.attisdropped`;

const barriersQuery = `
  select n.nspname as schema, c.relname as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'v' and exists (select from unnest(c.reloptions) o where o like 'security_barrier=%')`;

const rulesQuery = `
  select json_build_object('schema', n.nspname, 'name', c.relname) as table, r.rulename as name
  from pg_rewrite r
  join pg_class c on c.oid = r.ev_class
  join pg_namespace n on n.oid = c.relnamespace
  where r.ev_type <> '1' and r.oid >= 16384`;
