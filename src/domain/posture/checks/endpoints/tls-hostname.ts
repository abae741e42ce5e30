import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { fail, notApplicable, pass } from '../../verdict.js';

/** RFC 9525: the name that was asked for stands in the certificate's subjectAltName. */
export const tlsHostname = defineCheck({
  id: 'tls-hostname',
  on: 'endpoint',
  reads: ['offersTls', 'hostnameProblem'],
  evaluate: ({ offersTls, hostnameProblem }) => {
    if (!offersTls) return notApplicable('speaks no TLS');
    return hostnameProblem === null
      ? pass('is for this host')
      : fail(`is not for this host: ${hostnameProblem}`);
  },
  remedy: procedure('issue a certificate with the name that clients use as subjectAltName'),
  verify: 'openssl s_client -starttls postgres -verify_hostname HOST -connect HOST:PORT',
});
