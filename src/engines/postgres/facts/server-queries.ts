import type { PostgresFacts } from '../../../domain/posture/facts/postgres-facts.js';

/** A query that gives one fact as one JSON document. */
export interface FactQuery {
  readonly fact: keyof PostgresFacts;
  readonly sql: string;
}

/** A query's rows as one JSON array. */
export function rowsOf(query: string): string {
  return `select coalesce(json_agg(row_to_json(x)), '[]')::text as fact from (${query}) x`;
}

/** Facts that every login may read whole: PostgreSQL's catalogs hide no row of them. */
export const serverQueries: readonly FactQuery[] = [
  {
    fact: 'roles',
    sql: rowsOf(`
      select rolname as name, rolcanlogin as login, rolsuper as superuser, rolbypassrls as "bypassRls",
        rolreplication as replication, rolvaliduntil as "validUntil"
      from pg_catalog.pg_roles where rolname !~ '^pg_' order by rolname`),
  },
  {
    // Membership may be passed on: whoever can act as the predefined role counts, superusers apart.
    fact: 'powerfulMembers',
    sql: rowsOf(`
      with recursive holders as (
        select m.member, r.rolname as role from pg_catalog.pg_auth_members m
        join pg_catalog.pg_roles r on r.oid = m.roleid
        where r.rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program',
          'pg_read_all_data', 'pg_write_all_data')
        union
        select m.member, h.role from pg_catalog.pg_auth_members m join holders h on m.roleid = h.member)
      select h.role, r.rolname as member from holders h join pg_catalog.pg_roles r on r.oid = h.member
      where r.rolcanlogin and not r.rolsuper order by 1, 2`),
  },
  {
    fact: 'openSchemas',
    sql: `
      select coalesce(json_agg(nspname order by nspname), '[]')::text as fact from pg_catalog.pg_namespace n
      where nspname !~ '^pg_' and exists (select from aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a
        where a.grantee = 0 and a.privilege_type = 'CREATE')`,
  },
  {
    fact: 'publicMayConnect',
    sql: `
      select to_json(exists (select from pg_catalog.pg_database d,
        aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
        where d.datname = current_database() and a.grantee = 0 and a.privilege_type = 'CONNECT'))::text as fact`,
  },
  {
    fact: 'publicDefaults',
    sql: rowsOf(`
      select pg_get_userbyid(d.defaclrole) as role, n.nspname as schema,
        case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
          when 'T' then 'types' when 'n' then 'schemas' else d.defaclobjtype::text end as objects,
        array_agg(a.privilege_type order by a.privilege_type) as privileges
      from pg_catalog.pg_default_acl d left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace,
        aclexplode(d.defaclacl) a
      where a.grantee = 0 and d.defaclobjtype in ('r', 'S', 'n') group by 1, 2, 3 order by 1, 2, 3`),
  },
  {
    // Members of extensions are the extension's business: dblink and its like would be false alarms.
    fact: 'definerFunctions',
    sql: rowsOf(`
      select format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as signature,
        case p.prokind when 'p' then 'procedure' else 'function' end as kind,
        exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
          where a.grantee = 0 and a.privilege_type = 'EXECUTE') as "publicMayExecute"
      from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')
        and not exists (select from unnest(p.proconfig) c where c like 'search_path=%')
        and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_proc'::regclass
          and d.objid = p.oid and d.deptype = 'e')
      order by 1`),
  },
  {
    fact: 'untrustedLanguages',
    sql: rowsOf(`
      select l.lanname as language, e.extname as extension from pg_catalog.pg_language l
      left join pg_catalog.pg_depend d on d.classid = 'pg_language'::regclass and d.objid = l.oid and d.deptype = 'e'
      left join pg_catalog.pg_extension e on e.oid = d.refobjid
      where not l.lanpltrusted and l.lanname not in ('internal', 'c') order by 1`),
  },
  {
    fact: 'eventTriggers',
    sql: rowsOf(`
      select evtname as name, case evtenabled when 'D' then 'disabled' when 'O' then 'origin'
        when 'R' then 'replica' else 'always' end as enabled
      from pg_catalog.pg_event_trigger order by 1`),
  },
  {
    fact: 'publicLargeObjects',
    sql: rowsOf(`
      select m.oid::text as oid from pg_catalog.pg_largeobject_metadata m where m.lomacl is not null
        and exists (select from aclexplode(m.lomacl) a where a.grantee = 0 and a.privilege_type = 'SELECT')
      order by m.oid limit 100`),
  },
  {
    // Only names leave the server. Letters before the quote: a bare 'secret' in a text is no assignment.
    fact: 'secretsInCode',
    sql: rowsOf(`
      with pattern(says) as (values
        ('(password|passwd|pwd|secret|api_?key|access_?key|token)[a-z_]*["'']?\\s*(:=|=>|=|:|\\s)\\s*''?[^''\\s]{6,}'''),
        ('(AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{36}|-----BEGIN [A-Z ]*PRIVATE KEY-----|://[^/\\s:@'']+:[^/\\s@'']+@')),
      texts(kind, name, body) as (
        select 'function', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), p.prosrc
        from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
        where n.nspname not in ('pg_catalog', 'information_schema')
          and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_proc'::regclass
            and d.objid = p.oid and d.deptype = 'e')
        union all
        select 'view', format('%I.%I', schemaname, viewname), definition from pg_catalog.pg_views
        where schemaname not in ('pg_catalog', 'information_schema')
        union all
        select 'column default', format('column %s.%I', a.attrelid::regclass, a.attname), pg_get_expr(d.adbin, d.adrelid)
        from pg_catalog.pg_attrdef d join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
        union all
        select 'comment', case when a.attname is not null then format('column %s.%I', o.objoid::regclass, a.attname)
          else format('%s %s', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'i' then 'index'
            when 'S' then 'sequence' when 'f' then 'foreign table' else 'table' end, o.objoid::regclass) end, o.description
        from pg_catalog.pg_description o join pg_catalog.pg_class c on c.oid = o.objoid
        left join pg_catalog.pg_attribute a on a.attrelid = o.objoid and a.attnum = o.objsubid and o.objsubid > 0
        where o.classoid = 'pg_class'::regclass and o.objoid >= 16384)
      select distinct kind, name from texts, pattern where body ~* says order by 1, 2 limit 200`),
  },
  {
    fact: 'archiver',
    sql: `
      select json_build_object('failed', failed_count, 'lastFailedAfterLastArchived',
        failed_count > 0 and last_failed_time > coalesce(last_archived_time, '-infinity'))::text as fact
      from pg_catalog.pg_stat_archiver`,
  },
];
