import type { Socket } from 'node:net';
import type { FrontendReader } from '../protocol/frontend-reader.js';

/** Who is at the other end: what authentication established, and nothing that the client merely claims. */
export interface ClientIdentity {
  readonly user: string;
  /** Of the gateway file. */
  readonly role: string;
  readonly database: string;
  /** Network address, without the port. */
  readonly address: string;
  /** Milliseconds since the epoch at which the credential ends. */
  readonly expiresAt?: number;
}

/** A connection that is past authentication. */
export interface Client {
  readonly socket: Socket;
  /** Holds what was received and not read yet. */
  readonly reader: FrontendReader;
  readonly identity: ClientIdentity;
  /** Settings of its start-up packet that are allowed, by name in lower case. */
  readonly settings: ReadonlyMap<string, string>;
}
