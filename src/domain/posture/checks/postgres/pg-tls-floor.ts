import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { fail, pass, unknown } from '../../verdict.js';

/** TLS 1.2 is the oldest version still allowed: NIST SP 800-52r2 §3.1, PCI DSS 4.0.1 req. 4.2.1. */
export const pgTlsFloor = defineCheck({
  id: 'pg-tls-floor',
  on: 'postgres',
  reads: ['settings.ssl_min_protocol_version'],
  evaluate: ({ settings: { ssl_min_protocol_version: oldest } }) => {
    if (oldest === undefined) return unknown('the server does not say which versions it accepts');
    return ['TLSv1.2', 'TLSv1.3'].includes(oldest)
      ? pass(`accepts ${oldest} and later`)
      : fail(`accepts ${oldest === '' ? 'every version' : oldest}`);
  },
  remedy: setting('ssl_min_protocol_version', 'TLSv1.2'),
  verify: 'show ssl_min_protocol_version;',
});
