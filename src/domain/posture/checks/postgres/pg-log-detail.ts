import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { pass, warn } from '../../verdict.js';

/** DETAIL of an error quotes rows: `Key (email)=(…) already exists`. CIS 3.1.22 asks for `verbose`: decide. */
export const pgLogDetail = defineCheck({
  id: 'pg-log-detail',
  on: 'postgres',
  reads: ['settings.log_error_verbosity'],
  evaluate: ({ settings: { log_error_verbosity: verbosity } }) =>
    verbosity === 'terse'
      ? pass('errors are logged without DETAIL')
      : warn(`errors are logged ${verbosity === 'verbose' ? 'verbosely' : 'with DETAIL'}, which quotes rows`),
  remedy: setting('log_error_verbosity', 'terse'),
  verify: 'show log_error_verbosity;',
});
