import { Cron } from 'croner';
import { z } from 'zod';

/** What to do when a run is due while the one before has not ended. */
export const overlaps = ['skip', 'queue'] as const;

/** When something runs by itself. */
export const scheduleSchema = z
  .strictObject({
    cron: z.string().max(200).describe('Five fields: minute, hour, day of month, month, day of week.'),
    timeZone: z
      .string()
      .max(64)
      .default('UTC')
      .describe('IANA name, such as Europe/Vienna: the hours of the schedule are those of its clocks.'),
    overlap: z
      .enum(overlaps)
      .default('skip')
      .describe('While the run before has not ended: leave this one out, or let one wait.'),
    enabled: z.boolean().default(true),
  })
  .superRefine(({ cron, timeZone }, context) => {
    if (!isTimeZone(timeZone)) {
      context.addIssue({ code: 'custom', path: ['timeZone'], message: 'is no IANA time zone' });
    } else if (!isCron(cron)) {
      const message = 'is no cron expression of five fields that ever comes due, such as 30 2 * * *';
      context.addIssue({ code: 'custom', path: ['cron'], message });
    }
  });

export type Schedule = z.infer<typeof scheduleSchema>;

export const scheduleView = z
  .strictObject({
    cron: z.string(),
    timeZone: z.string(),
    overlap: z.enum(overlaps),
    enabled: z.boolean(),
    nextAt: z.iso.datetime().optional(),
    lastDueAt: z.iso.datetime().optional(),
    lastDid: z.string().optional().describe('What came of the last time: started, or skipped and why.'),
  })
  .meta({ id: 'Schedule' });

export type ScheduleView = z.infer<typeof scheduleView>;

/**
 * The next time after `from` that a schedule is due; null when there is none. At the change to summer
 * time a run in the hour that does not exist comes right after it; at the change back, a run at one time
 * of day comes once. (Vixie cron's rules, which croner keeps.)
 */
export function nextAfter({ cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>, from: Date): Date | null {
  return new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true }).nextRun(from);
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

function isCron(expression: string): boolean {
  try {
    return nextAfter({ cron: expression, timeZone: 'UTC' }, new Date(0)) !== null;
  } catch {
    return false;
  }
}
