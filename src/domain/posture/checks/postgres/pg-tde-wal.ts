import { defineCheck } from '../../check.js';
import { settingAtStart } from '../../remedy.js';
import { fail, notApplicable, pass } from '../../verdict.js';

/** Rows are in the WAL as they are in the table: unencrypted unless pg_tde encrypts it too. */
export const pgTdeWal = defineCheck({
  id: 'pg-tde-wal',
  on: 'postgres',
  reads: ['settings.pg_tde.wal_encrypt'],
  evaluate: ({ settings }) => {
    const encrypted = settings['pg_tde.wal_encrypt'];
    if (encrypted === undefined) return notApplicable('pg_tde is not loaded');
    return encrypted === 'on' ? pass('the WAL is encrypted') : fail('the WAL holds rows in clear');
  },
  remedy: settingAtStart('pg_tde.wal_encrypt', 'on'),
  verify: 'show pg_tde.wal_encrypt;',
});
