import type pg from 'pg';
import type { SessionNames, TemporaryRelation } from '../../domain/rewriting/rewrite-context.js';

interface NamesRow {
  readonly path: readonly string[];
  readonly temporary: readonly TemporaryRelation[] | null;
}

/**
 * What unqualified names mean in a session at this moment. One query, to be run on the session itself:
 * after connecting, and after every statement of which the rewriter says `changesSession`.
 */
export async function readSessionNames(client: Pick<pg.ClientBase, 'query'>): Promise<SessionNames> {
  const { rows } = await client.query<{ names: unknown }>(sessionNamesQuery);
  return toSessionNames(rows[0]?.names);
}

/** The text of the query, for whoever speaks the protocol itself: one row, one column, JSON. */
export const sessionNamesQuery = `
  select pg_catalog.json_build_object(
    'path', pg_catalog.to_json(pg_catalog.current_schemas(true)),
    'temporary', (
      select pg_catalog.json_agg(pg_catalog.json_build_object(
        'schema', 'pg_temp',
        'name', c.relname,
        'columns', (
          select pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', a.attname,
            'type', pg_catalog.json_build_object('name', pg_catalog.format_type(a.atttypid, a.atttypmod), 'family', 'other')
          ) order by a.attnum)
          from pg_catalog.pg_attribute a
          where a.attrelid operator(pg_catalog.=) c.oid and a.attnum operator(pg_catalog.>) 0 and not a.attisdropped
        )
      ))
      from pg_catalog.pg_class c
      where c.relnamespace operator(pg_catalog.=) pg_catalog.pg_my_temp_schema()
        and c.relkind operator(pg_catalog.=) any ('{r,v,p,m,f,S}')
    )
  ) as names`;

/** @param names what the query answered, as text or already parsed */
export function toSessionNames(names: unknown): SessionNames {
  const { path, temporary } = (typeof names === 'string' ? JSON.parse(names) : names) as NamesRow;
  return { searchPath: path, temporary: temporary ?? [] };
}
