import { defineCheck } from '../../check.js';
import { daysBetween } from '../../days.js';
import type { Declarations } from '../../facts/declarations.js';
import { procedure, yaml } from '../../remedy.js';
import { fail, pass, unknown, type Verdict, warn } from '../../verdict.js';

/** A backup counts when it is encrypted, young, and was restored: ISO/IEC 27001 A.8.13. */
export const pgBackupProof = defineCheck({
  id: 'pg-backup-proof',
  on: 'postgres',
  reads: ['declarations', 'today'],
  evaluate: ({ declarations: { backups }, today }) => ({
    ...judge(backups, today),
    remedy: yaml(
      '# encrypt backups, try a restore, and declare it in the file given with --declarations:',
      `backups: { encrypted: true, by: pgBackRest aes-256-cbc, newest: ${today}, restoreTested: ${today} }`,
    ),
  }),
  remedy: procedure('encrypt backups, try a restore, and declare both'),
  verify: 'pgbackrest info --output=json',
});

function judge(backups: Declarations['backups'], today: string): Verdict {
  if (!backups) return unknown('nothing is declared about backups, and SQL cannot tell');
  if (!backups.encrypted) return fail('backups are declared as not encrypted');
  const age = daysBetween(backups.newest, today);
  if (age > 7) return fail(`the newest backup is ${age} days old`);
  if (!backups.restoreTested) return warn('no restore was tried');
  const tested = daysBetween(backups.restoreTested, today);
  return tested > 180
    ? warn(`a restore was last tried ${tested} days ago`)
    : pass(`encrypted by ${backups.by}, ${age} days old, restored ${tested} days ago`);
}
