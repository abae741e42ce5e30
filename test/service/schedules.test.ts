import { nextAfter, scheduleSchema } from '../../src/service/schedules/schedule.js';
import { reasonToSkip } from '../../src/service/schedules/scheduler.js';

describe('a schedule', () => {
  const next = (cron: string, timeZone: string, from: string) =>
    nextAfter({ cron, timeZone }, new Date(from))?.toISOString();

  it('goes by the clocks of its time zone', () => {
    expect(next('30 2 * * *', 'Europe/Vienna', '2026-01-10T00:00:00Z')).toBe('2026-01-10T01:30:00.000Z');
    expect(next('30 2 * * *', 'Europe/Vienna', '2026-07-10T00:00:00Z')).toBe('2026-07-10T00:30:00.000Z');
    expect(next('0 9 * * 1', 'Asia/Kolkata', '2026-11-25T00:00:00Z')).toBe('2026-11-30T03:30:00.000Z');
  });

  it('comes once on the day when clocks go forward over its hour', () => {
    // 2026-03-29: 02:00 becomes 03:00 in Vienna.
    const first = next('30 2 * * *', 'Europe/Vienna', '2026-03-28T12:00:00Z')!;
    expect(first).toBe('2026-03-29T01:00:00.000Z');
    expect(next('30 2 * * *', 'Europe/Vienna', first)).toBe('2026-03-30T00:30:00.000Z');
  });

  it('comes once on the day when clocks go back over its hour', () => {
    // 2026-10-25: 03:00 becomes 02:00 in Vienna, so that 02:30 comes twice.
    const first = next('30 2 * * *', 'Europe/Vienna', '2026-10-24T12:00:00Z')!;
    expect(first).toBe('2026-10-25T00:30:00.000Z');
    expect(next('30 2 * * *', 'Europe/Vienna', first)).toBe('2026-10-26T01:30:00.000Z');
  });

  it.each([
    ['not a cron', 'UTC', 'cron'],
    ['* * * * * *', 'UTC', 'cron'],
    ['0 0 30 2 *', 'UTC', 'cron'],
    ['0 2 * * *', 'Mars/Olympus', 'timeZone'],
  ])('is refused as %s in %s, at its %s', (cron, timeZone, at) => {
    const parsed = scheduleSchema.safeParse({ cron, timeZone });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([at]);
  });

  it('leaves a time out, or lets one wait, while the run before has not ended', () => {
    expect(reasonToSkip({ overlap: 'skip' }, [])).toBeUndefined();
    expect(reasonToSkip({ overlap: 'skip' }, ['running'])).toMatch(/^skipped/);
    expect(reasonToSkip({ overlap: 'queue' }, ['running'])).toBeUndefined();
    expect(reasonToSkip({ overlap: 'queue' }, ['running', 'queued'])).toMatch(/^skipped/);
  });
});
