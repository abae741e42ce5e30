import type pg from 'pg';
import type { SchemaStatement } from '../../schema-statements.js';
import { inOwnSchema, jsonRows } from './schema-object.js';

/**
 * Where each sequence stands. Read from the sequences themselves: pg_sequence_last_value() answers NULL
 * for a missing privilege as for a fresh sequence, and a copy would silently start at 1.
 */
export async function sequenceStates(client: pg.ClientBase): Promise<SchemaStatement[]> {
  const names = await jsonRows<{ name: string; literal: string }>(client, sequencesQuery);
  if (names.length === 0) return [];
  const states = names.map(
    ({ name, literal }) =>
      `select ${literal} as name, last_value::text as value, is_called as called from ${name}`,
  );
  const rows = await jsonRows<{ name: string; value: string; called: boolean }>(
    client,
    states.join(' union all '),
  );
  const literals = new Map(names.map(({ name, literal }) => [name, literal]));
  return rows.map(({ name, value, called }) => ({
    makes: `state of sequence ${name}`,
    sql: `select setval(${literals.get(name)!}, ${value}, ${called})`,
  }));
}

const sequencesQuery = `
  select format('%I.%I', n.nspname, c.relname) as name, quote_literal(format('%I.%I', n.nspname, c.relname)) as literal
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'S' and ${inOwnSchema('c.relnamespace', 'pg_class', 'c.oid')}
  order by c.oid`;
