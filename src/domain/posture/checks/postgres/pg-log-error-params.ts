import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { pass, warn } from '../../verdict.js';

/** Statements that fail are logged with their bind values where this is not 0. */
export const pgLogErrorParams = defineCheck({
  id: 'pg-log-error-params',
  on: 'postgres',
  reads: ['settings.log_parameter_max_length_on_error'],
  evaluate: ({ settings: { log_parameter_max_length_on_error: length } }) =>
    length === '0' || length === undefined
      ? pass('failed statements are logged without bind values')
      : warn('failed statements are logged with their bind values'),
  remedy: setting('log_parameter_max_length_on_error', '0'),
  verify: 'show log_parameter_max_length_on_error;',
});
