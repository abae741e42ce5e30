import type pg from 'pg';
import type { RelationLocks, SchemaStatement } from '../../schema-statements.js';

/**
 * One object of the schema with the statements that make it. `key` is how pg_depend names it
 * (`<catalog>:<oid>`), so that objects can be put in the order of what they depend on.
 */
export interface SchemaObject {
  readonly key: string;
  readonly makes: string;
  readonly statements: readonly string[];
}

/** Everything that stands in a schema of people and belongs to no extension. */
export const inOwnSchema = (namespace: string, catalog: string, oid: string) => `
  ${namespace} in (
    select oid from pg_namespace
    where nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and nspname !~ '^pg_(temp|toast_temp)_'
  )
  and not exists (
    select from pg_depend e where e.classid = '${catalog}'::regclass and e.objid = ${oid} and e.deptype = 'e'
  )`;

/** Runs a query that answers rows as JSON. */
export async function jsonRows<Row>(client: pg.ClientBase, query: string): Promise<Row[]> {
  const { rows } = await client.query<{ rows: string }>(
    `select coalesce(json_agg(q), '[]')::text as rows from (${query}) q`,
  );
  return JSON.parse(rows[0].rows) as Row[];
}

/** Objects of one kind, from a query that answers key, makes and sql; several rows may share a key. */
export async function objectsOf(client: pg.ClientBase, query: string): Promise<SchemaObject[]> {
  const rows = await jsonRows<{ key: string; makes: string; sql: string }>(client, query);
  const objects = new Map<string, { key: string; makes: string; statements: string[] }>();
  for (const { key, makes, sql } of rows) {
    const known = objects.get(key);
    if (known) known.statements.push(sql);
    else objects.set(key, { key, makes, statements: [sql] });
  }
  return [...objects.values()];
}

/**
 * Statements that need no ordering among themselves beyond that of the query, which answers makes and sql,
 * and may answer locks.
 */
export async function statementsOf(client: pg.ClientBase, query: string): Promise<SchemaStatement[]> {
  type Row = Pick<SchemaStatement, 'makes' | 'sql'> & {
    readonly locks?: RelationLocks | null;
    readonly foreignKey?: SchemaStatement['foreignKey'] | null;
  };
  const rows = await jsonRows<Row>(client, query);
  return rows.map(({ makes, sql, locks, foreignKey }) => ({
    makes,
    sql,
    ...(locks ? { locks } : {}),
    ...(foreignKey ? { foreignKey } : {}),
  }));
}

/** A query's `locks`: relations by name, as SQL expressions. */
export const lockedRelations = ({ shared = [], exclusive = [] }: Partial<RelationLocks>) =>
  `json_build_object('shared', json_build_array(${shared.join(', ')}), 'exclusive', json_build_array(${exclusive.join(', ')}))`;
