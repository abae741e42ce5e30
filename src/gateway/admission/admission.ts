import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Authenticator } from '../authentication/authenticator.js';
import { NotAuthenticated } from '../authentication/authenticator.js';
import { negotiateProtocolVersion } from '../protocol/backend-messages.js';
import { FrontendReader } from '../protocol/frontend-reader.js';
import { ProtocolViolation } from '../protocol/protocol-violation.js';
import { readStartupPacket, type Startup, type StartupPacket } from '../protocol/startup-packets.js';
import type { Client } from '../session/client.js';
import { fatal, sqlState } from '../session/gateway-errors.js';
import { SettingRefused, settingsOfStartup } from '../session/session-settings.js';
import { PacketSource } from './packet-source.js';
import type { TlsUpgrade } from './tls-upgrade.js';

/** The newest minor version of protocol 3 that is served. */
const NEWEST_MINOR = 2;

export interface AdmissionOptions {
  /** Undefined when TLS is not served. */
  readonly tls: TlsUpgrade | undefined;
  readonly authenticator: Authenticator;
  /** Bytes that a message of an admitted client may have. */
  readonly longestMessage: number;
  /** Why a role may not use a database; undefined when it may. */
  objection(role: string, database: string): string | undefined;
}

/** What came of a connection: a client, a request to cancel something, or nothing. */
export type Admitted =
  | { readonly kind: 'client'; readonly client: Client; readonly minor: number }
  | { readonly kind: 'cancel'; readonly processId: number; readonly secret: Buffer }
  | { readonly kind: 'nobody'; readonly user?: string; readonly database?: string; readonly reason: string };

/**
 * Start-up of one connection: TLS, the start-up packet, authentication. Whoever is not let in has been told
 * so, in the same words whatever the reason.
 */
export async function admit(raw: Socket, options: AdmissionOptions): Promise<Admitted> {
  const address = raw.remoteAddress ?? 'unknown';
  let user: string | undefined;
  let database: string | undefined;
  let socket = raw;
  try {
    const opened = await openConnection(raw, options.tls);
    if (opened.packet.kind === 'cancel-request') {
      const { processId, secret } = opened.packet;
      return { kind: 'cancel', processId, secret };
    }
    ({ socket } = opened);
    const { source, packet } = opened;
    const encrypted = socket instanceof TLSSocket;
    if (options.tls?.required && !encrypted)
      return refuse(
        'TLS is required',
        sqlState.invalidAuthorization,
        'connect with TLS: sslmode=require or verify-full',
      );
    user = packet.parameters.get('user') ?? '';
    database = packet.parameters.get('database') ?? user;
    if (user === '') throw new ProtocolViolation('the start-up packet names no user');
    const minor = negotiate(socket, packet);
    const settings = settingsOfStartup(packet.parameters);
    const { role, expiresAt } = await options.authenticator.authenticate(user, {
      source,
      send: (bytes) => void socket.write(bytes),
      encrypted,
      binding: encrypted ? options.tls?.binding : undefined,
      certificateName: commonName(socket),
    });
    const objection = options.objection(role, database);
    if (objection !== undefined)
      return refuse(
        objection,
        sqlState.noSuchDatabase,
        'name a database that is served and that your role may use',
      );
    const reader = new FrontendReader(options.longestMessage);
    reader.push(source.release());
    const identity = { user, role, database, address, ...(expiresAt === undefined ? {} : { expiresAt }) };
    return { kind: 'client', client: { socket, reader, identity, settings }, minor };
  } catch (error) {
    if (error instanceof NotAuthenticated) {
      return refuse(error.reason, sqlState.invalidPassword, undefined, 'authentication failed');
    }
    if (error instanceof SettingRefused) return refuse(error.message, sqlState.invalidParameterValue);
    if (error instanceof ProtocolViolation) return refuse(error.message, sqlState.protocolViolation);
    socket.destroy();
    return nobody('the client went away');
  }

  function refuse(reason: string, code: string, hint?: string, shown = reason): Admitted {
    socket.end(fatal(code, shown, hint));
    return nobody(reason);
  }

  function nobody(reason: string): Admitted {
    return {
      kind: 'nobody',
      reason,
      ...(user === undefined ? {} : { user }),
      ...(database === undefined ? {} : { database }),
    };
  }
}

interface Opened<Packet extends StartupPacket> {
  readonly socket: Socket;
  readonly source: PacketSource;
  readonly packet: Packet;
}

/** Up to the start-up packet: TLS where the client asks for it, no to GSSAPI. */
async function openConnection(
  raw: Socket,
  tls: TlsUpgrade | undefined,
): Promise<Opened<Exclude<StartupPacket, { kind: 'ssl-request' | 'gssenc-request' }>>> {
  let socket = raw;
  let source = new PacketSource(socket);
  // Each request once: a client that goes on asking is no client.
  for (let requests = 0; requests < 3; requests++) {
    const packet = readStartupPacket(await source.packet());
    if (packet.kind === 'startup' || packet.kind === 'cancel-request') return { socket, source, packet };
    if (packet.kind === 'ssl-request' && tls && socket === raw) {
      // What came before TLS began was sent by anybody: it must not count as sent within it.
      if (source.held > 0) throw new ProtocolViolation('data before TLS');
      source.release();
      raw.write('S');
      socket = await tls.secure(raw);
      socket.on('error', () => undefined);
      source = new PacketSource(socket);
    } else {
      socket.write('N');
    }
  }
  throw new ProtocolViolation('too many requests for encryption');
}

function commonName(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { CN } = (socket.getPeerCertificate().subject ?? {}) as { readonly CN?: string | readonly string[] };
  return typeof CN === 'string' ? CN : undefined;
}

/** Tells a client that asks for more than is served what it gets. */
function negotiate(socket: Socket, { minor, parameters }: Startup): number {
  const served = minor >= NEWEST_MINOR ? NEWEST_MINOR : 0;
  const unknown = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'));
  if (minor !== served || unknown.length > 0) socket.write(negotiateProtocolVersion(served, unknown));
  return served;
}
