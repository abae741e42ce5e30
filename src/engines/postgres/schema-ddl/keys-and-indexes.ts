import type pg from 'pg';
import type { SchemaStatement } from '../../schema-statements.js';
import { inOwnSchema, lockedRelations, statementsOf } from './schema-object.js';

/** Indexes, keys and exclusions; partitioned ones first and their parts attached to them. */
export async function keysAndIndexes(client: pg.ClientBase): Promise<SchemaStatement[]> {
  return [
    ...(await statementsOf(client, indexesQuery)),
    ...(await statementsOf(client, keysQuery)),
    ...(await statementsOf(client, attachedIndexesQuery)),
    ...(await statementsOf(client, clusterAndIdentityQuery)),
    ...(await statementsOf(client, extendedStatisticsQuery)),
  ];
}

export function checks(client: pg.ClientBase): Promise<SchemaStatement[]> {
  // Of the NOT NULL constraints, those that stand (version 18) but were never validated.
  const kinds = `(k.contype = 'c' or k.contype = 'n' and not k.convalidated)`;
  return statementsOf(client, constraintsQuery(kinds, 'k.conislocal', { locks: checkLocks }));
}

/** Those that a partition has from its table come with the table's. */
export function foreignKeys(client: pg.ClientBase): Promise<SchemaStatement[]> {
  return statementsOf(
    client,
    constraintsQuery(`k.contype = 'f'`, 'k.conparentid = 0', { foreignKey, locks: foreignKeyLocks }),
  );
}

/**
 * Statements that drop each valid foreign key and make it again: NOT VALID first, then validated, where
 * tables allow it (a partitioned table does not before version 18).
 */
export function remadeKeys(client: pg.ClientBase): Promise<SchemaStatement[]> {
  return statementsOf(client, remadeKeysQuery);
}

const relation = `format('%I.%I', n.nspname, c.relname)`;

const ownIndex = `
  c.relkind in ('r', 'p', 'm') and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}`;

const indexesQuery = `
  select format('index %I.%I', n.nspname, x.relname) as makes, pg_get_indexdef(i.indexrelid) as sql,
         case when c.relkind = 'r' then ${lockedRelations({ shared: [relation] })} end as locks
  from pg_index i
  join pg_class x on x.oid = i.indexrelid
  join pg_class c on c.oid = i.indrelid
  join pg_namespace n on n.oid = c.relnamespace
  where i.indisvalid and c.relkind <> 'm' and ${ownIndex}
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
  order by x.relkind = 'I' desc, x.oid`;

const keysQuery = `
  select format('constraint %I on %s', k.conname, ${relation}) as makes,
         format('alter table only %s add constraint %I %s', ${relation}, k.conname, pg_get_constraintdef(k.oid)) as sql,
         case when c.relkind = 'r' then ${lockedRelations({ exclusive: [relation] })} end as locks
  from pg_constraint k
  join pg_class c on c.oid = k.conrelid
  join pg_namespace n on n.oid = c.relnamespace
  where k.contype in ('p', 'u', 'x') and ${ownIndex}
  order by c.relkind = 'p' desc, k.contype <> 'p', k.oid`;

const attachedIndexesQuery = `
  select format('index %I.%I as a part', n.nspname, x.relname) as makes,
         format('alter index %I.%I attach partition %I.%I', pn.nspname, p.relname, n.nspname, x.relname) as sql
  from pg_inherits h
  join pg_index i on i.indexrelid = h.inhrelid
  join pg_class x on x.oid = h.inhrelid
  join pg_class c on c.oid = i.indrelid
  join pg_namespace n on n.oid = x.relnamespace
  join pg_class p on p.oid = h.inhparent
  join pg_namespace pn on pn.oid = p.relnamespace
  where ${ownIndex}
  order by x.oid`;

const clusterAndIdentityQuery = `
  select makes, sql from (
    select x.oid, 'clustering of ' || ${relation} as makes, format('alter table %s cluster on %I', ${relation}, x.relname) as sql
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    where i.indisclustered and c.relkind = 'r' and ${ownIndex}
    union all
    select x.oid, 'replica identity of ' || ${relation},
           format('alter table only %s replica identity using index %I', ${relation}, x.relname)
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    where i.indisreplident and c.relkind = 'r' and ${ownIndex}
  ) settings
  order by oid`;

const extendedStatisticsQuery = `
  select format('statistics %I.%I', n.nspname, s.stxname) as makes, pg_get_statisticsobjdef(s.oid) as sql
  from pg_statistic_ext s
  join pg_namespace n on n.oid = s.stxnamespace
  where ${inOwnSchema('s.stxnamespace', 'pg_statistic_ext', 's.oid')}
  order by s.oid`;

const foreignKey = `
  case when k.convalidated then json_build_object('table', json_build_object('schema', n.nspname, 'name', c.relname), 'name', k.conname,
    'unvalidated', format('alter table %s add constraint %I %s not valid', ${relation}, k.conname, pg_get_constraintdef(k.oid))) end`;

const remadeKeysQuery = `
  select format('constraint %I on %s again', k.conname, ${relation}) as makes,
         format('alter table %1$s drop constraint %2$I; alter table %1$s add constraint %2$I %3$s%4$s', ${relation}, k.conname,
           pg_get_constraintdef(k.oid),
           case when c.relkind = 'r' then format(' not valid; alter table %s validate constraint %I', ${relation}, k.conname) else '' end
         ) as sql, ${foreignKey} as "foreignKey"
  from pg_constraint k
  join pg_class c on c.oid = k.conrelid
  join pg_namespace n on n.oid = c.relnamespace
  where k.contype = 'f' and k.convalidated and k.conparentid = 0 and c.relkind in ('r', 'p')
    and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  order by k.oid`;

/** A check without ONLY takes the table's children too. */
const checkLocks = `
  case when c.relkind = 'r' and not c.relhassubclass then ${lockedRelations({ exclusive: [relation] })} end`;

/** Between plain tables; one from or to a partitioned table takes the partitions too. */
const foreignKeyLocks = `
  (select case when c.relkind = 'r' and p.relkind = 'r' then
     ${lockedRelations({ exclusive: [relation, `format('%I.%I', pn.nspname, p.relname)`] })} end
   from pg_class p join pg_namespace pn on pn.oid = p.relnamespace where p.oid = k.confrelid)`;

/** A plain table's FK without ONLY reaches its partitions; a check without ONLY its children. */
const constraintsQuery = (
  kind: string,
  own: string,
  { foreignKey = 'null', locks }: { readonly foreignKey?: string; readonly locks: string },
) => `
  select format('constraint %I on %s', k.conname, ${relation}) as makes,
         format('alter table %s add constraint %I %s', ${relation}, k.conname, pg_get_constraintdef(k.oid)) as sql,
         ${foreignKey} as "foreignKey", ${locks} as locks
  from pg_constraint k
  join pg_class c on c.oid = k.conrelid
  join pg_namespace n on n.oid = c.relnamespace
  where ${kind} and ${own} and c.relkind in ('r', 'p') and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  order by k.oid`;
