import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { fail, pass } from '../../verdict.js';

/** SCRAM-SHA-256 (RFC 7677): what is stored cannot be used to log in. MD5 can. CIS PostgreSQL 5.12. */
export const pgPasswordHash = defineCheck({
  id: 'pg-password-hash',
  on: 'postgres',
  reads: ['settings.password_encryption'],
  evaluate: ({ settings: { password_encryption: kind } }) =>
    kind === 'scram-sha-256'
      ? pass('new passwords are kept as SCRAM')
      : fail(`new passwords are kept as ${kind ?? 'MD5'}`),
  remedy: setting('password_encryption', 'scram-sha-256'),
  verify: 'show password_encryption;',
});
