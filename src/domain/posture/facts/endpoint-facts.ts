import type { RunFacts } from './run-facts.js';

export const tlsVersions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

export type TlsVersion = (typeof tlsVersions)[number];

/** A certificate as the endpoint presents it. */
export interface PresentedCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601. */
  readonly validFrom: string;
  readonly validTo: string;
  /** `RSA` or `EC`; bits of the modulus or curve. */
  readonly keyType: string;
  readonly keyBits: number;
}

/** What an endpoint shows to whoever connects from outside. */
export interface EndpointFacts extends RunFacts {
  /** Versions that a handshake was completed with. */
  readonly acceptedVersions: readonly TlsVersion[];
  /** False when the endpoint answers, and speaks no TLS. */
  readonly offersTls: boolean;
  /** The server's certificate and those that it sent with it, its own first; empty without TLS. */
  readonly certificates: readonly PresentedCertificate[];
  /** Why the chain does not lead to a trusted root; null when it does, or without TLS. */
  readonly chainProblem: string | null;
  /** Why the certificate is not for the host that was asked for; null when it is, or without TLS. */
  readonly hostnameProblem: string | null;
}
