import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { fail, notApplicable, pass, unknown, warn } from '../../verdict.js';

/** The WAL archive holds every row ever written: encrypted, and complete. CIS PostgreSQL 7.4. */
export const pgArchiveTarget = defineCheck({
  id: 'pg-archive-target',
  on: 'postgres',
  reads: [
    'archiver',
    'declarations',
    'settings.archive_mode',
    'settings.archive_command',
    'settings.archive_library',
  ],
  evaluate: ({ archiver, declarations: { backups }, settings }) => {
    if (settings.archive_mode === 'off') return notApplicable('WAL is not archived');
    if (archiver.lastFailedAfterLastArchived)
      return fail(`archiving fails (${archiver.failed} times so far)`);
    const library = settings.archive_library ?? '';
    const how = library === '' ? (settings.archive_command ?? '') : library;
    const program = /^\s*(?:\w+=\S+\s+)*"?(?:\S*\/)?([\w.-]+)/.exec(how)?.[1] ?? '';
    if (['pgbackrest', 'wal-g', 'barman-wal-archive', 'barman-cloud-wal-archive'].includes(program)) {
      return backups?.encrypted
        ? pass(`archived by ${program}, encrypted by ${backups.by}`)
        : unknown(`archived by ${program}; whether it encrypts is not declared`);
    }
    if (['cp', 'rsync', 'scp', 'test', 'install', 'basic_archive'].includes(program)) {
      return warn(`archived by ${program}, in clear`);
    }
    return unknown(program === '' ? 'nothing archives' : `what ${program} does cannot be seen from here`);
  },
  remedy: procedure(
    "alter system set archive_command = 'pgbackrest --stanza=main archive-push %p'; with repo1-cipher-type=aes-256-cbc",
    'then declare it under backups',
  ),
  verify: 'select failed_count, last_failed_time from pg_stat_archiver;',
});
