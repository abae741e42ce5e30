import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { displayLocation } from './connection.js';
import { translateConnectError } from './driver-errors.js';

/** Milliseconds to wait for a server to answer. */
const CONNECT_TIMEOUT_MS = 10_000;

export interface WireConnectOptions {
  readonly applicationName: string;
  /**
   * Settings that the session starts with, so that RESET ALL and DISCARD ALL come back to them; sent
   * inside the start-up packet, which PostgreSQL does not log.
   */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * An authenticated session whose protocol messages the caller reads and writes itself. The driver does
 * what is hard (TLS, every authentication method) and then lets go of the socket.
 */
export interface WireConnection {
  /** Quiet: the server has said ReadyForQuery, and nobody listens for data yet. */
  readonly stream: Duplex;
  /** As the server reported them. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Asks the server to cancel what the session runs; resolves when the server has taken the request. */
  cancel(): Promise<void>;
}

/** What the driver has and its types leave out. */
interface DriverClient extends pg.Client {
  readonly processID: number;
  readonly secretKey: number;
}

interface DriverConnection extends pg.Connection {
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secret: number): void;
}

/** @throws ConnectionError that says what to mend */
export async function openWireConnection(
  location: string,
  { applicationName, settings }: WireConnectOptions,
): Promise<WireConnection> {
  const client = new pg.Client({
    connectionString: withoutOptions(location),
    application_name: applicationName,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${escapeOption(value)}`)
      .join(' '),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  }) as DriverClient;
  const parameters = new Map<string, string>();
  const connection = client.connection as EventEmitter;
  connection.on('parameterStatus', (message: { parameterName: string; parameterValue: string }) => {
    parameters.set(message.parameterName, message.parameterValue);
  });
  // Whoever holds the stream hears of its end from the stream itself.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw translateConnectError(error, displayLocation(location));
  }
  const { stream } = client.connection;
  stream.pause();
  stream.removeAllListeners('data');
  return { stream, parameters, cancel: () => cancel(client) };
}

/** Options that stand in the URL would win over ours. */
function withoutOptions(location: string): string {
  displayLocation(location); // refuses what is no URL
  const url = new URL(location);
  url.searchParams.delete('options');
  url.searchParams.delete('application_name');
  return url.href;
}

/** The server splits options at spaces; backslash makes the next character itself. */
function escapeOption(value: string): string {
  return value.replace(/[\\\s]/g, (character) => `\\${character}`);
}

/** A connection of its own, as the protocol wants it, with TLS where the session has it. */
function cancel(client: DriverClient): Promise<void> {
  return new Promise((done) => {
    const connection = new pg.Connection({ ssl: client.ssl }) as DriverConnection;
    const send = () => connection.cancel(client.processID, client.secretKey);
    connection.on('connect', () => (client.ssl ? connection.requestSsl() : send()));
    connection.on('sslconnect', send);
    // The server answers by closing. When it cannot be reached the query runs on to its own end or time-out.
    connection.on('error', () => undefined);
    connection.on('end', () => {
      clearTimeout(tooLong);
      done();
    });
    const tooLong = setTimeout(() => connection.stream.destroy(), CONNECT_TIMEOUT_MS);
    if (client.host.startsWith('/')) connection.connect(`${client.host}/.s.PGSQL.${client.port}`);
    else connection.connect(client.port, client.host);
  });
}
