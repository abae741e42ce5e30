import type { EntityManager } from 'typeorm';
import type { PolicyException } from '../../domain/policy/policy.js';
import type { Caller } from '../auth/caller.js';
import { NotFoundError } from '../problems/problems.js';
import type { BreakGlassView } from './break-glass.js';

export interface BreakGlassRow {
  readonly id: string;
  readonly data_source_id: string;
  readonly role: string;
  readonly columns: readonly string[];
  readonly reason: string;
  readonly minutes: number;
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly approved_by: string | null;
  readonly approved_at: Date | null;
  readonly ended_by: string | null;
  readonly ended_at: Date | null;
}

/** A request that nobody approved within a day is over. */
const WAITS_MS = 24 * 3_600_000;

export async function findBreakGlass(
  manager: EntityManager,
  id: string,
  lock: '' | 'for update' = '',
): Promise<BreakGlassRow> {
  const [row] = await manager.query<BreakGlassRow[]>(`select * from break_glass where id = $1 ${lock}`, [id]);
  if (!row) throw new NotFoundError('break-glass request');
  return row;
}

/** What a caller may see of a data source beyond its policy, as exceptions of it that end by themselves. */
export async function exceptionsFor(
  manager: EntityManager,
  { subject }: Caller,
  dataSourceId: string,
): Promise<readonly PolicyException[]> {
  const rows = await manager.query<BreakGlassRow[]>(
    `select * from break_glass where data_source_id = $1 and requested_by = $2 and approved_at is not null
       and ended_at is null and approved_at + minutes * interval '1 minute' > now()`,
    [dataSourceId, subject],
  );
  return rows.flatMap((row) =>
    row.columns.map((column) => ({
      ...{ role: row.role, column, until: untilOf(row)!.toISOString() },
      ...{ approvedBy: row.approved_by!, because: row.reason },
    })),
  );
}

export function untilOf({ approved_at, minutes }: BreakGlassRow): Date | undefined {
  return approved_at === null ? undefined : new Date(approved_at.getTime() + minutes * 60_000);
}

export function stateOf(row: BreakGlassRow, now: Date): BreakGlassView['state'] {
  if (row.ended_at !== null) return 'over';
  const until = untilOf(row);
  if (until === undefined) return now.getTime() - row.requested_at.getTime() < WAITS_MS ? 'waiting' : 'over';
  return until > now ? 'open' : 'over';
}

export function viewOfBreakGlass(row: BreakGlassRow): BreakGlassView {
  const until = untilOf(row);
  return {
    ...{ id: row.id, dataSourceId: row.data_source_id, state: stateOf(row, new Date()), role: row.role },
    ...{ columns: [...row.columns], reason: row.reason, minutes: row.minutes },
    ...{ requestedBy: row.requested_by, requestedAt: row.requested_at.toISOString() },
    ...(row.approved_by === null ? {} : { approvedBy: row.approved_by }),
    ...(until === undefined ? {} : { until: until.toISOString() }),
    ...(row.ended_by === null ? {} : { endedBy: row.ended_by }),
  };
}
