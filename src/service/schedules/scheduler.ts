import type { EntityManager } from 'typeorm';
import type { Caller } from '../auth/caller.js';
import type { ServiceDatabase } from '../database/service-database.js';
import type { JobTimings } from '../jobs/job-queue.js';
import type { Jobs } from '../jobs/jobs.js';
import { nextAfter } from './schedule.js';
import { databaseTime, type ScheduledKind, type ScheduleRow } from './schedule-rows.js';

/** Schedules that one look starts at most. */
const AT_ONCE = 100;

/** Milliseconds between two looks for what has been kept for long enough. */
const TIDY_MS = 3_600_000;

/** What a schedule can start. */
export interface Scheduled {
  /** States of the subject's jobs that have not ended. */
  unfinished(manager: EntityManager, subjectId: string): Promise<readonly ('queued' | 'running')[]>;
  /** Starts it in the given transaction; gives the job to announce, undefined when the subject is gone. */
  startDue(
    manager: EntityManager,
    caller: Caller,
    subjectId: string,
    dueAt: Date,
  ): Promise<string | undefined>;
}

/**
 * Starts what is due. Every worker has one: the row of a schedule is locked while it is looked at, and
 * its next time only moves forward, so that each time comes once however many look, and also when a
 * clock is set back. Times that were missed (nobody was there) are made up for by one run.
 */
export class Scheduler {
  readonly #database: ServiceDatabase;
  readonly #jobs: Jobs;
  readonly #kinds: Readonly<Record<ScheduledKind, Scheduled>>;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #tidiedAt = -Infinity;

  constructor(
    database: ServiceDatabase,
    jobs: Jobs,
    kinds: Readonly<Record<ScheduledKind, Scheduled>>,
    { scheduleMs }: Pick<JobTimings, 'scheduleMs'>,
  ) {
    this.#database = database;
    this.#jobs = jobs;
    this.#kinds = kinds;
    this.#everyMs = scheduleMs;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      // What could not be started now (our database is gone) is due still at the next look.
      this.#looking = this.look().catch(() => undefined);
      void this.#looking.then(() => this.#timer && this.start());
    }, this.#everyMs);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#looking;
  }

  async look(): Promise<void> {
    const due = await this.#database.withoutTenant<ScheduleRow>('select * from due_schedules($1)', [AT_ONCE]);
    for (const { tenant_id, kind, subject_id } of due) {
      const job = await this.#database.asTenant(tenant_id, (manager) =>
        this.#startOne(manager, tenant_id, kind, subject_id),
      );
      if (job !== undefined) await this.#jobs.announce(tenant_id, [job]);
    }
    if (performance.now() - this.#tidiedAt < TIDY_MS) return;
    this.#tidiedAt = performance.now();
    await this.#database.withoutTenant('select remove_expired()', []);
  }

  async #startOne(
    manager: EntityManager,
    tenantId: string,
    kind: ScheduledKind,
    subjectId: string,
  ): Promise<string | undefined> {
    const [row] = await manager.query<ScheduleRow[]>(
      `select * from schedules where kind = $1 and subject_id = $2 and enabled and next_at <= now()
       for update skip locked`,
      [kind, subjectId],
    );
    if (!row) return undefined; // another worker was faster
    const dueAt = row.next_at!;
    const next = nextAfter({ cron: row.cron, timeZone: row.time_zone }, await databaseTime(manager));
    const skipping = reasonToSkip(row, await this.#kinds[kind].unfinished(manager, subjectId));
    const caller: Caller = { tenantId, subject: `schedule:${kind}:${subjectId}`, roles: [] };
    const job =
      skipping === undefined
        ? await this.#kinds[kind].startDue(manager, caller, subjectId, dueAt)
        : undefined;
    const did = skipping ?? (job === undefined ? 'skipped: what it is for is gone' : 'started');
    await manager.query(
      'update schedules set next_at = $3, last_due_at = $4, last_did = $5 where kind = $1 and subject_id = $2',
      [kind, subjectId, next, dueAt, did],
    );
    return job;
  }
}

/** The overlap policy: undefined when the run may start. Of those that wait, one is enough. */
export function reasonToSkip(
  { overlap }: Pick<ScheduleRow, 'overlap'>,
  unfinished: readonly ('queued' | 'running')[],
): string | undefined {
  if (unfinished.length === 0) return undefined;
  if (overlap === 'skip') return 'skipped: the one before has not ended';
  return unfinished.includes('queued') ? 'skipped: one is waiting already' : undefined;
}
