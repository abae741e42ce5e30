import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { notApplicable, pass, warn } from '../../verdict.js';

/** Without enforcement a new table may be made in clear by mistake. */
export const pgTdeEnforce = defineCheck({
  id: 'pg-tde-enforce',
  on: 'postgres',
  reads: ['settings.pg_tde.enforce_encryption'],
  evaluate: ({ settings }) => {
    const enforced = settings['pg_tde.enforce_encryption'];
    if (enforced === undefined) return notApplicable('pg_tde is not loaded');
    return enforced === 'on' ? pass('every new table is encrypted') : warn('new tables may be made in clear');
  },
  remedy: setting('pg_tde.enforce_encryption', 'on'),
  verify: 'show pg_tde.enforce_encryption;',
});
