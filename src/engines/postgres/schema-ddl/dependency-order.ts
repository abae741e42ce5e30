import type pg from 'pg';
import { jsonRows, type SchemaObject } from './schema-object.js';

/** What every object depends on, by key. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads pg_depend with each part counted as the whole that it belongs to: a default as its table, a
 * rule as its view, a row type as its table, an array type as its element.
 */
export async function readDependencies(client: pg.ClientBase): Promise<Dependencies> {
  const edges = await jsonRows<{ from: string; to: string }>(client, edgesQuery);
  const dependencies = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    if (from === to) continue;
    const known = dependencies.get(from);
    if (known) known.add(to);
    else dependencies.set(from, new Set([to]));
  }
  return dependencies;
}

/** Objects after all that they depend on; where they depend on each other, in the order given. */
export function inDependencyOrder(
  objects: readonly SchemaObject[],
  dependencies: Dependencies,
): SchemaObject[] {
  const byKey = new Map(objects.map((object) => [object.key, object]));
  const ordered: SchemaObject[] = [];
  const visited = new Set<string>();
  const visit = (key: string): void => {
    if (visited.has(key)) return;
    visited.add(key);
    for (const needed of dependencies.get(key) ?? []) visit(needed);
    const object = byKey.get(key);
    if (object) ordered.push(object);
  };
  for (const { key } of objects) visit(key);
  return ordered;
}

/** The keys that depend on one of `roots`, however far off, and the roots themselves. */
export function dependants(roots: readonly string[], dependencies: Dependencies): ReadonlySet<string> {
  const users = new Map<string, string[]>();
  for (const [from, needed] of dependencies) {
    for (const to of needed) users.set(to, [...(users.get(to) ?? []), from]);
  }
  const found = new Set(roots);
  for (const key of found) for (const user of users.get(key) ?? []) found.add(user);
  return found;
}

/** The whole that an object of a catalog belongs to. */
const whole = (classId: string, objectId: string) => `
  case ${classId}
    when 'pg_attrdef'::regclass then (select 'pg_class:' || adrelid from pg_attrdef where oid = ${objectId})
    -- A view is its rule; another rule is made when all tables are there, and must not order them.
    when 'pg_rewrite'::regclass then (
      select case when rulename = '_RETURN' then 'pg_class:' || ev_class else 'pg_rewrite:' || oid end
      from pg_rewrite where oid = ${objectId}
    )
    when 'pg_constraint'::regclass then (
      select case when contypid <> 0 then 'pg_type:' || contypid else 'pg_constraint:' || oid end
      from pg_constraint where oid = ${objectId}
    )
    when 'pg_class'::regclass then (
      select case when c.relkind = 'c' then 'pg_type:' || c.reltype else 'pg_class:' || c.oid end
      from pg_class c where c.oid = ${objectId}
    )
    when 'pg_type'::regclass then (
      select coalesce(
        case when t.typcategory = 'A' and t.typelem <> 0 then (
          select case when r.relkind in ('r', 'p', 'v', 'm', 'f') then 'pg_class:' || r.oid else 'pg_type:' || e.oid end
          from pg_type e left join pg_class r on r.oid = e.typrelid where e.oid = t.typelem
        ) end,
        (select 'pg_class:' || r.oid from pg_class r where r.oid = t.typrelid and r.relkind in ('r', 'p', 'v', 'm', 'f')),
        (select 'pg_type:' || g.rngtypid from pg_range g where to_jsonb(g) ->> 'rngmultitypid' = t.oid::text),
        'pg_type:' || t.oid)
      from pg_type t where t.oid = ${objectId}
    )
    else ${classId}::regclass::text || ':' || ${objectId}
  end`;

/**
 * Only objects of people (their OIDs start at 16384). A sequence does not wait for the table that owns
 * it: that is said when both are there.
 */
const edgesQuery = `
  select distinct "from", "to" from (
    select ${whole('d.classid', 'd.objid')} as "from", ${whole('d.refclassid', 'd.refobjid')} as "to"
    from pg_depend d
    where d.objid >= 16384 and d.refobjid >= 16384 and d.deptype in ('n', 'i', 'a')
      and not (d.deptype = 'a' and d.classid = 'pg_class'::regclass
        and exists (select from pg_class s where s.oid = d.objid and s.relkind = 'S'))
  ) edges
  where "from" is not null and "to" is not null`;
