import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** Encryption goes on after the date; it tells that nobody rotates. */
export const msTdeCertExpiry = defineCheck({
  id: 'ms-tde-cert-expiry',
  on: 'sqlserver',
  reads: ['encryptionKeys', 'certificates', 'today'],
  evaluate: ({ encryptionKeys, certificates, today }) => {
    const protecting = new Set(encryptionKeys.map(({ encryptorThumbprint }) => encryptorThumbprint));
    return each(
      certificates.filter(({ database, thumbprint }) => database === 'master' && protecting.has(thumbprint)),
      ({ name, expires }) => {
        const details = { subject: `certificate ${name}` };
        return expires.slice(0, 10) < today
          ? warn(`ended on ${expires.slice(0, 10)}`, details)
          : pass(`ends on ${expires.slice(0, 10)}`, details);
      },
      notApplicable('no certificate protects a database'),
    );
  },
  remedy: procedure(
    'make a new certificate, back it up, then: alter database encryption key encryption by server certificate NEW',
  ),
  verify: 'select name, expiry_date from master.sys.certificates;',
});
