import type pg from 'pg';
import { inOwnSchema, objectsOf, type SchemaObject } from './schema-object.js';

/** Enums, composites, ranges, domains, collations, sequences, functions and aggregates. */
export async function typesAndFunctions(client: pg.ClientBase): Promise<SchemaObject[]> {
  const found: SchemaObject[] = [];
  for (const query of [collations, enums, composites, ranges, domains, sequences, functions, aggregates]) {
    found.push(...(await objectsOf(client, query)));
  }
  return found;
}

const typeName = `format('%I.%I', n.nspname, t.typname)`;

const collations = `
  select 'pg_collation:' || l.oid as key, format('collation %I.%I', n.nspname, l.collname) as makes,
         format('create collation %I.%I (provider = %s, %s, deterministic = %s%s)', n.nspname, l.collname,
           case l.collprovider when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end,
           case when coalesce(to_jsonb(l) ->> 'colllocale', to_jsonb(l) ->> 'colliculocale') is not null
                then format('locale = %L', coalesce(to_jsonb(l) ->> 'colllocale', to_jsonb(l) ->> 'colliculocale'))
                else format('lc_collate = %L, lc_ctype = %L', l.collcollate, l.collctype) end,
           case when l.collisdeterministic then 'true' else 'false' end,
           coalesce(', rules = ' || quote_literal(to_jsonb(l) ->> 'collicurules'), '')) as sql
  from pg_collation l join pg_namespace n on n.oid = l.collnamespace
  where ${inOwnSchema('l.collnamespace', 'pg_collation', 'l.oid')}`;

const enums = `
  select 'pg_type:' || t.oid as key, 'enum ' || ${typeName} as makes,
         format('create type %s as enum (%s)', ${typeName}, string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)) as sql
  from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_enum e on e.enumtypid = t.oid
  where ${inOwnSchema('t.typnamespace', 'pg_type', 't.oid')}
  group by t.oid, n.nspname, t.typname`;

const composites = `
  select 'pg_type:' || t.oid as key, 'type ' || ${typeName} as makes,
         format('create type %s as (%s)', ${typeName}, string_agg(
           format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
             case when a.attcollation <> y.typcollation then ' collate ' || format('%I.%I', ln.nspname, l.collname) else '' end),
           ', ' order by a.attnum)) as sql
  from pg_type t
  join pg_namespace n on n.oid = t.typnamespace
  join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
  left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_type y on y.oid = a.atttypid
  left join pg_collation l on l.oid = a.attcollation
  left join pg_namespace ln on ln.oid = l.collnamespace
  where ${inOwnSchema('t.typnamespace', 'pg_type', 't.oid')}
  group by t.oid, n.nspname, t.typname`;

const ranges = `
  select 'pg_type:' || t.oid as key, 'range ' || ${typeName} as makes,
         format('create type %s as range (subtype = %s%s%s)', ${typeName}, format_type(r.rngsubtype, null),
           case when r.rngsubdiff <> 0 then ', subtype_diff = ' || r.rngsubdiff::regproc::text else '' end,
           case when to_jsonb(r) ->> 'rngmultitypid' is not null
                then ', multirange_type_name = ' || format_type((to_jsonb(r) ->> 'rngmultitypid')::oid, null) else '' end) as sql
  from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_range r on r.rngtypid = t.oid
  where ${inOwnSchema('t.typnamespace', 'pg_type', 't.oid')}`;

const domains = `
  select 'pg_type:' || t.oid as key, 'domain ' || ${typeName} as makes,
         format('create domain %s as %s%s%s%s%s', ${typeName}, format_type(t.typbasetype, t.typtypmod),
           case when t.typcollation <> b.typcollation then ' collate ' || format('%I.%I', ln.nspname, l.collname) else '' end,
           case when t.typdefault is not null then ' default ' || coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)) else '' end,
           case when t.typnotnull then ' not null' else '' end,
           coalesce((
             select string_agg(format(' constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), '' order by k.conname)
             from pg_constraint k where k.contypid = t.oid and k.contype = 'c'
           ), '')) as sql
  from pg_type t
  join pg_namespace n on n.oid = t.typnamespace
  join pg_type b on b.oid = t.typbasetype
  left join pg_collation l on l.oid = t.typcollation
  left join pg_namespace ln on ln.oid = l.collnamespace
  where t.typtype = 'd' and ${inOwnSchema('t.typnamespace', 'pg_type', 't.oid')}`;

/** Those of identity columns come with their table. */
const sequences = `
  select 'pg_class:' || c.oid as key, format('sequence %I.%I', n.nspname, c.relname) as makes,
         format('create %ssequence %I.%I as %s increment by %s minvalue %s maxvalue %s start with %s cache %s%s',
           case c.relpersistence when 'u' then 'unlogged ' else '' end, n.nspname, c.relname, format_type(s.seqtypid, null),
           s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache, case when s.seqcycle then ' cycle' else '' end) as sql
  from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
  where ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
    and not exists (
      select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i'
    )`;

const functions = `
  select 'pg_proc:' || p.oid as key, 'function ' || p.oid::regprocedure as makes, pg_get_functiondef(p.oid) as sql
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where p.prokind in ('f', 'p', 'w') and ${inOwnSchema('p.pronamespace', 'pg_proc', 'p.oid')}`;

const aggregates = `
  select 'pg_proc:' || p.oid as key, 'aggregate ' || p.oid::regprocedure as makes,
         format('create aggregate %I.%I(%s) (sfunc = %s, stype = %s%s%s%s%s)', n.nspname, p.proname,
           coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'), a.aggtransfn, format_type(a.aggtranstype, null),
           case when a.aggfinalfn <> 0 then ', finalfunc = ' || a.aggfinalfn else '' end,
           case when a.aggcombinefn <> 0 then ', combinefunc = ' || a.aggcombinefn else '' end,
           case when a.agginitval is not null then ', initcond = ' || quote_literal(a.agginitval) else '' end,
           case p.proparallel when 's' then ', parallel = safe' when 'r' then ', parallel = restricted' else '' end) as sql
  from pg_aggregate a join pg_proc p on p.oid = a.aggfnoid join pg_namespace n on n.oid = p.pronamespace
  where a.aggkind = 'n' and ${inOwnSchema('p.pronamespace', 'pg_proc', 'p.oid')}`;
