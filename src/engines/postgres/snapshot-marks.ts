import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { printRelationName, type RelationName } from '../../domain/catalog/catalog.js';
import { translateDriverError } from './driver-errors.js';
import type { RowRange } from '../row-source.js';
import { quoteRelation } from './identifiers.js';
import { pagesOf } from './row-streams.js';

/**
 * The moment of a snapshot: the oldest transaction that was under way in it. The random part tells
 * two snapshots apart that have the same.
 */
export async function markOf(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ oldest: string }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::text as oldest',
  );
  return `${rows[0].oldest}/${randomBytes(8).toString('hex')}`;
}

/**
 * True when every row that was read under another snapshot is still there, and no other. A row counts as
 * old when its transaction had ended before any that was under way then; one written since, or by one
 * that was under way, is new, and makes the answer false. A row that was deleted is missing from the count.
 * `xmin` has 32 bits: what lies more than 2^31 transactions back may be taken for new, never the other way.
 */
export async function unchangedSince(
  client: pg.ClientBase,
  table: RelationName,
  mark: string,
  rows: number,
  range?: RowRange,
): Promise<boolean> {
  const oldest = /^\d+/.exec(mark)?.[0] ?? '0';
  // The distance back from now on a circle of 2^32, so that it does not matter where the circle began.
  const back = '((pg_snapshot_xmax(pg_current_snapshot())::text::bigint - xmin::text::bigint) & 4294967295)';
  const since = `(pg_snapshot_xmax(pg_current_snapshot())::text::bigint - ${oldest})`;
  const sql = `
    select count(*) as now, count(*) filter (where ${back} > ${since} and ${back} < 2147483648 or xmin::text::bigint < 3) as old
    from only ${quoteRelation(table)}${range ? ` where ${pagesOf('ctid', range)}` : ''}`;
  try {
    const result = await client.query<{ now: string; old: string }>(sql);
    const [{ now, old }] = result.rows;
    return Number(now) === rows && Number(old) === rows;
  } catch (error) {
    throw translateDriverError(error, `comparing ${printRelationName(table)}`);
  }
}
