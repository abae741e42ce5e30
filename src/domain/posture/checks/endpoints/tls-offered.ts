import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { fail, pass } from '../../verdict.js';

/** Asked from outside: what a setting says is not always what a client meets. */
export const tlsOffered = defineCheck({
  id: 'tls-offered',
  on: 'endpoint',
  reads: ['offersTls'],
  evaluate: ({ offersTls }) => (offersTls ? pass('speaks TLS') : fail('answers, and speaks no TLS')),
  remedy: setting('ssl', 'on'),
  verify: 'openssl s_client -starttls postgres -connect HOST:PORT',
});
