import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { serverEndPoint } from '../authentication/channel-binding.js';
import type { TlsConfiguration } from '../configuration/read-gateway.js';

interface Waiting {
  readonly resolve: (socket: TLSSocket) => void;
  readonly reject: (error: Error) => void;
}

/**
 * TLS for connections that begin without it. A TLS server that never listens is given each of them:
 * only so does Node verify the client's certificate and say whether it was good.
 */
export class TlsUpgrade {
  readonly #server: Server;
  readonly #waiting = new Map<string, Waiting>();
  /** Refuse clients without TLS. */
  readonly required: boolean;
  /** For channel binding; undefined where it cannot be offered. */
  readonly binding: Buffer | undefined;

  constructor({ certificate, key, clientCa, clientCertificates, required }: TlsConfiguration) {
    this.required = required;
    this.binding = serverEndPoint(certificate);
    this.#server = createServer({
      cert: certificate,
      key,
      minVersion: 'TLSv1.2',
      ...(clientCa === undefined
        ? {}
        : { ca: clientCa, requestCert: true, rejectUnauthorized: clientCertificates === 'required' }),
    });
    this.#server.on('secureConnection', (socket) => this.#take(socket)?.resolve(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#take(socket)?.reject(error));
  }

  /** @throws the TLS error, when no agreement was reached or the client's certificate is not good */
  secure(raw: Socket): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const key = endOf(raw);
      this.#waiting.set(key, { resolve, reject });
      raw.once('close', () => {
        this.#waiting.delete(key);
        reject(new Error('closed during the TLS handshake'));
      });
      this.#server.emit('connection', raw);
    });
  }

  #take(socket: Socket): Waiting | undefined {
    const key = endOf(socket);
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting;
  }
}

/** The other end: unique among connections that are open. */
function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}/${remotePort}`;
}
