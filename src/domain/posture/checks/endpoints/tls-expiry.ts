import { defineCheck } from '../../check.js';
import { daysBetween } from '../../days.js';
import { procedure } from '../../remedy.js';
import { fail, notApplicable, pass, warn } from '../../verdict.js';

/** Days before its end in which a certificate should be replaced. */
const NOTICE_DAYS = 30;

/** The server's own certificate and every one that it sends with it. */
export const tlsExpiry = defineCheck({
  id: 'tls-expiry',
  on: 'endpoint',
  reads: ['offersTls', 'certificates', 'today'],
  evaluate: ({ offersTls, certificates, today }) => {
    if (!offersTls) return notApplicable('speaks no TLS');
    return certificates.map(({ subject, validFrom, validTo }, i) => {
      const details = i === 0 ? {} : { subject: `certificate of ${subject}` };
      const left = daysBetween(today, validTo.slice(0, 10));
      if (validFrom.slice(0, 10) > today) return fail(`is valid from ${validFrom.slice(0, 10)} on`, details);
      if (left < 0) return fail(`expired on ${validTo.slice(0, 10)}`, details);
      return left < NOTICE_DAYS
        ? warn(`expires in ${left} days`, details)
        : pass(`expires in ${left} days`, details);
    });
  },
  remedy: procedure('renew the certificate and reload the server; let a machine do it from now on'),
  verify: 'openssl s_client -starttls postgres -connect HOST:PORT | openssl x509 -noout -enddate',
});
