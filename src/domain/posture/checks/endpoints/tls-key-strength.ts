import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { fail, notApplicable, pass } from '../../verdict.js';

/** NIST SP 800-57 part 1 rev. 5, table 2: RSA 2048, elliptic curves 224 bits. */
export const tlsKeyStrength = defineCheck({
  id: 'tls-key-strength',
  on: 'endpoint',
  reads: ['offersTls', 'certificates'],
  evaluate: ({ offersTls, certificates: [own] }) => {
    if (!offersTls || !own) return notApplicable('speaks no TLS');
    const least = own.keyType.startsWith('RSA') ? 2048 : 224;
    const says = `has a key of ${own.keyType} ${own.keyBits} bits`;
    return own.keyBits < least ? fail(says) : pass(says);
  },
  remedy: procedure('issue a certificate for an RSA key of 3072 bits, or an elliptic curve of 256'),
  verify: 'openssl s_client -starttls postgres -connect HOST:PORT | openssl x509 -noout -text',
});
