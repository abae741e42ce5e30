import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { fail, pass } from '../../verdict.js';

/** Slow statements are logged with their bind values as DETAIL unless their length is 0. */
export const pgLogDurationParams = defineCheck({
  id: 'pg-log-duration-params',
  on: 'postgres',
  reads: ['settings.log_min_duration_statement', 'settings.log_parameter_max_length'],
  evaluate: ({ settings }) => {
    if (Number(settings.log_min_duration_statement) < 0) return pass('slow statements are not logged');
    return settings.log_parameter_max_length === '0'
      ? pass('slow statements are logged without bind values')
      : fail('slow statements are logged with their bind values');
  },
  remedy: setting('log_parameter_max_length', '0'),
  verify: 'show log_parameter_max_length;',
});
