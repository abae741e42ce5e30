import { type FactQuery, rowsOf } from './server-queries.js';

/**
 * Labelled columns come as three arrays of names, so that the number of queries never depends on how many
 * there are; `$1` schemas, `$2` tables, `$3` columns, `$4` printed names.
 */
const labelled = `
  labelled as materialized (
    select c.oid as relid, a.attnum, l.printed, c.relname, n.nspname, a.attname
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as l(schema, name, attribute, printed)
    join pg_catalog.pg_namespace n on n.nspname = l.schema
    join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = l.name
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = l.attribute and not a.attisdropped)`;

const kinds = `case c.relkind when 'p' then 'partitioned' when 'f' then 'foreign' when 'v' then 'view'
  when 'm' then 'materialised-view' else 'table' end`;

export const labelQueries: readonly FactQuery[] = [
  {
    fact: 'labelledRelations',
    sql: `with ${labelled}, relations as (select distinct relid from labelled),
      logins as (select oid, rolname from pg_catalog.pg_roles where rolcanlogin and not rolsuper),
      readers as (
        select r.relid, json_agg(l.rolname order by l.rolname) as names
        from relations r join pg_catalog.pg_class c on c.oid = r.relid, logins l
        where l.oid <> c.relowner and has_any_column_privilege(l.oid, r.relid, 'SELECT') group by 1),
      tenants as (
        select a.attrelid as relid, min(a.attname) as name from pg_catalog.pg_attribute a
        join relations r on r.relid = a.attrelid
        where a.attnum > 0 and not a.attisdropped
          and a.attname ~* '^(tenant|org|organi[sz]ation|workspace|company|account)_?id$' group by 1)
      ${rowsOf(`
      select n.nspname as schema, c.relname as name, ${kinds} as kind, m.amname as "accessMethod",
        coalesce(t.spcname, (select s.spcname from pg_catalog.pg_database d
          join pg_catalog.pg_tablespace s on s.oid = d.dattablespace where d.datname = current_database())) as tablespace,
        c.relpersistence = 'u' as unlogged, c.relrowsecurity as "rowSecurity",
        c.relforcerowsecurity as "forceRowSecurity", pg_get_userbyid(c.relowner) as owner,
        x.name as "tenantColumn", coalesce(s.n_tup_upd, 0) as "updatedRows",
        greatest(coalesce(s.n_live_tup, 0), c.reltuples::bigint, 0) as "liveRows",
        pg_relation_filenode(c.oid) is distinct from c.oid as rewritten,
        exists (select from aclexplode(c.relacl) a where a.grantee = 0 and a.privilege_type = 'SELECT') as "publicMayRead",
        coalesce(e.names, '[]') as readers
      from relations r join pg_catalog.pg_class c on c.oid = r.relid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      left join pg_catalog.pg_am m on m.oid = c.relam
      left join pg_catalog.pg_tablespace t on t.oid = c.reltablespace
      left join pg_catalog.pg_stat_all_tables s on s.relid = c.oid
      left join tenants x on x.relid = c.oid
      left join readers e on e.relid = c.oid
      order by 1, 2`)}`,
  },
  {
    // pg_stats leaves out, without a word, columns that the role may not read: null says so.
    fact: 'columnStates',
    sql: `with ${labelled},
      kept as (
        select n.oid as schema, s.tablename, s.attname from pg_catalog.pg_stats s
        join pg_catalog.pg_namespace n on n.nspname = s.schemaname
        where (s.most_common_vals is not null or s.histogram_bounds is not null)
          and (s.schemaname, s.tablename) in (select nspname, relname from labelled))
      ${rowsOf(`
      select l.printed, format_type(a.atttypid, a.atttypmod) as type,
        has_column_privilege(l.relid, l.attnum, 'SELECT') as readable,
        exists (select from aclexplode(a.attacl) g where g.grantee = 0 and g.privilege_type = 'SELECT') as "publicMayRead",
        case when has_column_privilege(l.relid, l.attnum, 'SELECT') then k.attname is not null end as statistics
      from labelled l join pg_catalog.pg_attribute a on a.attrelid = l.relid and a.attnum = l.attnum
      left join kept k on k.schema = l.nspname::regnamespace and k.tablename = l.relname and k.attname = l.attname
      order by 1`)}`,
  },
  {
    fact: 'indexCopies',
    sql: `with ${labelled}, base as (select s.oid, s.spcname from pg_catalog.pg_database d
        join pg_catalog.pg_tablespace s on s.oid = d.dattablespace where d.datname = current_database())
      ${rowsOf(`
      select n.nspname as schema, i.relname as name,
        json_build_object('schema', l.nspname, 'name', l.relname) as table,
        coalesce(ti.spcname, base.spcname) as tablespace, coalesce(tt.spcname, base.spcname) as "tableTablespace",
        json_agg(distinct l.printed) as columns
      from labelled l
      join pg_catalog.pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = l.relid
        and d.refobjsubid = l.attnum and d.classid = 'pg_class'::regclass
      join pg_catalog.pg_class i on i.oid = d.objid and i.relkind = 'i'
      join pg_catalog.pg_namespace n on n.oid = i.relnamespace
      join pg_catalog.pg_class t on t.oid = l.relid
      left join pg_catalog.pg_tablespace ti on ti.oid = i.reltablespace
      left join pg_catalog.pg_tablespace tt on tt.oid = t.reltablespace
      cross join base
      group by 1, 2, l.nspname, l.relname, 4, 5 order by 1, 2`)}`,
  },
  {
    fact: 'derivedRelations',
    sql: `with ${labelled} ${rowsOf(`
      select n.nspname as schema, v.relname as name, case v.relkind when 'm' then 'materialised-view' else 'view' end as kind,
        (select json_agg(a.attname order by a.attnum) from pg_catalog.pg_attribute a
          where a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped) as "columnNames",
        json_agg(distinct l.printed) as reads,
        coalesce('security_invoker=true' = any (v.reloptions) or 'security_invoker=on' = any (v.reloptions)
          or 'security_invoker=1' = any (v.reloptions), false) as "securityInvoker"
      from labelled l
      join pg_catalog.pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = l.relid
        and d.refobjsubid = l.attnum and d.classid = 'pg_rewrite'::regclass
      join pg_catalog.pg_rewrite r on r.oid = d.objid
      join pg_catalog.pg_class v on v.oid = r.ev_class and v.relkind in ('v', 'm') and v.oid <> l.relid
      join pg_catalog.pg_namespace n on n.oid = v.relnamespace
      group by v.oid, 1, 2, 3, v.reloptions order by 1, 2`)}`,
  },
  {
    fact: 'foreignTables',
    sql: `with ${labelled} ${rowsOf(`
      select distinct l.nspname as schema, l.relname as name, s.srvname as server, w.fdwname as wrapper,
        (select split_part(o, '=', 2) from unnest(s.srvoptions) o where o like 'host=%' limit 1) as host,
        (select split_part(o, '=', 2) from unnest(s.srvoptions) o where o like 'sslmode=%' limit 1) as sslmode
      from labelled l join pg_catalog.pg_foreign_table f on f.ftrelid = l.relid
      join pg_catalog.pg_foreign_server s on s.oid = f.ftserver
      join pg_catalog.pg_foreign_data_wrapper w on w.oid = s.srvfdw order by 1, 2`)}`,
  },
];

/** `attnames` came with PostgreSQL 15; before, every column of a published table leaves. */
export function publishedTablesQuery(versionNumber: number): FactQuery {
  const columns =
    versionNumber >= 150000
      ? 'p.attnames::text[]'
      : `(select array_agg(a.attname::text order by a.attnum) from pg_catalog.pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)`;
  return {
    fact: 'publishedTables',
    sql: `with ${labelled} ${rowsOf(`
      select p.pubname as publication, b.puballtables as "allTables", p.schemaname as schema, p.tablename as name,
        to_json(${columns}) as columns,
        coalesce((select json_agg(a.attname) from pg_catalog.pg_index i
          join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
          where i.indrelid = c.oid and case c.relreplident when 'i' then i.indisreplident else i.indisprimary end), '[]') as "keyColumns"
      from pg_catalog.pg_publication_tables p
      join pg_catalog.pg_publication b on b.pubname = p.pubname
      join pg_catalog.pg_namespace n on n.nspname = p.schemaname
      join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = p.tablename
      where c.oid in (select relid from labelled) order by 1, 3, 4`)}`,
  };
}
