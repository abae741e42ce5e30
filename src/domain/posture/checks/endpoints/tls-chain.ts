import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { fail, notApplicable, pass } from '../../verdict.js';

const meanings: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its root is not one that this machine trusts',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'who signed it is not trusted here, or an intermediate is missing',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'who signed it is not trusted here, or an intermediate is missing',
  CERT_HAS_EXPIRED: 'a certificate of the chain has expired',
};

/** The chain as the server sends it, against the roots that Node trusts (and NODE_EXTRA_CA_CERTS). */
export const tlsChain = defineCheck({
  id: 'tls-chain',
  on: 'endpoint',
  reads: ['offersTls', 'chainProblem', 'certificates'],
  evaluate: ({ offersTls, chainProblem, certificates }) => {
    if (!offersTls) return notApplicable('speaks no TLS');
    return chainProblem === null
      ? pass(`leads to a trusted root in ${certificates.length} certificates`)
      : fail(`cannot be trusted: ${meanings[chainProblem] ?? chainProblem}`);
  },
  remedy: procedure(
    'install a certificate of an authority that clients trust, with its intermediates in the same file',
    'where the authority is your own, give its root to clients, and to this run with NODE_EXTRA_CA_CERTS',
  ),
  verify: 'openssl s_client -starttls postgres -verify_return_error -connect HOST:PORT',
});
