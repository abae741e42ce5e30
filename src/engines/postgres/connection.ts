import { Socket } from 'node:net';
import pg from 'pg';
import { DivertingSocket } from './diverting-socket.js';
import { ConnectionError, translateConnectError } from './driver-errors.js';

/** The oldest major version whose catalogs we read. */
const OLDEST_VERSION = 13;

/** Milliseconds to wait for a server to answer. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Settings that make values print the same wherever a session comes from, and reading safe:
 * row_security=off makes a policy raise where it would silently filter; an empty search_path makes
 * definitions print with full names.
 */
const pinned = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  standard_conforming_strings: 'on',
  row_security: 'off',
  search_path: '',
  idle_in_transaction_session_timeout: '0',
} as const;

export interface ConnectOptions {
  /** `read-only` sessions cannot write, whatever they are sent. */
  readonly access: 'read-only' | 'read-write';
  /** Another database of the same server. */
  readonly database?: string;
  /** Zero, the default, for no limit. */
  readonly statementTimeoutMs?: number;
}

/** Opens one session with pinned settings; throws a `ConnectionError` that says what to mend. */
export async function connect(location: string, options: ConnectOptions): Promise<pg.Client> {
  const display = displayLocation(location, options.database);
  const client = new pg.Client({
    connectionString: locationOf(location, options.database),
    application_name: 'scrubjay',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    // TLS reads by itself, from whatever socket it is given.
    stream: (settings?: { readonly ssl?: unknown }) => (settings?.ssl ? new Socket() : new DivertingSocket()),
    // Values stay the text that the server sent: parsing them into objects would lose digits.
    types: { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig,
  });
  // A connection that breaks while idle is reported by the next statement.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await pin(client, options);
    await refuseOldVersion(client, display);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw translateConnectError(error, display);
  }
}

/** True for URLs that PostgreSQL's own tools understand. */
export function isPostgresUrl(location: string): boolean {
  return /^postgres(ql)?:\/\//i.test(location);
}

/** Host, port and database without credentials: fit for messages and logs. */
export function displayLocation(location: string, database?: string): string {
  const url = parse(location);
  const name = database ?? decodeURIComponent(url.pathname.slice(1));
  return `postgres://${url.host || 'localhost'}/${name}`;
}

/** The database that a URL names. */
export function databaseOf(location: string): string {
  const url = parse(location);
  return decodeURIComponent(url.pathname.slice(1)) || decodeURIComponent(url.username) || 'postgres';
}

/** Host and port of a URL; undefined for a socket. */
export function endpointOf(location: string): { readonly host: string; readonly port: number } | undefined {
  const { hostname, port, searchParams } = parse(location);
  const host = decodeURIComponent(hostname).replace(/^\[|\]$/g, '') || searchParams.get('host') || '';
  return host === '' || host.startsWith('/') ? undefined : { host, port: Number(port) || 5432 };
}

function locationOf(location: string, database: string | undefined): string {
  if (database === undefined) return location;
  const url = parse(location);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

function parse(location: string): URL {
  if (isPostgresUrl(location) && URL.canParse(location)) return new URL(location);
  throw new ConnectionError(
    'bad-url',
    'the PostgreSQL URL cannot be understood',
    'write postgres://user:password@host:5432/database, with special characters percent-encoded',
  );
}

async function pin(client: pg.Client, { access, statementTimeoutMs = 0 }: ConnectOptions): Promise<void> {
  const settings = {
    ...pinned,
    default_transaction_read_only: access === 'read-only' ? 'on' : 'off',
    statement_timeout: String(statementTimeoutMs),
  };
  const values = Object.entries(settings);
  const calls = values.map((_, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, false)`);
  await client.query(`select ${calls.join(', ')}`, values.flat());
}

async function refuseOldVersion(client: pg.Client, display: string): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    `select current_setting('server_version_num') as version`,
  );
  if (Number(rows[0]?.version) >= OLDEST_VERSION * 10_000) return;
  throw new ConnectionError(
    'server-too-old',
    `${display}: the server is older than PostgreSQL ${OLDEST_VERSION}`,
    'upgrade it: that version gets no security fixes any more',
  );
}
