import { RequestError } from 'tedious';
import { ScrubjayError } from '../../domain/errors.js';
import { ConnectionError } from './connection-error.js';

/** The server refused or broke off a statement. */
export class DatabaseError extends ScrubjayError {
  readonly code = 'database';
  override readonly isTransient: boolean;

  constructor(
    message: string,
    hint: string,
    /** Number of `sys.messages`; undefined when the connection was lost. */
    readonly number: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, hint, options);
    this.isTransient = number !== undefined && transientFaults.has(number);
  }
}

/** After these the same statement may well succeed: deadlocks, locks, and Microsoft's list for Azure SQL. */
const transientFaults = new Set([1205, 1222, 3960, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920]);

const dependedOn = [
  'a computed column, a schema-bound view or an index stands on the column',
  'drop what stands on it, and make it again afterwards',
] as const;

/** What an error number means to a person, where SQL Server's own words would quote rows. */
const meanings = new Map<number, readonly [string, string]>([
  [207, ['a column is not there any more', 'run it again with the present schema']],
  [208, ['a table is not there any more', 'run it again with the present schema']],
  [220, ['a number does not fit its column', 'choose a technique that keeps the range']],
  [229, ['the login lacks a permission', 'grant it']],
  [230, ['the login lacks a permission on a column', 'grant it']],
  [262, ['the login lacks a permission of the database', 'grant it']],
  [297, ['the login lacks a permission of the server', 'grant it']],
  [300, ['the login lacks a permission of the server', 'grant it']],
  [468, ['two collations meet that cannot be compared', 'give both sides the same collation']],
  [515, ['a column must not be NULL', 'choose a technique that keeps a value there']],
  [547, ['a value breaks a foreign key or check', 'mask key and reference the same way']],
  [1105, ['the database’s files are full', 'free space and run it again']],
  [1205, ['the session was chosen as the victim of a deadlock', 'run it again']],
  [1222, ['a lock is held by another session', 'wait for it to end and run it again']],
  [1505, ['two rows have the same value in a unique index', 'choose a technique that keeps uniqueness']],
  [2601, ['two rows have the same value in a unique index', 'choose a technique that keeps uniqueness']],
  [2627, ['two rows have the same value under a unique key', 'choose a technique that keeps uniqueness']],
  [2628, ['a value is too long for its column', 'choose a technique that keeps the length']],
  [3906, ['the database is read-only', 'use a database that accepts writes']],
  [3952, ['the database does not allow snapshots', 'run: alter database … set allow_snapshot_isolation on']],
  [4860, ['the copied data does not fit the columns', 'check that both sides have the same columns']],
  [4922, dependedOn],
  [5074, dependedOn],
  [8115, ['a number does not fit its column', 'choose a technique that keeps the range']],
  [8152, ['a value is too long for its column', 'choose a technique that keeps the length']],
  [8114, ['a value does not fit its column’s type', 'choose a technique for that type']],
  [9002, ['the transaction log is full', 'back the log up or let it grow, and run it again']],
  // Babelfish has no number of SQL Server's for this: lacking permissions and missing tables among others.
  [33557097, ['Babelfish refused, without saying why by a number', 'look into the log of its PostgreSQL']],
]);

/**
 * A driver's error as one of ours. SQL Server's message may quote rows (2627: "The duplicate key value
 * is …"), so only its number goes on, and the procedure where there is one.
 * @param doing what was under way: `reading dbo.orders`
 */
export function translateDriverError(error: unknown, doing: string): Error {
  if (error instanceof ScrubjayError) return error;
  if (!(error instanceof RequestError)) return translateLoss(error, doing);
  if (error.code === 'ETIMEOUT' || error.code === 'ECANCEL') {
    return new DatabaseError(
      `${doing}: the statement took too long or was cancelled`,
      'raise the time limit and run it again',
      undefined,
    );
  }
  if (error.number === undefined) return translateLoss(error, doing);
  const [meaning, hint] = meanings.get(error.number) ?? [
    'the server refused',
    'look the number up in sys.messages',
  ];
  return new DatabaseError(`${doing}: ${meaning}, error ${error.number}`, hint, error.number);
}

/** A broken connection; anything else is our own mistake and stays what it is. */
function translateLoss(error: unknown, doing: string): Error {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (typeof code !== 'string')
    return error instanceof Error ? error : new Error(`${doing}: failed`, { cause: error });
  return new DatabaseError(
    `${doing}: the connection was lost (${code})`,
    'run it again when the server is back',
    undefined,
  );
}

/** A failure to connect, by what has to be mended. The driver's text may hold the user's name, not more. */
export function translateConnectError(error: unknown, display: string): ScrubjayError {
  if (error instanceof ScrubjayError) return error;
  const { code, number } = (error ?? {}) as { code?: string; number?: number };
  const text = wordsOf(error);
  const problem =
    loginProblems.get(number ?? 0) ??
    (code === 'ELOGIN' ? loginProblems.get(18456) : undefined) ??
    // Whoever does not trust the other side breaks off: what follows from that says less.
    (/ALTNAME/.test(text) ? ofAnotherHost : undefined) ??
    (/certificate|self.signed/i.test(text) ? untrusted : undefined) ??
    [...socketProblems].find(([name]) => text.includes(name))?.[1] ??
    (code === 'EENCRYPT' || /SSL|TLS|secure/i.test(text) ? noTls : undefined) ??
    (code === 'ETIMEOUT' ? socketProblems.get('ETIMEDOUT') : undefined) ??
    ([
      'connection',
      'the connection failed',
      'check that the URL names a SQL Server, and its encryption',
    ] as const);
  return new ConnectionError(problem[0], `${display}: ${problem[1]}`, problem[2]);
}

/** Codes and messages of an error and of those that caused it, for looking through; never for showing. */
function wordsOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, message, cause, errors } = error as Record<'code' | 'message' | 'cause' | 'errors', unknown>;
  const inner: readonly unknown[] = Array.isArray(errors) ? errors : [];
  const own = [code, message].filter((part) => typeof part === 'string');
  return [...own, wordsOf(cause), ...inner.map(wordsOf)].join(' ');
}

type Problem = readonly [code: string, message: string, hint: string];

const untrusted: Problem = [
  'tls-certificate',
  'the server’s certificate is not trusted',
  'install its CA and set NODE_EXTRA_CA_CERTS; trustServerCertificate=true only where nobody can listen in',
];

const ofAnotherHost: Problem = [
  'tls-certificate',
  'the server’s certificate is for another name',
  'reach the server by a name that its certificate has, or give it a certificate for this one',
];

const noTls: Problem = [
  'tls',
  'TLS could not be agreed on',
  'give the server a certificate; encrypt=false only where nobody can listen in',
];

const loginProblems = new Map<number, Problem>([
  [
    18456,
    ['credentials', 'user or password is wrong', 'check the URL; it may come from SCRUBJAY_URL or a file'],
  ],
  [
    18452,
    ['credentials', 'the server takes no SQL logins', 'use authentication=entra-default, or mixed mode'],
  ],
  [18486, ['credentials', 'the login is locked', 'unlock it: alter login … with password = … unlock']],
  [18487, ['credentials', 'the login’s password has expired', 'change it']],
  [18488, ['credentials', 'the login must change its password', 'change it']],
  [
    4060,
    [
      'database-missing',
      'there is no database of that name, or the login may not open it',
      'check the name at the end of the URL, and that the login has a user there',
    ],
  ],
  [
    916,
    ['database-forbidden', 'the login has no user in this database', 'create one: create user … for login …'],
  ],
  [
    40613,
    ['database-paused', 'the database is paused or not available yet', 'try again in a minute: it wakes up'],
  ],
  [
    40615,
    ['firewall', 'the server’s firewall does not admit this address', 'add a firewall rule on the server'],
  ],
]);

const socketProblems = new Map<string, Problem>([
  ['ECONNREFUSED', ['unreachable', 'nothing listens there', 'check host and port, and that the server runs']],
  ['ENOTFOUND', ['unreachable', 'there is no host of that name', 'check the spelling of the host']],
  ['EAI_AGAIN', ['unreachable', 'the host’s name cannot be looked up', 'check the network’s name service']],
  ['EHOSTUNREACH', ['unreachable', 'the host cannot be reached', 'check the network and the firewall']],
  ['ETIMEDOUT', ['unreachable', 'no answer in time', 'check host, port and firewall']],
  [
    'EINSTLOOKUP',
    ['unreachable', 'the named instance does not answer', 'check its name, and that SQL Server Browser runs'],
  ],
  ['ECONNRESET', ['unreachable', 'the server broke off', 'check that it accepts connections from here']],
]);
