import { z } from 'zod';
import { ConnectionError } from './connection-error.js';

/** How a server is reached, as read from a location; the password stays in it and in no message. */
export interface SqlServerLocation {
  readonly host: string;
  readonly port: number | undefined;
  readonly instance: string | undefined;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** `login` is a SQL login; the others are ways to Microsoft Entra ID. */
  readonly authentication: 'login' | 'entra-token' | 'entra-default' | 'entra-service-principal';
  /** Directory of a service principal. */
  readonly tenant: string | undefined;
  readonly encrypt: 'strict' | boolean;
  readonly trustServerCertificate: boolean;
  readonly readOnlyIntent: boolean;
  readonly connectTimeoutMs: number;
}

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** The parameters that a location may carry; anything else is a mistake worth telling. */
const parameters = z.strictObject({
  encrypt: z
    .enum(['true', 'false', 'strict'])
    .transform((text) => (text === 'strict' ? text : text === 'true'))
    .default(true),
  trustServerCertificate: flag.default(false),
  applicationIntent: z.enum(['ReadOnly', 'ReadWrite']).default('ReadWrite'),
  instance: z.string().min(1).optional(),
  authentication: z
    .enum(['login', 'entra-token', 'entra-default', 'entra-service-principal'])
    .default('login'),
  tenant: z.string().min(1).optional(),
  connectTimeout: z.coerce.number().int().min(1).max(300).default(15),
});

/** True for `sqlserver://` and `mssql://` URLs. */
export function isSqlServerUrl(location: string): boolean {
  return /^(sqlserver|mssql):\/\//i.test(location);
}

/**
 * Reads `sqlserver://user:password@host[:port]/database[?encrypt=…&trustServerCertificate=…&…]`.
 * TLS is on and the certificate is checked unless the location says otherwise; with
 * `authentication=entra-token` the password is the access token, with `entra-service-principal` user and
 * password are the application's id and secret, and `tenant` its directory.
 * @throws ConnectionError `bad-url`, which repeats no part of the location
 */
export function parseLocation(location: string, database?: string): SqlServerLocation {
  if (!isSqlServerUrl(location) || !URL.canParse(location)) throw badUrl('it is no URL');
  const url = new URL(location);
  const read = parameters.safeParse(Object.fromEntries(url.searchParams));
  if (!read.success) {
    const [issue] = read.error.issues;
    const name = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path.join('.');
    throw badUrl(`its parameter ${name} is not understood`);
  }
  const named = decodeURIComponent(url.pathname.slice(1));
  if (url.hostname === '') throw badUrl('it names no host');
  if (read.data.authentication === 'entra-service-principal' && read.data.tenant === undefined)
    throw badUrl('a service principal needs the parameter tenant');
  const { applicationIntent, connectTimeout, ...rest } = read.data;
  return {
    ...rest,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? undefined : Number(url.port),
    instance: rest.instance,
    tenant: rest.tenant,
    database: database ?? (named === '' ? 'master' : named),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    readOnlyIntent: applicationIntent === 'ReadOnly',
    connectTimeoutMs: connectTimeout * 1000,
  };
}

/** Host, port and database without credentials: fit for messages and logs. */
export function displayLocation(location: string, database?: string): string {
  const { host, port, instance, database: named } = parseLocation(location, database);
  const server = instance === undefined ? host : `${host}\\${instance}`;
  return `sqlserver://${server}${port === undefined ? '' : `:${port}`}/${named}`;
}

function badUrl(problem: string): ConnectionError {
  return new ConnectionError(
    'bad-url',
    `the SQL Server URL cannot be understood: ${problem}`,
    'write sqlserver://user:password@host:1433/database?encrypt=true, with special characters percent-encoded',
  );
}
