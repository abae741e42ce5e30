import { resourceUsage } from 'node:process';
import { leave } from '../src/leave.js';

/** What one copy in a process of its own cost; one JSON line on stdout. */
export interface CopyCost {
  /** Of the copy alone, until the last row is committed; where it begins, each bench says. */
  readonly seconds: number;
  /** Of this process, user and system, start-up left out. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly rows: number;
}

export function cpuSecondsNow(): number {
  const { userCPUTime, systemCPUTime } = resourceUsage();
  return (userCPUTime + systemCPUTime) / 1e6;
}

/** Ends the process: a session that somebody else holds open must not keep it. */
export function tellCost(cost: Omit<CopyCost, 'peakMiB'>): void {
  console.log(JSON.stringify({ ...cost, peakMiB: resourceUsage().maxRSS / 1024 } satisfies CopyCost));
  leave(0);
}
