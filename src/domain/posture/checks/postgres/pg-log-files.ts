import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { fail, notApplicable, pass } from '../../verdict.js';

/** CIS PostgreSQL 3.1.6: log files are for the account of the server only. */
export const pgLogFiles = defineCheck({
  id: 'pg-log-files',
  on: 'postgres',
  reads: ['settings.logging_collector', 'settings.log_file_mode'],
  evaluate: ({ settings: { logging_collector: collector, log_file_mode: mode = '0600' } }) => {
    if (collector !== 'on') return notApplicable('the server hands its log to another program');
    return (Number.parseInt(mode, 8) & 0o077) === 0
      ? pass(`log files have mode ${mode}`)
      : fail(`log files have mode ${mode}: others may read them`);
  },
  remedy: setting('log_file_mode', '0600'),
  verify: 'show log_file_mode;',
});
