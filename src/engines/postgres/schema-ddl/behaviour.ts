import type pg from 'pg';
import type { SchemaStatement } from '../../schema-statements.js';
import { inOwnSchema, statementsOf } from './schema-object.js';

/** Triggers with their firing state, rules, policies and row-level security: nothing may act before the rows are in. */
export async function behaviour(client: pg.ClientBase): Promise<SchemaStatement[]> {
  const found: SchemaStatement[] = [];
  for (const query of [triggersQuery, triggerStatesQuery, rulesQuery, policiesQuery, rowSecurityQuery]) {
    found.push(...(await statementsOf(client, query)));
  }
  return found;
}

/** Comments on everything that has one; the statements differ by what is commented on. */
export function comments(client: pg.ClientBase): Promise<SchemaStatement[]> {
  return statementsOf(client, commentsQuery);
}

const relation = `format('%I.%I', n.nspname, c.relname)`;
const ownRelation = inOwnSchema('c.relnamespace', 'pg_class', 'c.oid');

/** A partition's copies of its table's triggers are internal or have a parent. */
const ownTrigger = `
  not t.tgisinternal and t.tgparentid = 0 and ${ownRelation}`;

const triggersQuery = `
  select format('trigger %I on %s', t.tgname, ${relation}) as makes, pg_get_triggerdef(t.oid) as sql
  from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
  where ${ownTrigger}
  order by t.oid`;

const triggerStatesQuery = `
  select format('state of trigger %I on %s', t.tgname, ${relation}) as makes,
         format('alter table %s %s trigger %I', ${relation},
           case t.tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'disable' end, t.tgname) as sql
  from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
  where t.tgenabled <> 'O' and ${ownTrigger}
  order by t.oid`;

const rulesQuery = `
  select makes, sql from (
    select r.oid, 0 as step, format('rule %I on %s', r.rulename, ${relation}) as makes, pg_get_ruledef(r.oid) as sql
    from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
    where r.rulename <> '_RETURN' and ${ownRelation}
    union all
    select r.oid, 1, format('state of rule %I on %s', r.rulename, ${relation}),
           format('alter table %s %s rule %I', ${relation},
             case r.ev_enabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'disable' end, r.rulename)
    from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
    where r.rulename <> '_RETURN' and r.ev_enabled <> 'O' and ${ownRelation}
  ) rules
  order by oid, step`;

/** Roles are not copied: a policy for a role of production would name one that need not exist here. */
const policiesQuery = `
  select format('policy %I on %s', p.polname, ${relation}) as makes,
         format('create policy %I on %s as %s for %s to public%s%s', p.polname, ${relation},
           case when p.polpermissive then 'permissive' else 'restrictive' end,
           case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
           coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', ''),
           coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')) as sql
  from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
  where p.polroles = '{0}' and ${ownRelation}
  order by p.oid`;

const rowSecurityQuery = `
  select 'row security of ' || ${relation} as makes,
         format('alter table %s %s', ${relation}, concat_ws(', ',
           case when c.relrowsecurity then 'enable row level security' end,
           case when c.relforcerowsecurity then 'force row level security' end)) as sql
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where (c.relrowsecurity or c.relforcerowsecurity) and ${ownRelation}
  order by c.oid`;

const commentsQuery = `
  select format('comment on %s %s', o.type, o.identity) as makes,
         format('comment on %s %s is %L',
           case
             when o.type like '%column' then 'column'
             when o.type = 'domain constraint' then 'constraint'
             when o.type = 'table constraint' then 'constraint'
             else o.type
           end,
           case when o.type = 'domain constraint' then regexp_replace(o.identity, ' on ', ' on domain ') else o.identity end,
           d.description) as sql
  from pg_description d
  cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) o
  where d.classoid in (
      'pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass, 'pg_namespace'::regclass, 'pg_constraint'::regclass,
      'pg_trigger'::regclass, 'pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_statistic_ext'::regclass
    )
    -- Objects of people: their OIDs start at 16384.
    and d.objoid >= 16384 and o.type <> 'foreign table'
    and not exists (
      select from pg_depend e where e.classid = d.classoid and e.objid = d.objoid and e.deptype = 'e'
    )
    and not (d.classoid = 'pg_policy'::regclass and exists (select from pg_policy p where p.oid = d.objoid and p.polroles <> '{0}'))
  order by d.classoid, d.objoid, d.objsubid`;
