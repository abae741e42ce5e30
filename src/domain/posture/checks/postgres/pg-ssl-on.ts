import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { fail, notApplicable, pass } from '../../verdict.js';

/** CIS PostgreSQL 6.8; PCI DSS 4.0.1 req. 4.2.1. */
export const pgSslOn = defineCheck({
  id: 'pg-ssl-on',
  on: 'postgres',
  reads: ['settings.ssl', 'settings.listen_addresses'],
  evaluate: ({ settings }) => {
    if (settings.listen_addresses === '') return notApplicable('the server listens on no network');
    return settings.ssl === 'on' ? pass('TLS is on') : fail('TLS is off: everything travels in clear');
  },
  remedy: setting('ssl', 'on'),
  verify: 'show ssl;',
});
