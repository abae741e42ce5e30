import type { RelationName } from '../../domain/catalog/catalog.js';

// What is asked of PostgreSQL's own catalogs, and what answers look like: one JSON document each.

/** Relations of people: not the system's, not temporary, not an extension's. */
export const ownRelations = `
  c.relnamespace in (
    select oid from pg_namespace
    where nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and nspname !~ '^pg_(temp|toast_temp)_'
  )
  and not exists (
    select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'
  )`;

export interface RelationRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly isPartition: boolean;
  readonly comment: string | null;
  readonly rows: number;
  readonly bytes: number;
  readonly readable: boolean;
  readonly definition: string | null;
}

export interface ColumnRow {
  readonly relation: string;
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly modifier: number;
  readonly printed: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly generated: string;
  readonly identity: string;
  readonly collation: string | null;
  readonly comment: string | null;
}

export interface ConstraintRow {
  readonly relation: string;
  readonly name: string;
  readonly kind: string;
  readonly columns: readonly string[] | null;
  readonly referenced: RelationName | null;
  readonly referencedColumns: readonly string[] | null;
  readonly matchFull: boolean;
  readonly deferrable: boolean;
  readonly validated: boolean;
  readonly period: boolean;
  readonly definition: string;
}

export interface IndexRow {
  readonly relation: string;
  readonly name: string;
  readonly primary: boolean;
  readonly columns: readonly string[] | null;
  readonly expressions: readonly string[] | null;
  readonly predicate: string | null;
  readonly nullsNotDistinct: boolean;
  readonly withoutOverlaps: boolean;
}

/** A pair of relations: a partition and its table, a child and its parent, a view and what it reads. */
export interface LinkRow {
  readonly relation: string;
  readonly other: RelationName;
}

/** What `tsvector_update_trigger` was given: the column, the configuration, what it reads. */
export interface VectorRow {
  readonly relation: string;
  readonly arguments: readonly string[];
}

export interface PartitionRow {
  readonly relation: string;
  readonly key: readonly string[];
}

export const aboutQuery = `select current_setting('server_version') as version, current_database() as database`;

export const relationsQuery = `
  select c.oid::text, n.nspname as schema, c.relname as name, c.relkind::text as kind,
         c.relispartition as "isPartition", obj_description(c.oid, 'pg_class') as comment,
         c.reltuples::float8 as rows,
         case when c.relkind in ('r', 'm') then pg_relation_size(c.oid)
              when c.relkind = 'p' then (select coalesce(sum(pg_relation_size(t.relid)), 0) from pg_partition_tree(c.oid) t)
              else 0 end as bytes,
         has_table_privilege(c.oid, 'select') and has_schema_privilege(c.relnamespace, 'usage') as readable,
         case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as definition
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'v', 'm') and ${ownRelations}
  order by n.nspname, c.relname`;

export const columnsQuery = `
  select a.attrelid::text as relation, a.attnum as number, a.attname as name,
         a.atttypid::text as type, a.atttypmod as modifier, format_type(a.atttypid, a.atttypmod) as printed,
         a.attnotnull as "notNull",
         case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end as default,
         a.attgenerated::text as generated, a.attidentity::text as identity,
         case when a.attcollation <> t.typcollation then quote_ident(l.collname) end as collation,
         col_description(a.attrelid, a.attnum) as comment
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join pg_collation l on l.oid = a.attcollation
  where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'f', 'v', 'm') and ${ownRelations}
  order by a.attrelid, a.attnum`;

export const typesQuery = `
  select t.oid::text, t.typname as name, n.nspname as schema, t.typtype::text as kind,
         t.typcategory::text as category, t.typelem::text as element, t.typbasetype::text as base,
         t.typtypmod as "baseModifier", t.typnotnull as "notNull",
         e.labels, coalesce(r.rngsubtype, m.rngsubtype)::text as "rangeElement", f.fields, k.checks
  from pg_type t
  join pg_namespace n on n.oid = t.typnamespace
  left join (
    select enumtypid, array_agg(enumlabel order by enumsortorder) as labels from pg_enum group by 1
  ) e on e.enumtypid = t.oid
  left join pg_range r on r.rngtypid = t.oid
  -- Through JSON, since version 13 has no multiranges and no such column.
  left join pg_range m on to_jsonb(m) ->> 'rngmultitypid' = t.oid::text
  left join (
    select a.attrelid, json_agg(json_build_object('name', a.attname, 'type', a.atttypid::text,
           'modifier', a.atttypmod) order by a.attnum) as fields
    from pg_attribute a join pg_class c on c.oid = a.attrelid and c.relkind = 'c'
    where a.attnum > 0 and not a.attisdropped group by 1
  ) f on f.attrelid = t.typrelid and t.typtype = 'c'
  left join (
    select contypid, array_agg(pg_get_constraintdef(oid) order by conname) as checks
    from pg_constraint where contypid <> 0 and contype = 'c' group by 1
  ) k on k.contypid = t.oid`;

/** Columns of a constraint key, in its order. */
const namesOf = (relation: string, key: string) => `(
    select array_agg(a.attname order by u.position)
    from unnest(${key}) with ordinality u (number, position)
    join pg_attribute a on a.attrelid = ${relation} and a.attnum = u.number)`;

export const constraintsQuery = `
  select k.conrelid::text as relation, k.conname as name, k.contype::text as kind,
         ${namesOf('k.conrelid', 'k.conkey')} as columns,
         case when k.confrelid <> 0 then json_build_object('schema', fn.nspname, 'name', fc.relname) end as referenced,
         ${namesOf('k.confrelid', 'k.confkey')} as "referencedColumns",
         k.confmatchtype = 'f' as "matchFull", k.condeferrable as deferrable, k.convalidated as validated,
         -- Through JSON, since versions before 18 have no such column.
         coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false) as period,
         pg_get_constraintdef(k.oid) as definition
  from pg_constraint k
  join pg_class c on c.oid = k.conrelid
  left join pg_class fc on fc.oid = k.confrelid
  left join pg_namespace fn on fn.oid = fc.relnamespace
  where k.contype in ('f', 'c', 'x') and ${ownRelations}
    -- A key that refers to a partitioned table has a row for each of its partitions too, which alone means nothing.
    and not exists (select from pg_constraint a where a.oid = k.conparentid and a.contype = 'f' and a.conrelid = k.conrelid)
  order by k.conrelid, k.conname`;

/** Unique indexes, whether or not a constraint stands behind them. */
export const indexesQuery = `
    select i.indrelid::text as relation, x.relname as name, i.indisprimary as primary,
           (
             select array_agg(distinct_columns.attname order by distinct_columns.position) from (
               select a.attname, min(u.position) as position
               from (
                 select number, position from unnest(i.indkey::int2[]) with ordinality p (number, position)
                 where number <> 0 and position <= i.indnkeyatts
                 union all
                 select d.refobjsubid::int2, 1000 + d.refobjsubid from pg_depend d
                 where i.indexprs is not null and d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                   and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid > 0
                   and not d.refobjsubid = any (i.indkey::int2[])
               ) u
               join pg_attribute a on a.attrelid = i.indrelid and a.attnum = u.number
               group by a.attname
             ) distinct_columns
           ) as columns,
           case when i.indexprs is not null then (
             select array_agg(pg_get_indexdef(i.indexrelid, n, true) order by n)
             from generate_series(1, i.indnkeyatts) n where i.indkey[n - 1] = 0
           ) end as expressions,
           pg_get_expr(i.indpred, i.indrelid) as predicate,
           -- Through JSON, since versions before 15 have no such column.
           coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) as "nullsNotDistinct",
           i.indisunique and i.indisexclusion as "withoutOverlaps"
    from pg_index i
    join pg_class x on x.oid = i.indexrelid
    join pg_class c on c.oid = i.indrelid
    where i.indisunique and i.indisvalid and c.relkind in ('r', 'p') and ${ownRelations}
    order by i.indrelid, x.relname`;

export const parentsQuery = `
  select i.inhrelid::text as relation, json_build_object('schema', n.nspname, 'name', p.relname) as other
  from pg_inherits i
  join pg_class c on c.oid = i.inhrelid
  join pg_class p on p.oid = i.inhparent
  join pg_namespace n on n.oid = p.relnamespace
  where c.relkind in ('r', 'p', 'f') and ${ownRelations}
  order by i.inhrelid, i.inhseqno`;

export const partitionsQuery = `
  select p.partrelid::text as relation, array_remove(array_agg(a.attname order by a.attname), null) as key
  from pg_partitioned_table p
  join pg_class c on c.oid = p.partrelid
  left join (
    select s.partrelid, u.number from pg_partitioned_table s, unnest(s.partattrs::int2[]) u (number)
    union
    select d.objid, d.refobjsubid from pg_depend d
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
      and d.objid = d.refobjid and d.refobjsubid > 0
  ) k on k.partrelid = p.partrelid and k.number > 0
  left join pg_attribute a on a.attrelid = k.partrelid and a.attnum = k.number
  where ${ownRelations}
  group by p.partrelid`;

export const searchVectorsQuery = `
  select t.tgrelid::text as relation,
         array_remove(string_to_array(encode(t.tgargs, 'escape'), '\\000'), '') as arguments
  from pg_trigger t
  join pg_proc p on p.oid = t.tgfoid and p.proname = 'tsvector_update_trigger' and p.pronamespace = 'pg_catalog'::regnamespace
  join pg_class c on c.oid = t.tgrelid
  where not t.tgisinternal and ${ownRelations}`;

export const dependenciesQuery = `
  select distinct r.ev_class::text as relation, jsonb_build_object('schema', n.nspname, 'name', o.relname) as other
  from pg_rewrite r
  join pg_class c on c.oid = r.ev_class
  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
  join pg_class o on o.oid = d.refobjid and o.oid <> r.ev_class
  join pg_namespace n on n.oid = o.relnamespace
  where c.relkind in ('v', 'm') and ${ownRelations}`;
