import type { EntityManager } from 'typeorm';
import type { Caller } from '../auth/caller.js';
import { nextAfter, type Schedule, type ScheduleView } from './schedule.js';

/** What a schedule starts. */
export type ScheduledKind = 'scan' | 'scrub' | 'posture';

export interface ScheduleRow {
  readonly tenant_id: string;
  readonly kind: ScheduledKind;
  readonly subject_id: string;
  readonly cron: string;
  readonly time_zone: string;
  readonly overlap: Schedule['overlap'];
  readonly enabled: boolean;
  readonly next_at: Date | null;
  readonly last_due_at: Date | null;
  readonly last_did: string | null;
  readonly created_by: string;
}

/** Sets or, with null, takes away the schedule of a data source's scans or posture runs, or of a scrub job. */
export async function writeSchedule(
  manager: EntityManager,
  caller: Caller,
  kind: ScheduledKind,
  subjectId: string,
  schedule: Schedule | null,
): Promise<void> {
  if (schedule === null) {
    await manager.query('delete from schedules where kind = $1 and subject_id = $2', [kind, subjectId]);
    return;
  }
  const { cron, timeZone, overlap, enabled } = schedule;
  await manager.query(
    `insert into schedules (tenant_id, kind, subject_id, cron, time_zone, overlap, enabled, next_at, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (tenant_id, kind, subject_id) do update set
       cron = excluded.cron, time_zone = excluded.time_zone, overlap = excluded.overlap,
       enabled = excluded.enabled, next_at = excluded.next_at, created_by = excluded.created_by`,
    [
      ...[caller.tenantId, kind, subjectId, cron, timeZone, overlap, enabled],
      nextAfter(schedule, await databaseTime(manager)),
      caller.subject,
    ],
  );
}

export async function readSchedules(
  manager: EntityManager,
  kind: ScheduledKind,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, ScheduleView>> {
  const rows = await manager.query<ScheduleRow[]>(
    'select * from schedules where kind = $1 and subject_id = any ($2)',
    [kind, [...subjectIds]],
  );
  return new Map(rows.map((row) => [row.subject_id, viewOf(row)]));
}

/** The one clock that schedules go by. */
export async function databaseTime(manager: EntityManager): Promise<Date> {
  const [{ now }] = await manager.query<[{ now: Date }]>('select clock_timestamp() as now');
  return now;
}

function viewOf(row: ScheduleRow): ScheduleView {
  return {
    cron: row.cron,
    timeZone: row.time_zone,
    overlap: row.overlap,
    enabled: row.enabled,
    ...(row.next_at && row.enabled ? { nextAt: row.next_at.toISOString() } : {}),
    ...(row.last_due_at ? { lastDueAt: row.last_due_at.toISOString() } : {}),
    ...(row.last_did === null ? {} : { lastDid: row.last_did }),
  };
}
