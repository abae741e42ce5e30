import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { pass, warn } from '../../verdict.js';

/** The text of a failed statement holds its literals. CIS 3.1.15 asks for `error`: decide. */
export const pgLogErrorStatement = defineCheck({
  id: 'pg-log-error-statement',
  on: 'postgres',
  reads: ['settings.log_min_error_statement'],
  evaluate: ({ settings: { log_min_error_statement: level } }) =>
    level === 'panic' || level === 'fatal'
      ? pass('texts of failed statements are not logged')
      : warn(`texts of statements that fail with ${level ?? 'error'} or worse are logged`),
  remedy: setting('log_min_error_statement', 'panic'),
  verify: 'show log_min_error_statement;',
});
