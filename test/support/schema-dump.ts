import pg from 'pg';

/**
 * Everything that the catalogs say of a schema, as sorted text lines: two databases with the same lines
 * have the same schema. Independent of the code that makes DDL: it reads other functions and columns.
 */
export async function dumpSchema(url: string): Promise<string[]> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`set search_path = ''`);
  const lines: string[] = [];
  for (const query of queries) {
    const { rows } = await client.query<Record<string, unknown>>(query);
    lines.push(...rows.map((row) => JSON.stringify(row)));
  }
  await client.end();
  return lines.sort();
}

const own = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;

const queries = [
  `select 'relation', n.nspname, relname, relkind, relpersistence, reloptions, relrowsecurity, relforcerowsecurity,
     relreplident, relispartition, pg_get_expr(relpartbound, c.oid), obj_description(c.oid, 'pg_class')
   from pg_class c join pg_namespace n on n.oid = relnamespace where ${own}`,
  `select 'column', attrelid::regclass, row_number() over (partition by attrelid order by attnum), attname,
     format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attcollation::regcollation, attstorage,
     attislocal, attinhcount, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
   from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
   left join pg_attrdef d on adrelid = attrelid and adnum = attnum
   where attnum > 0 and not attisdropped and relkind in ('r', 'p', 'v', 'm', 'c') and ${own}`,
  `select 'constraint', conrelid::regclass, contypid::regtype, conname, contype, convalidated, condeferrable, condeferred,
     coninhcount, conislocal, pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint')
   from pg_constraint k join pg_namespace n on n.oid = connamespace where ${own}`,
  `select 'index', pg_get_indexdef(indexrelid), indisclustered, indisreplident, indisvalid,
     (select inhparent::regclass from pg_inherits where inhrelid = indexrelid)
   from pg_index join pg_class c on c.oid = indexrelid join pg_namespace n on n.oid = relnamespace where ${own}`,
  `select 'trigger', pg_get_triggerdef(t.oid), tgenabled from pg_trigger t where not tgisinternal`,
  `select 'rule', pg_get_ruledef(r.oid), ev_enabled from pg_rewrite r where r.oid >= 16384`,
  `select 'policy', polrelid::regclass, polname, polcmd, polpermissive, pg_get_expr(polqual, polrelid),
     pg_get_expr(polwithcheck, polrelid) from pg_policy`,
  `select 'function', p.oid::regprocedure, pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc')
   from pg_proc p join pg_namespace n on n.oid = pronamespace where prokind in ('f', 'p') and ${own}`,
  `select 'aggregate', p.oid::regprocedure, aggtransfn, aggtranstype::regtype, agginitval, aggfinalfn
   from pg_aggregate a join pg_proc p on p.oid = aggfnoid join pg_namespace n on n.oid = pronamespace where ${own}`,
  `select 'type', t.oid::regtype, typtype, typbasetype::regtype, typnotnull, typdefault,
     (select array_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = t.oid)
   from pg_type t join pg_namespace n on n.oid = typnamespace where ${own} and typtype in ('e', 'd', 'c', 'r')`,
  `select 'sequence', schemaname, sequencename, data_type, start_value, min_value, max_value, increment_by, cycle, cache_size, last_value
   from pg_sequences`,
  `select 'statistics', pg_get_statisticsobjdef(oid) from pg_statistic_ext`,
  `select 'inherits', inhrelid::regclass, inhparent::regclass, inhseqno from pg_inherits`,
  `select 'extension', extname, extnamespace::regnamespace from pg_extension`,
  `select 'owned', objid::regclass, refobjid::regclass, refobjsubid, deptype from pg_depend
   where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and deptype in ('a', 'i') and refobjsubid > 0
     and objid >= 16384 and (select relkind from pg_class where oid = objid) = 'S'`,
];
