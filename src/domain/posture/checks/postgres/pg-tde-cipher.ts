import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { notApplicable, pass, warn } from '../../verdict.js';

/** pg_tde encrypts with AES-128 unless told otherwise; what is written keeps its key. */
export const pgTdeCipher = defineCheck({
  id: 'pg-tde-cipher',
  on: 'postgres',
  reads: ['settings.pg_tde.cipher'],
  evaluate: ({ settings }) => {
    const cipher = settings['pg_tde.cipher'];
    if (cipher === undefined) return notApplicable('pg_tde is not loaded');
    return cipher === 'aes_256'
      ? pass('new data is encrypted with AES-256')
      : warn(`new data is encrypted with ${cipher}`);
  },
  remedy: setting('pg_tde.cipher', 'aes_256'),
  verify: 'show pg_tde.cipher;',
});
