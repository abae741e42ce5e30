import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** RSA keys below 2048 bits: NIST SP 800-131A rev. 2. VA1223, VA1224. */
export const msCertBits = defineCheck({
  id: 'ms-cert-bits',
  on: 'sqlserver',
  reads: ['certificates', 'asymmetricKeys'],
  evaluate: ({ certificates, asymmetricKeys }) =>
    each(
      [
        ...certificates.map(({ database, name, keyBits }) => ({
          subject: `certificate ${database}.${name}`,
          keyBits,
        })),
        ...asymmetricKeys.map(({ name, keyBits }) => ({ subject: `asymmetric key ${name}`, keyBits })),
      ],
      ({ subject, keyBits }) =>
        keyBits < 2048 ? fail(`has ${keyBits} bits`, { subject }) : pass(`has ${keyBits} bits`, { subject }),
      notApplicable('there is no certificate or asymmetric key'),
    ),
  remedy: procedure('make a new certificate or key of 3072 bits, and encrypt anew what the old one protects'),
  verify: 'select name, key_length from sys.certificates;',
});
