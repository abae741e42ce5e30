import type pg from 'pg';
import type { SchemaSections } from '../../schema-statements.js';
import { inOwnSchema, jsonRows } from './schema-object.js';

/** What a copy does not get, by intent, with the reason; shown with the plan. */
export function leftOut(client: pg.ClientBase): Promise<SchemaSections['leftOut'][number][]> {
  return jsonRows(client, query);
}

const count = (what: string, why: string, from: string) => `
  select format('%s ${what}', count(*)) as what, '${why}' as why from ${from} having count(*) > 0`;

const query = [
  `select 'owners, roles and grants' as what, 'staging has people of its own; everything belongs to the copying role' as why`,
  count(
    'policies for named roles',
    'their roles need not exist in the target; row security stays on and shows those rows to the owner only',
    `pg_policy p join pg_class c on c.oid = p.polrelid where p.polroles <> '{0}' and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}`,
  ),
  count(
    'foreign tables',
    'their rows lie elsewhere, often in production',
    `pg_class c where c.relkind = 'f'`,
  ),
  count('foreign servers, with their user mappings', 'they hold passwords in clear', 'pg_foreign_server'),
  count('publications', 'a copy must not send to the subscribers of production', 'pg_publication'),
  count(
    'subscriptions',
    'a copy must not receive from production',
    `pg_subscription s where s.subdbid = (select oid from pg_database where datname = current_database())`,
  ),
  count(
    'event triggers',
    'they would act on the copy itself',
    `pg_event_trigger e where not exists (
    select from pg_depend d where d.classid = 'pg_event_trigger'::regclass and d.objid = e.oid and d.deptype = 'e')`,
  ),
  count(
    'tables and indexes in tablespaces of their own',
    'the target has places of its own; they stand in its default tablespace',
    `pg_class c where c.reltablespace <> 0 and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}`,
  ),
  count('large objects', 'nothing says which column they belong to', 'pg_largeobject_metadata'),
  count(
    'operators, operator classes and casts',
    'not supported yet: objects that need them fail to be made, and the run with them',
    `(
      select oid from pg_operator o where ${inOwnSchema('o.oprnamespace', 'pg_operator', 'o.oid')}
      union all select oid from pg_opclass o where ${inOwnSchema('o.opcnamespace', 'pg_opclass', 'o.oid')}
      union all select oid from pg_cast x where x.oid >= 16384 and not exists (
        select from pg_depend d where d.classid = 'pg_cast'::regclass and d.objid = x.oid and d.deptype = 'e')
    ) made`,
  ),
  count(
    'text search configurations and dictionaries',
    'not supported yet: objects that need them fail to be made, and the run with them',
    `(
      select oid from pg_ts_config t where ${inOwnSchema('t.cfgnamespace', 'pg_ts_config', 't.oid')}
      union all select oid from pg_ts_dict t where ${inOwnSchema('t.dictnamespace', 'pg_ts_dict', 't.oid')}
    ) made`,
  ),
].join(' union all ');
