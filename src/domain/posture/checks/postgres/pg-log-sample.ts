import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { pass, warn } from '../../verdict.js';

/** Sampled statements are logged with their bind values as slow ones are. */
export const pgLogSample = defineCheck({
  id: 'pg-log-sample',
  on: 'postgres',
  reads: [
    'settings.log_min_duration_sample',
    'settings.log_transaction_sample_rate',
    'settings.log_parameter_max_length',
  ],
  evaluate: ({ settings }) => {
    const samples =
      Number(settings.log_min_duration_sample) >= 0 || Number(settings.log_transaction_sample_rate) > 0;
    if (!samples) return pass('no statements are sampled');
    return settings.log_parameter_max_length === '0'
      ? pass('sampled statements are logged without bind values')
      : warn('sampled statements are logged with their bind values');
  },
  remedy: setting('log_parameter_max_length', '0'),
  verify: 'show log_parameter_max_length;',
});
