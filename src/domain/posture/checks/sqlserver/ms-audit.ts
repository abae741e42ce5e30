import { defineCheck } from '../../check.js';
import { sql } from '../../remedy.js';
import { fail, pass, warn } from '../../verdict.js';

/** sys.server_audits and a specification that records SELECT. VA1283. */
export const msAudit = defineCheck({
  id: 'ms-audit',
  on: 'sqlserver',
  reads: ['audits'],
  evaluate: ({ audits }) => {
    const running = audits.filter(({ enabled }) => enabled);
    if (running.length === 0) return fail('no audit is running');
    return running.some(({ recordsReads }) => recordsReads)
      ? pass('an audit records reads')
      : warn('audits are running, and none records reads');
  },
  remedy: sql(
    "create server audit scrubjay_reads to file (filepath = N'$(folder)');",
    'alter server audit scrubjay_reads with (state = on);',
    'create database audit specification scrubjay_reads for server audit scrubjay_reads add (select on schema::dbo by public) with (state = on);',
  ),
  verify: 'select name, is_state_enabled from sys.server_audits;',
});
