import { daysBetween, EVIDENCE_DAYS } from './days.js';
import type { Declarations } from './facts/declarations.js';
import { fail, pass, unknown, type Verdict, warn } from './verdict.js';

/** What is declared of encryption below the database: SQL alone can never tell. */
export function judgeDisk(today: string, disk: Declarations['disk']): Verdict {
  if (!disk) return unknown('nothing is declared about encryption of the disk, and SQL cannot tell');
  if (!disk.encrypted) return fail(`the disk is declared as not encrypted (seen ${disk.seen})`);
  const age = daysBetween(disk.seen, today);
  if (age > EVIDENCE_DAYS) return warn(`the disk is encrypted by ${disk.by}, last seen ${age} days ago`);
  return pass(`the disk is encrypted by ${disk.by}, seen ${disk.seen}`);
}

/** The lines that declare it. */
export const declareDisk = 'disk: { encrypted: true, by: LUKS2 on /dev/sdb, seen: 2026-01-31 }';
