import pg from 'pg';
import { ScrubjayError } from '../../domain/errors.js';

/** The database cannot be reached or does not let us in. */
export class ConnectionError extends ScrubjayError {
  readonly code: string;

  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(message, hint, options);
    this.code = code;
  }
}

/** The database refused or broke off a statement. */
export class DatabaseError extends ScrubjayError {
  readonly code = 'database';

  constructor(
    message: string,
    hint: string,
    /** Five characters, PostgreSQL documentation, appendix A; undefined when the connection was lost. */
    readonly sqlState: string | undefined,
    options?: ErrorOptions,
  ) {
    super(message, hint, options);
  }
}

/** What an SQLSTATE means to a person, where PostgreSQL's own words would quote rows. */
const meanings = new Map<string, readonly [string, string]>([
  ['22001', ['a value is too long for its column', 'choose a technique that keeps the length']],
  [
    '22021',
    [
      'the source holds bytes that are no text in UTF-8',
      'mend them there, or declare the encoding that they are in',
    ],
  ],
  [
    '22P05',
    [
      'the source holds characters that UTF-8 has no place for',
      'mend them in the source, or mask the column by null',
    ],
  ],
  ['22P02', ['a value does not fit its column’s type', 'choose a technique for that type']],
  [
    '22P04',
    ['the copied data does not fit the columns', 'check that source and target have the same columns'],
  ],
  ['23502', ['a column must not be NULL', 'choose a technique that keeps a value there']],
  ['23503', ['a foreign key refers to a row that is not there', 'mask key and reference the same way']],
  [
    '23505',
    [
      'two rows have the same value under a unique key',
      "choose a technique that keeps uniqueness; values that differ only in case or blanks are one person's to most: 'keyed-hash' keeps them apart",
    ],
  ],
  ['23514', ['a value breaks a check constraint', 'choose a technique whose stand-ins satisfy it']],
  ['23P01', ['two rows break an exclusion constraint', 'keep the column, or shift all its values alike']],
  ['25006', ['the session is read-only', 'use a database that accepts writes']],
  [
    '40001',
    [
      'the statement collided with another one',
      'run it again; where the source is a replica, set hot_standby_feedback = on there or raise max_standby_streaming_delay',
    ],
  ],
  ['42501', ['the role lacks a permission', 'grant it']],
  ['42P01', ['a table is not there any more', 'run it again with the present schema']],
  ['42703', ['a column is not there any more', 'run it again with the present schema']],
  ['53100', ['the server’s disk is full', 'free space and run it again']],
  ['53200', ['the server is out of memory', 'lower its work memory or the concurrency']],
  ['53300', ['the server has no connection left', 'free connections or raise max_connections']],
  ['55P03', ['a lock is held by another session', 'wait for it to end and run it again']],
  ['57014', ['the statement took too long or was cancelled', 'raise the time limit and run it again']],
  ['57P01', ['the server ended the connection', 'run it again when the server is back']],
  ['57P02', ['the server crashed', 'run it again when the server is back']],
  ['57P03', ['the server is not ready', 'run it again in a moment']],
]);

/** The same state as a broken check, without a constraint's name. */
const noPartition = [
  'there is no partition for a row',
  'give the table a default partition, or keep the column that rows are routed by',
] as const;

/**
 * A driver's error as one of ours. PostgreSQL's message, DETAIL and CONTEXT may quote rows, so only its
 * SQLSTATE and the names of the objects concerned go on.
 * @param doing what was under way: `reading public.orders`
 */
export function translateDriverError(error: unknown, doing: string): Error {
  if (error instanceof ScrubjayError) return error;
  if (!(error instanceof pg.DatabaseError)) return translateLoss(error, doing);
  const isUnrouted = error.code === '23514' && error.constraint === undefined;
  const [meaning, hint] = (isUnrouted ? noPartition : meanings.get(error.code ?? '')) ?? [
    undefined,
    'look the SQLSTATE up in PostgreSQL’s appendix A',
  ];
  const names = [error.schema, error.table, error.column].filter((name) => name !== undefined).join('.');
  const concerned = [names, error.constraint && `constraint ${error.constraint}`].filter(Boolean).join(', ');
  const where = concerned ? ` (${concerned})` : '';
  return new DatabaseError(
    `${doing}: ${meaning ?? 'the database refused'}${where}, SQLSTATE ${error.code}`,
    hint,
    error.code,
  );
}

/** Does something, with a driver's errors as ours. */
export async function translating<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateDriverError(error, doing);
  }
}

/** True when a statement failed since a row refers to nothing. */
export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23503';
}

/** True when a statement failed since what it makes is there: object, relation, primary key. */
export function isThereAlready(error: unknown): boolean {
  return error instanceof pg.DatabaseError && ['42710', '42P07', '42P16'].includes(error.code ?? '');
}

/** What the driver says when the connection breaks; anything else is our own mistake and stays what it is. */
function translateLoss(error: unknown, doing: string): Error {
  const { code, message = '' } = (error ?? {}) as { readonly code?: unknown; readonly message?: string };
  const lost = typeof code === 'string' || /connection|client (was|has)|not queryable/i.test(message);
  if (!lost) return error instanceof Error ? error : new Error(`${doing}: failed`, { cause: error });
  const reason = typeof code === 'string' ? ` (${code})` : '';
  return new DatabaseError(
    `${doing}: the connection was lost${reason}`,
    'run it again when the server is back',
    undefined,
  );
}

/** A failure to connect, by what has to be mended. */
export function translateConnectError(error: unknown, display: string): ScrubjayError {
  if (error instanceof ScrubjayError) return error;
  const code = (error as { code?: unknown }).code;
  const known = connectProblems.get(typeof code === 'string' ? code : '');
  if (known) return new ConnectionError(known[0], `${display}: ${known[1]}`, known[2]);
  const text = error instanceof Error ? error.message : '';
  if (/SSL|TLS|certificate/i.test(text)) {
    return new ConnectionError(
      'tls',
      `${display}: TLS could not be agreed on`,
      'set sslmode in the URL, and the server’s CA with sslrootcert',
    );
  }
  if (/timeout/i.test(text)) {
    return new ConnectionError(
      'unreachable',
      `${display}: no answer in time`,
      'check host, port and firewall',
    );
  }
  return new ConnectionError(
    'connection',
    `${display}: the connection failed`,
    'check that the URL names a PostgreSQL server',
  );
}

const wrongPassword = [
  'credentials',
  'user or password is wrong',
  'check the URL; it may come from SCRUBJAY_URL or a file',
] as const;

const connectProblems = new Map<string, readonly [code: string, message: string, hint: string]>([
  ['ECONNREFUSED', ['unreachable', 'nothing listens there', 'check host and port, and that the server runs']],
  ['ENOTFOUND', ['unreachable', 'there is no host of that name', 'check the spelling of the host']],
  ['EAI_AGAIN', ['unreachable', 'the host’s name cannot be looked up', 'check the network’s name service']],
  ['EHOSTUNREACH', ['unreachable', 'the host cannot be reached', 'check the network and the firewall']],
  ['ETIMEDOUT', ['unreachable', 'no answer in time', 'check host, port and firewall']],
  ['ECONNRESET', ['unreachable', 'the server broke off', 'check that it accepts connections from here']],
  ['28P01', wrongPassword],
  [
    '28000',
    [
      'credentials',
      'the server does not admit this user from here',
      'check user, sslmode and the server’s pg_hba.conf',
    ],
  ],
  [
    '3D000',
    ['database-missing', 'there is no database of that name', 'check the name at the end of the URL'],
  ],
  ['42501', ['database-forbidden', 'the role may not connect to this database', 'grant CONNECT on it']],
  [
    '53300',
    [
      'too-many-connections',
      'the server has no connection left',
      'free connections or raise max_connections',
    ],
  ],
  ['57P03', ['unreachable', 'the server is starting or stopping', 'try again in a moment']],
]);
