import { createHash, X509Certificate } from 'node:crypto';

/**
 * The `tls-server-end-point` value of a certificate (RFC 5929 §4.1): its hash by the hash function of its
 * own signature, SHA-256 in place of MD5 and SHA-1. Undefined where there is no such function (Ed25519)
 * or the runtime does not say which it is (Node before 24.9): channel binding is not offered then.
 */
export function serverEndPoint(pem: string | Buffer): Buffer | undefined {
  const certificate = new X509Certificate(pem);
  const { signatureAlgorithm } = certificate as { readonly signatureAlgorithm?: string };
  const hash = /sha-?(1|224|256|384|512)|md5/i.exec(signatureAlgorithm ?? '');
  if (!hash) return undefined;
  const name = hash[1] === undefined || hash[1] === '1' ? 'sha256' : `sha${hash[1]}`;
  return createHash(name).update(certificate.raw).digest();
}
