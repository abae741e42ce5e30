import { createPublicKey } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  checkServerIdentity,
  connect as connectTls,
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type TLSSocket,
} from 'node:tls';
import type {
  EndpointFacts,
  PresentedCertificate,
  TlsVersion,
} from '../../domain/posture/facts/endpoint-facts.js';
import { tlsVersions } from '../../domain/posture/facts/endpoint-facts.js';
import { known, type Reading, unreadable } from '../../domain/posture/facts/reading.js';
import { askTds, ENCRYPTION_NOT_SUPPORTED, TdsTunnel } from './tds-tunnel.js';

/** Where to knock, and what is spoken before TLS begins. */
export interface TlsEndpoint {
  readonly host: string;
  readonly port: number;
  /** `postgres` and `tds` (SQL Server) ask for TLS first; `tls` begins at once. */
  readonly protocol: 'tls' | 'postgres' | 'tds';
}

type ProbedFacts = {
  readonly [
    Name in 'offersTls' | 'acceptedVersions' | 'certificates' | 'chainProblem' | 'hostnameProblem'
  ]: Reading<EndpointFacts[Name]>;
};

/** The longest chain that is followed. */
const LONGEST_CHAIN = 10;

/**
 * What an endpoint shows to anybody who connects: one handshake for the certificate, one for each version.
 * A host that hangs costs `timeoutMs` a handshake and makes facts unreadable; nothing throws.
 */
export async function probeTls(endpoint: TlsEndpoint, timeoutMs: number): Promise<ProbedFacts> {
  const first = await handshake(endpoint, {}, timeoutMs);
  if (first.outcome === 'unreachable') return allUnreadable(first.why);
  if (first.outcome === 'no-tls') {
    return {
      offersTls: known(false),
      acceptedVersions: known([]),
      certificates: known([]),
      chainProblem: known(null),
      hostnameProblem: known(null),
    };
  }
  const accepted: TlsVersion[] = [];
  for (const version of tlsVersions) {
    // OpenSSL refuses to speak the old versions itself unless it is told that weakness is meant.
    const only = { minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' } as const;
    const { outcome } = await handshake(endpoint, only, timeoutMs);
    if (outcome === 'done') accepted.push(version);
  }
  if (first.outcome === 'failed') {
    // TLS is spoken, and only in ways that today's defaults refuse.
    const old = await handshake(endpoint, { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }, timeoutMs);
    if (old.outcome !== 'done')
      return { ...allUnreadable(first.why), offersTls: known(true), acceptedVersions: known(accepted) };
    return factsOf(old, accepted);
  }
  return factsOf(first, accepted);
}

type Done = Extract<Handshake, { outcome: 'done' }>;

function factsOf(done: Done, accepted: readonly TlsVersion[]): ProbedFacts {
  return {
    offersTls: known(true),
    acceptedVersions: known(accepted),
    certificates: known(done.certificates),
    chainProblem: known(done.chainProblem),
    hostnameProblem: known(done.hostnameProblem),
  };
}

function allUnreadable(why: string): ProbedFacts {
  const reading = unreadable(why, 'check host, port and firewall from where this runs, or raise --timeout');
  return {
    offersTls: reading,
    acceptedVersions: reading,
    certificates: reading,
    chainProblem: reading,
    hostnameProblem: reading,
  };
}

type Handshake =
  | { readonly outcome: 'unreachable'; readonly why: string }
  | { readonly outcome: 'no-tls' }
  | { readonly outcome: 'failed'; readonly why: string }
  | {
      readonly outcome: 'done';
      readonly certificates: readonly PresentedCertificate[];
      readonly chainProblem: string | null;
      readonly hostnameProblem: string | null;
    };

async function handshake(
  endpoint: TlsEndpoint,
  options: ConnectionOptions,
  timeoutMs: number,
): Promise<Handshake> {
  const { host, port, protocol } = endpoint;
  return new Promise((resolve) => {
    let stage: 'connecting' | 'asking' | 'shaking' = 'connecting';
    const socket = connect({ host, port });
    const end = (result: Handshake): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => {
      end({ outcome: 'unreachable', why: `${host}:${port} does not answer within ${timeoutMs} ms` });
    }, timeoutMs);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const why = `${host}:${port} cannot be spoken to (${error.code ?? 'closed'})`;
      end(stage === 'connecting' ? { outcome: 'unreachable', why } : { outcome: 'failed', why });
    });
    socket.once('connect', () => {
      stage = 'asking';
      if (protocol === 'tls') shake(socket);
      else if (protocol === 'postgres')
        askPostgres(socket, (answer) => (answer === 'S' ? shake(socket) : end({ outcome: 'no-tls' })));
      else {
        askTds(socket, (encryption) => {
          if (encryption === undefined) end({ outcome: 'unreachable', why: `${host}:${port} speaks no TDS` });
          else if (encryption === ENCRYPTION_NOT_SUPPORTED) end({ outcome: 'no-tls' });
          else shake(new TdsTunnel(socket));
        });
      }
    });
    const shake = (through: Duplex): void => {
      stage = 'shaking';
      // Nothing is sent through it: the certificate is looked at, whatever it is worth.
      const tls = connectTls({
        socket: through,
        ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
        ...options,
      });
      tls.once('secureConnect', () => end(describe(tls, host)));
      tls.once('error', (error: NodeJS.ErrnoException) =>
        end(
          protocol === 'tls' &&
            /wrong version number|packet length too long|http request/i.test(error.message)
            ? { outcome: 'no-tls' }
            : { outcome: 'failed', why: `the TLS handshake fails (${error.code ?? 'no reason given'})` },
        ),
      );
      tls.once('close', () => end({ outcome: 'failed', why: 'the TLS handshake is broken off' }));
    };
  });
}

/** PostgreSQL's SSLRequest (protocol documentation, 54.2.10): eight bytes, answered by S or N. */
function askPostgres(socket: Socket, answered: (answer: string) => void): void {
  const request = Buffer.alloc(8);
  request.writeInt32BE(8, 0);
  request.writeInt32BE(80877103, 4);
  socket.once('data', (answer: Buffer) => answered(answer.toString('latin1', 0, 1)));
  socket.write(request);
}

function describe(tls: TLSSocket, host: string): Done {
  const certificate = tls.getPeerCertificate(true);
  const chain: PresentedCertificate[] = [];
  for (
    let at: DetailedPeerCertificate | undefined = certificate;
    at?.raw && chain.length < LONGEST_CHAIN;
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate
  ) {
    chain.push(present(at));
  }
  const mismatch = checkServerIdentity(host, certificate);
  return {
    outcome: 'done',
    certificates: chain,
    chainProblem: tls.authorized
      ? null
      : ((tls.authorizationError as unknown as { code?: string }).code ?? String(tls.authorizationError)),
    hostnameProblem: mismatch ? 'the names in the certificate are others' : null,
  };
}

function present({
  subject,
  issuer,
  valid_from,
  valid_to,
  raw,
}: DetailedPeerCertificate): PresentedCertificate {
  const key = keyOf(raw);
  return {
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    validFrom: new Date(valid_from).toISOString(),
    validTo: new Date(valid_to).toISOString(),
    ...key,
  };
}

function keyOf(raw: Buffer): { keyType: string; keyBits: number } {
  const pem = `-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----`;
  const key = createPublicKey(pem);
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const curveBits = Number(/\d{3}/.exec(namedCurve ?? '')?.[0] ?? 256);
  return { keyType: (key.asymmetricKeyType ?? '').toUpperCase(), keyBits: modulusLength ?? curveBits };
}

function nameOf(name: unknown): string {
  const { CN, O } = (name ?? {}) as { readonly CN?: string; readonly O?: string };
  return CN ?? O ?? 'without a name';
}
