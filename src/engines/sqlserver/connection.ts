import { Connection, type ConnectionConfiguration, Request, TYPES } from 'tedious';
import { setTimeout as pause } from 'node:timers/promises';
import { ConnectionError } from './connection-error.js';
import { translateConnectError, translateDriverError } from './driver-errors.js';
import { displayLocation, parseLocation, type SqlServerLocation } from './location.js';

/** SQL Server 2016: the oldest release that still gets security fixes. */
const OLDEST_VERSION = 13;

/** A serverless Azure SQL database wakes up within about a minute: it is asked again after so many seconds. */
const WAKE_UP_PAUSES = [1, 2, 4, 8, 16, 30];

/** Rows that wait in our process while the reader of a stream is busy. */
const ROWS_AHEAD = 512;

export interface ConnectOptions {
  /** Another database of the same server. */
  readonly database?: string;
  /** Zero, the default, for no limit. */
  readonly statementTimeoutMs?: number;
}

/** A value as the driver gives it. */
export type SqlValue = string | number | bigint | boolean | Date | Buffer | null;

/** One open session. Statements run one at a time, in the order in which they were given. */
export class SqlServerConnection {
  readonly #connection: Connection;
  /** Settles when the statement before has ended. */
  #last: Promise<unknown> = Promise.resolve();
  /** Until its answer has ended. */
  #running: Request | undefined;
  #lost = false;
  #babelfish = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    // A connection that breaks while idle is reported by the next statement.
    connection.on('error', () => (this.#lost = true));
    connection.on('end', () => (this.#lost = true));
  }

  /** The driver's connection, for bulk loads. */
  get driver(): Connection {
    return this.#connection;
  }

  /** True when the server is none of Microsoft's, but Babelfish for PostgreSQL. */
  get isBabelfish(): boolean {
    return this.#babelfish;
  }

  get isLost(): boolean {
    return this.#lost;
  }

  /** Runs a batch and gives the rows of its only result, by column name. Parameters are `@p1`, `@p2`, …. */
  query<Row extends object>(
    sql: string,
    {
      parameters = [],
      timeoutMs,
    }: { readonly parameters?: readonly (string | number)[]; readonly timeoutMs?: number } = {},
  ): Promise<Row[]> {
    return this.#inTurn(
      () =>
        new Promise<Row[]>((resolve, reject) => {
          const rows: Row[] = [];
          const request = this.#request(sql, (error) => (error ? reject(error) : resolve(rows)));
          parameters.forEach((value, i) =>
            request.addParameter(`p${i + 1}`, typeof value === 'number' ? TYPES.Int : TYPES.NVarChar, value),
          );
          if (timeoutMs !== undefined) request.setTimeout(timeoutMs);
          request.on('row', (columns: readonly DriverColumn[]) =>
            rows.push(
              Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, value])) as Row,
            ),
          );
          if (parameters.length === 0) this.#connection.execSqlBatch(request);
          else this.#connection.execSql(request);
        }),
    );
  }

  /** The rows of a batch as they come, a few at a time, at the pace of who reads them; nothing else runs meanwhile. */
  async *stream(
    sql: string,
    { timeoutMs = 0, onColumns }: StreamOptions = {},
  ): AsyncGenerator<readonly (readonly SqlValue[])[]> {
    const turn = Promise.withResolvers<undefined>();
    const before = this.#last;
    this.#last = turn.promise;
    await before.catch(() => undefined);
    let waiting: (readonly SqlValue[])[] = [];
    let ended = false;
    let failure: Error | undefined;
    let wake = (): void => undefined;
    const request = this.#request(sql, (error) => {
      ended = true;
      failure = error ?? undefined;
      wake();
    });
    request.setTimeout(timeoutMs);
    if (onColumns)
      request.on('columnMetadata', (columns: unknown) =>
        onColumns(
          (columns as readonly DriverColumn['metadata'][]).map(({ colName, type }) => ({
            name: colName,
            type: type.name.toLowerCase(),
          })),
        ),
      );
    request.on('row', (columns: readonly DriverColumn[]) => {
      waiting.push(columns.map(({ value }) => value));
      if (waiting.length >= ROWS_AHEAD) request.pause();
      wake();
    });
    try {
      this.#connection.execSqlBatch(request);
      for (;;) {
        while (waiting.length > 0) {
          const rows = waiting;
          waiting = [];
          yield rows;
          request.resume();
        }
        if (ended) break;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      if (failure) throw failure;
    } finally {
      // Given up before its end, the server is still sending: the session is of no further use.
      if (!ended) this.close();
      turn.resolve(undefined);
    }
  }

  /**
   * Ends the session. A statement that runs is called off first, and fails: closed under it, the driver throws
   * where nobody can catch it when the end of the answer was on its way.
   */
  close(): void {
    this.#lost = true;
    if (this.#running) this.#running.cancel();
    else this.#connection.close();
  }

  #request(sql: string, ended: (error: Error | null | undefined) => void): Request {
    const request = new Request(sql, (error) => {
      this.#running = undefined;
      if (this.#lost) this.#connection.close();
      ended(error);
    });
    this.#running = request;
    return request;
  }

  /**
   * Asks what the server is.
   * @throws ConnectionError for one that is too old
   */
  async identifyServer(display: string): Promise<void> {
    const [{ version, edition, babelfish }] = await this.query<Record<string, string | null>>(`
      select cast(serverproperty('ProductVersion') as nvarchar(128)) as version,
             cast(serverproperty('EngineEdition') as nvarchar(16)) as edition,
             cast(serverproperty('BabelfishVersion') as nvarchar(128)) as babelfish`);
    this.#babelfish = babelfish !== null;
    // Azure SQL calls itself 12 and is always the newest (edition 5, 8, …); so does Babelfish, which is none.
    if (Number.parseInt(version ?? '') >= OLDEST_VERSION || Number(edition) >= 5 || this.#babelfish) return;
    throw new ConnectionError(
      'server-too-old',
      `${display}: the server is older than SQL Server 2016`,
      'upgrade it: that version gets no security fixes any more',
    );
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.catch(() => undefined).then(work);
    this.#last = mine;
    return mine;
  }
}

export interface StreamOptions {
  /** Milliseconds; zero, the default, for no limit. */
  readonly timeoutMs?: number;
  /** Called once, before the first row. */
  readonly onColumns?: (columns: readonly { readonly name: string; readonly type: string }[]) => void;
}

interface DriverColumn {
  readonly metadata: { readonly colName: string; readonly type: { readonly name: string } };
  readonly value: SqlValue;
}

/** Opens one session; throws a `ConnectionError` that says what to mend. */
export async function connect(location: string, options: ConnectOptions = {}): Promise<SqlServerConnection> {
  const parsed = parseLocation(location, options.database);
  const display = displayLocation(location, options.database);
  const connection = await openAwake(parsed, options, display);
  try {
    await connection.identifyServer(display);
    return connection;
  } catch (error) {
    connection.close();
    throw translateDriverError(error, 'reading the server’s version');
  }
}

/** A paused serverless database refuses once (40613) and wakes up: it is tried again for a minute. */
async function openAwake(
  location: SqlServerLocation,
  options: ConnectOptions,
  display: string,
): Promise<SqlServerConnection> {
  for (const seconds of [...WAKE_UP_PAUSES, undefined]) {
    try {
      return await openOnce(location, options);
    } catch (error) {
      const problem = translateConnectError(error, display);
      if (problem.code !== 'database-paused' || seconds === undefined) throw problem;
      await pause(seconds * 1000);
    }
  }
  throw new Error('the last attempt neither opened a connection nor failed');
}

function openOnce(location: SqlServerLocation, options: ConnectOptions): Promise<SqlServerConnection> {
  return new Promise((resolve, reject) => {
    const connection = new Connection(configurationOf(location, options));
    // The driver's error has only the server's words; what it means is told by its number.
    let number: number | undefined;
    connection.on('errorMessage', (message: { readonly number: number }) => (number ??= message.number));
    connection.connect((error) => {
      if (!error) {
        resolve(new SqlServerConnection(connection));
        return;
      }
      // The driver goes on reporting what becomes of a socket that nobody wants any more.
      connection.on('error', () => undefined);
      connection.close();
      reject(Object.assign(error, { number }));
    });
  });
}

function configurationOf(
  location: SqlServerLocation,
  { statementTimeoutMs = 0 }: ConnectOptions,
): ConnectionConfiguration {
  const { host, port, instance, database, encrypt, trustServerCertificate } = location;
  return {
    server: host,
    authentication: authenticationOf(location),
    options: {
      ...(instance === undefined ? { port: port ?? 1433 } : { instanceName: instance }),
      database,
      encrypt,
      trustServerCertificate,
      readOnlyIntent: location.readOnlyIntent,
      connectTimeout: location.connectTimeoutMs,
      requestTimeout: statementTimeoutMs,
      appName: 'scrubjay',
      useUTC: true,
      useColumnNames: false,
      // As PostgreSQL prints them, so that stand-ins agree between engines.
      lowerCaseGuids: true,
      rowCollectionOnRequestCompletion: false,
      // Values of any length; the default would cut at 2 GiB less one anyway, and sends a SET.
      textsize: 2_147_483_647,
      // Errors end the transaction, so that nothing half-done is committed.
      abortTransactionOnError: true,
      packetSize: 32_767,
    },
  };
}

function authenticationOf({
  authentication,
  user,
  password,
  tenant,
}: SqlServerLocation): NonNullable<ConnectionConfiguration['authentication']> {
  switch (authentication) {
    case 'login':
      return { type: 'default', options: { userName: user, password } };
    case 'entra-service-principal':
      return {
        type: 'azure-active-directory-service-principal-secret',
        options: { clientId: user, clientSecret: password, tenantId: tenant ?? '' },
      };
    case 'entra-token':
      return { type: 'azure-active-directory-access-token', options: { token: password } };
    case 'entra-default':
      return { type: 'azure-active-directory-default', options: {} };
  }
}
