import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { fail, pass, warn } from '../../verdict.js';

/** Statements in the log carry values, and passwords of ALTER ROLE: the log becomes a copy. */
export const pgLogStatement = defineCheck({
  id: 'pg-log-statement',
  on: 'postgres',
  reads: ['settings.log_statement'],
  evaluate: ({ settings: { log_statement: what } }) => {
    if (what === 'none') return pass('the server log holds no statements for their own sake');
    return what === 'ddl'
      ? warn('logs DDL: passwords in ALTER ROLE and CREATE USER MAPPING among it')
      : fail(`logs ${what === 'all' ? 'every statement' : 'every change'}, values and all`);
  },
  remedy: setting('log_statement', 'none'),
  verify: 'show log_statement;',
});
