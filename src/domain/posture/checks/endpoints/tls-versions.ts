import { defineCheck } from '../../check.js';
import { setting } from '../../remedy.js';
import { fail, notApplicable, pass } from '../../verdict.js';

/** NIST SP 800-52r2 §3.1: TLS 1.2 and 1.3. A version counts when a handshake of it was completed. */
export const tlsVersions = defineCheck({
  id: 'tls-versions',
  on: 'endpoint',
  reads: ['offersTls', 'acceptedVersions'],
  evaluate: ({ offersTls, acceptedVersions }) => {
    if (!offersTls) return notApplicable('speaks no TLS');
    const old = acceptedVersions.filter((version) => version === 'TLSv1' || version === 'TLSv1.1');
    return old.length > 0
      ? fail(`completes handshakes of ${old.join(' and ')}`)
      : pass(`completes handshakes of ${acceptedVersions.join(' and ')} only`);
  },
  remedy: setting('ssl_min_protocol_version', 'TLSv1.2'),
  verify: 'openssl s_client -starttls postgres -tls1_1 -connect HOST:PORT',
});
