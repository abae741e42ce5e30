import { daysBetween, EVIDENCE_DAYS } from './days.js';
import { type Remedy, yaml } from './remedy.js';
import type { Declarations } from './facts/declarations.js';
import { fail, pass, unknown, type Verdict, warn } from './verdict.js';

/** What is declared of encryption below the database: SQL alone can never tell. */
export function judgeDisk(today: string, disk: Declarations['disk']): Verdict {
  return { ...verdictOn(today, disk), remedy: declareDisk(today) };
}

function verdictOn(today: string, disk: Declarations['disk']): Verdict {
  if (!disk) return unknown('nothing is declared about encryption of the disk, and SQL cannot tell');
  if (!disk.encrypted) return fail(`the disk is declared as not encrypted (seen ${disk.seen})`);
  const age = daysBetween(disk.seen, today);
  if (age > EVIDENCE_DAYS) return warn(`the disk is encrypted by ${disk.by}, last seen ${age} days ago`);
  return pass(`the disk is encrypted by ${disk.by}, seen ${disk.seen}`);
}

/** The line that declares it, once it is true. */
export function declareDisk(today: string): Remedy {
  return yaml(
    '# once it is true, in the file given with --declarations:',
    `disk: { encrypted: true, by: LUKS2 on the data volume, seen: ${today} }`,
  );
}
