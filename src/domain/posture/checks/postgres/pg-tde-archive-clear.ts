import { defineCheck } from '../../check.js';
import { sql } from '../../remedy.js';
import { fail, notApplicable, pass } from '../../verdict.js';

/** pg_tde_archive_decrypt hands the archiver plain WAL: what stores it must encrypt. */
export const pgTdeArchiveClear = defineCheck({
  id: 'pg-tde-archive-clear',
  on: 'postgres',
  reads: ['settings.archive_command', 'declarations'],
  evaluate: ({ settings: { archive_command: command = '' }, declarations: { backups } }) => {
    if (!command.includes('pg_tde_archive_decrypt'))
      return notApplicable('the archive is not decrypted by pg_tde');
    return backups?.encrypted
      ? pass(`the archive is decrypted by pg_tde and encrypted by ${backups.by}`)
      : fail('the archive gets plain WAL, and nothing is declared to encrypt it');
  },
  remedy: sql(
    'alter system set archive_command = \'pg_tde_archive_decrypt %f %p "pgbackrest --stanza=main archive-push %%p"\';',
    'select pg_reload_conf();',
    '-- with repo1-cipher-type=aes-256-cbc in pgbackrest.conf; then declare it under backups',
  ),
  verify: 'show archive_command;',
});
