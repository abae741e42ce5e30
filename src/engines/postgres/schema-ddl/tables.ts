import type pg from 'pg';
import type { SchemaStatement } from '../../schema-statements.js';
import { inOwnSchema, objectsOf, type SchemaObject, statementsOf } from './schema-object.js';

/** Tables with their columns; partitions stand alone until they are attached. */
export function tables(client: pg.ClientBase): Promise<SchemaObject[]> {
  return objectsOf(client, tablesQuery);
}

/** What refers to tables that must all be there: attached partitions, owned sequences, column settings. */
export async function tableSettings(client: pg.ClientBase): Promise<SchemaStatement[]> {
  return [
    ...(await statementsOf(client, partitionsQuery)),
    ...(await statementsOf(client, ownedSequencesQuery)),
    ...(await statementsOf(client, inheritedDefaultsQuery)),
    ...(await statementsOf(client, columnSettingsQuery)),
  ];
}

const relation = `format('%I.%I', n.nspname, c.relname)`;

/** The options of an identity column's sequence, its name among them. */
const identityOptions = `(
  select format('sequence name %I.%I increment by %s minvalue %s maxvalue %s start with %s cache %s%s',
    sn.nspname, sc.relname, s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache, case when s.seqcycle then ' cycle' else '' end)
  from pg_depend d
  join pg_class sc on sc.oid = d.objid and sc.relkind = 'S'
  join pg_namespace sn on sn.oid = sc.relnamespace
  join pg_sequence s on s.seqrelid = sc.oid
  where d.classid = 'pg_class'::regclass and d.deptype = 'i' and d.refobjid = a.attrelid and d.refobjsubid = a.attnum)`;

const column = `
  format('%I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
    case when a.attcollation <> t.typcollation then ' collate ' || format('%I.%I', ln.nspname, l.collname) else '' end,
    case
      -- A partition shares its table's sequence, and gets it when it is attached (version 17).
      when c.relispartition and a.attidentity <> '' then ''
      when a.attidentity <> '' then format(' generated %s as identity (%s)',
        case a.attidentity when 'a' then 'always' else 'by default' end, ${identityOptions})
      when a.attgenerated <> '' then format(' generated always as (%s) %s', pg_get_expr(d.adbin, d.adrelid),
        case a.attgenerated when 'v' then 'virtual' else 'stored' end)
      when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid)
      else ''
    end,
    case when a.attnotnull then coalesce((
      -- Named since version 18, where one may be NOT VALID: that one comes after the rows.
      select case when k.convalidated then format(' constraint %I not null%s', k.conname, case when k.connoinherit then ' no inherit' else '' end)
             else '' end
      from pg_constraint k
      where k.conrelid = a.attrelid and k.contype = 'n' and k.conkey = array[a.attnum]
    ), ' not null') else '' end)`;

/** Inherited columns come from the parents; those of a partition stand in it by themselves. */
const tablesQuery = `
  select 'pg_class:' || c.oid as key, 'table ' || ${relation} as makes,
         format('create %stable %s (%s)%s%s%s%s',
           case c.relpersistence when 'u' then 'unlogged ' else '' end, ${relation},
           coalesce((
             select string_agg(${column}, ', ' order by a.attnum)
             from pg_attribute a
             join pg_type t on t.oid = a.atttypid
             left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
             left join pg_collation l on l.oid = a.attcollation
             left join pg_namespace ln on ln.oid = l.collnamespace
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and (a.attislocal or c.relispartition)
           ), ''),
           coalesce(' inherits (' || (
             select string_agg(format('%I.%I', pn.nspname, p.relname), ', ' order by i.inhseqno)
             from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
             where i.inhrelid = c.oid and not c.relispartition
           ) || ')', ''),
           case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end,
           case when m.amname not in ('heap') then format(' using %I', m.amname) else '' end,
           coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')) as sql
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_am m on m.oid = c.relam
  where c.relkind in ('r', 'p') and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  order by c.oid`;

const partitionsQuery = `
  select 'partition ' || ${relation} as makes,
         format('alter table only %I.%I attach partition %s %s', pn.nspname, p.relname, ${relation},
           pg_get_expr(c.relpartbound, c.oid)) as sql
  from pg_inherits i
  join pg_class c on c.oid = i.inhrelid and c.relispartition and c.relkind in ('r', 'p')
  join pg_namespace n on n.oid = c.relnamespace
  join pg_class p on p.oid = i.inhparent
  join pg_namespace pn on pn.oid = p.relnamespace
  where ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  order by c.oid`;

const ownedSequencesQuery = `
  select 'owner of sequence ' || ${relation} as makes,
         format('alter sequence %s owned by %I.%I.%I', ${relation}, tn.nspname, tc.relname, a.attname) as sql
  from pg_depend d
  join pg_class c on c.oid = d.objid and c.relkind = 'S'
  join pg_namespace n on n.oid = c.relnamespace
  join pg_class tc on tc.oid = d.refobjid and tc.relkind in ('r', 'p')
  join pg_namespace tn on tn.oid = tc.relnamespace
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'a'
    and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  order by c.oid`;

/** A child may default an inherited column in its own way, or not at all. */
const inheritedDefaultsQuery = `
  select format('default of %s.%I', ${relation}, a.attname) as makes,
         format('alter table only %s alter column %I %s', ${relation}, a.attname,
           case when d.adbin is null then 'drop default' else 'set default ' || pg_get_expr(d.adbin, d.adrelid) end) as sql
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid and c.relkind = 'r' and not c.relispartition
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped and not a.attislocal and a.attinhcount > 0 and a.attgenerated = ''
    and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  order by c.oid, a.attnum`;

const columnSettingsQuery = `
  select makes, sql from (
    select c.oid, a.attnum as number, format('storage of %s.%I', ${relation}, a.attname) as makes,
           format('alter table only %s alter column %I set storage %s', ${relation}, a.attname,
             case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end) as sql
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
    join pg_namespace n on n.oid = c.relnamespace
    join pg_type t on t.oid = a.atttypid
    where a.attnum > 0 and not a.attisdropped and a.attstorage <> t.typstorage
      and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
    union all
    select c.oid, a.attnum, format('statistics target of %s.%I', ${relation}, a.attname),
           format('alter table only %s alter column %I set statistics %s', ${relation}, a.attname, a.attstattarget)
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
    join pg_namespace n on n.oid = c.relnamespace
    where a.attnum > 0 and not a.attisdropped and coalesce(a.attstattarget, -1) >= 0
      and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
    union all
    select c.oid, 0, 'replica identity of ' || ${relation},
           format('alter table only %s replica identity %s', ${relation}, case c.relreplident when 'f' then 'full' else 'nothing' end)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and c.relreplident in ('f', 'n') and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  ) settings
  order by oid, number`;
