import { randomBytes, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ScrubjayError } from '../domain/errors.js';
import { loadPostgresParser } from '../domain/rewriting/postgres/parser.js';
import { admit, type AdmissionOptions } from './admission/admission.js';
import { TlsUpgrade } from './admission/tls-upgrade.js';
import type { Audit } from './audit/audit.js';
import { JsonLinesAudit } from './audit/json-lines-audit.js';
import { Authenticator } from './authentication/authenticator.js';
import { needsRestart } from './configuration/changes-while-serving.js';
import type { DatabaseConfiguration, GatewayConfiguration } from './configuration/read-gateway.js';
import { ServedDatabase } from './database/served-database.js';
import { backendKeyData, parameterStatus, readyForQuery } from './protocol/backend-messages.js';
import type { Client, ClientIdentity } from './session/client.js';
import { ClientSession } from './session/client-session.js';
import { fatal, sqlState } from './session/gateway-errors.js';
import { greet } from './session/greeting.js';
import { UpstreamPool } from './upstream/upstream-pool.js';

/** Milliseconds between two looks at what takes too long. */
const TICK_MS = 250;

/** The gateway cannot listen where the file says. */
export class ListenError extends ScrubjayError {
  readonly code = 'listen';
}

/** A change of the gateway file cannot hold while the gateway serves. */
export class RestartNeededError extends ScrubjayError {
  readonly code = 'restart-needed';
}

interface RunningSession {
  readonly session: ClientSession;
  readonly identity: ClientIdentity;
  readonly secret: Buffer;
}

/** The PostgreSQL server that clients of masked data talk to. */
export class Gateway {
  #configuration: GatewayConfiguration;
  readonly #audit: Audit;
  readonly #databases: ReadonlyMap<string, ServedDatabase>;
  #admission: AdmissionOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #perAddress = new Map<string, number>();
  readonly #sessions = new Map<number, RunningSession>();
  readonly #ticker: NodeJS.Timeout;

  private constructor(configuration: GatewayConfiguration, audit: Audit) {
    this.#configuration = configuration;
    this.#audit = audit;
    this.#databases = new Map(
      [...configuration.databases].map(([name, database]) => [name, serve(name, database, configuration)]),
    );
    this.#admission = this.#admissionBy(configuration);
    this.#server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) =>
      this.#accept(socket),
    );
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#ticker.unref();
  }

  /**
   * Reads the catalogs, then listens: a gateway that cannot mask does not answer.
   * @param audit where records go; the configuration's file, or standard output, when left out
   * @throws ConnectionError, DatabaseError, AuditFileError; errors of the operating system for the port
   */
  static async start(configuration: GatewayConfiguration, audit?: Audit): Promise<Gateway> {
    await loadPostgresParser();
    const gateway = new Gateway(configuration, audit ?? (await openAudit(configuration)));
    try {
      await Promise.all([...gateway.#databases.values()].map((database) => database.refreshed()));
      const { host, port } = configuration.listen;
      gateway.#server.listen(port, host);
      await once(gateway.#server, 'listening');
    } catch (error) {
      await gateway.stop();
      throw listenError(error, configuration) ?? error;
    }
    return gateway;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Clients that are let in. */
  get clients(): number {
    return this.#sessions.size;
  }

  /**
   * Takes labels, policies, roles, users, certificates and limits from a gateway file that was read anew. Sessions go
   * on under them from their next statement; those whose user or role is gone or another one now are ended.
   * @throws RestartNeededError, RoleRefusedError; nothing has changed then
   */
  reload(configuration: GatewayConfiguration): void {
    const fixed = needsRestart(this.#configuration, configuration);
    if (fixed.length > 0) {
      throw new RestartNeededError(
        `${fixed.join(', ')} cannot change while the gateway serves`,
        'restart it, or take the change back',
      );
    }
    const admission = this.#admissionBy(configuration);
    const shows = [...this.#databases].map(([name, database]) =>
      database.prepare(configuration.databases.get(name)!.views),
    );
    for (const show of shows) show();
    const before = this.#configuration;
    this.#configuration = configuration;
    this.#admission = admission;
    for (const { session, identity } of this.#sessions.values()) {
      if (this.#keepsPlace(identity, before)) continue;
      session.terminate(sqlState.shutdown, noPlace);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticker);
    this.#server.close();
    for (const { session } of this.#sessions.values()) {
      session.terminate(sqlState.shutdown, 'terminating connection: the gateway stops');
    }
    for (const socket of this.#sockets) socket.destroySoon();
    await Promise.all([...this.#databases.values()].map((database) => database.close()));
    await this.#audit.close();
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress ?? 'unknown';
    const here = this.#perAddress.get(address) ?? 0;
    const { connections, connectionsPerAddress, admission } = this.#configuration.limits;
    socket.on('error', () => socket.destroy());
    if (this.#sockets.size >= connections || here >= connectionsPerAddress) {
      socket.end(fatal(sqlState.tooManyConnections, 'sorry, too many clients already'));
      setTimeout(() => socket.destroy(), 1_000).unref();
      return;
    }
    this.#sockets.add(socket);
    this.#perAddress.set(address, here + 1);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      const left = (this.#perAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#perAddress.set(address, left);
      else this.#perAddress.delete(address);
    });
    const deadline = setTimeout(() => socket.destroy(), admission);
    void this.#admit(socket, address).finally(() => clearTimeout(deadline));
  }

  async #admit(socket: Socket, address: string): Promise<void> {
    const configuration = this.#configuration;
    const admitted = await admit(socket, this.#admission);
    if (admitted.kind === 'client') {
      await this.#begin(admitted.client, admitted.minor, configuration);
    } else if (admitted.kind === 'cancel') {
      this.#cancel(admitted.processId, admitted.secret);
      // The protocol's answer is the end of the connection.
      socket.end();
    } else {
      const { user, database, reason } = admitted;
      setTimeout(() => socket.destroy(), 1_000).unref();
      if (user === undefined) return;
      this.#audit.record({
        ...{ at: new Date().toISOString(), session: randomUUID(), role: '', address, user },
        ...{ database: database ?? '', decision: 'denied', reason },
      });
    }
  }

  /** @param admittedBy what the client was let in under: another one may hold by now */
  async #begin(client: Client, minor: number, admittedBy: GatewayConfiguration): Promise<void> {
    const { identity, socket } = client;
    const database = this.#databases.get(identity.database)!;
    const parameters = await greet(client, database);
    if (!parameters) return;
    if (!this.#keepsPlace(identity, admittedBy)) {
      socket.end(fatal(sqlState.shutdown, noPlace));
      return;
    }
    const { sees, maxRows, statementTimeout, idleInTransaction } = this.#configuration.roles[identity.role];
    const processId = this.#freeProcessId();
    const secret = randomBytes(minor >= 2 ? 32 : 4);
    for (const [name, value] of parameters) socket.write(parameterStatus(name, value));
    socket.write(backendKeyData(processId, secret));
    socket.write(readyForQuery('I'));
    const session = new ClientSession({
      client,
      database,
      access: sees ?? 'masked',
      limits: {
        maxRows,
        statementTimeoutMs: statementTimeout,
        idleInTransactionMs: idleInTransaction,
        slowClientMs: this.#configuration.limits.slowClient,
      },
      audit: this.#audit,
      id: randomUUID(),
      onEnd: () => this.#sessions.delete(processId),
    });
    this.#sessions.set(processId, { session, identity, secret });
    socket.resume();
  }

  #admissionBy(configuration: GatewayConfiguration): AdmissionOptions {
    return {
      tls: configuration.tls && new TlsUpgrade(configuration.tls),
      authenticator: new Authenticator(configuration.users, configuration.oidc),
      longestMessage: configuration.limits.message,
      objection: (role, database) => this.#objection(role, database),
    };
  }

  /** Whether someone who was let in under another configuration would be so under this one. */
  #keepsPlace({ user, role, database }: ClientIdentity, before: GatewayConfiguration): boolean {
    // Names of the file come before tokens: whose name was added to it did not prove to be that user.
    const sameUser = before.users.get(user)?.role === this.#configuration.users.get(user)?.role;
    return sameUser && this.#objection(role, database) === undefined;
  }

  #objection(role: string, database: string): string | undefined {
    const known = Object.hasOwn(this.#configuration.roles, role)
      ? this.#configuration.roles[role]
      : undefined;
    const allowed = known ? (known.databases ?? [...this.#databases.keys()]) : [];
    const served = this.#databases.has(database) && allowed.includes(database);
    return served ? undefined : 'there is no such database for this role';
  }

  #cancel(processId: number, secret: Buffer): void {
    const found = this.#sessions.get(processId);
    if (found?.secret.length === secret.length && timingSafeEqual(found.secret, secret))
      found.session.cancel();
  }

  #freeProcessId(): number {
    for (;;) {
      const id = randomInt(1, 0x7fffffff);
      if (!this.#sessions.has(id)) return id;
    }
  }

  #tick(): void {
    const now = performance.now();
    for (const { session } of this.#sessions.values()) session.tick(now);
    for (const database of this.#databases.values()) {
      database.pool.sweep(Date.now());
      if (this.#sessions.size > 0) database.keepYoung();
    }
  }
}

async function openAudit({ audit: { file } }: GatewayConfiguration): Promise<Audit> {
  return file === undefined ? JsonLinesAudit.toStandardOutput() : JsonLinesAudit.open(file);
}

const noPlace = 'terminating connection: the user may not be here any more';

function serve(
  name: string,
  { location, pool, searchPath, views }: DatabaseConfiguration,
  { maskingKey, catalog, words }: GatewayConfiguration,
): ServedDatabase {
  const settings = {
    standard_conforming_strings: 'on',
    client_encoding: 'UTF8',
    ...(searchPath
      ? { search_path: searchPath.map((schema) => `"${schema.replaceAll('"', '""')}"`).join(', ') }
      : {}),
    ...Object.fromEntries(maskingKey.sessionSettings.map(({ name: key, value }) => [key, value])),
  };
  return new ServedDatabase({
    name,
    location,
    views,
    words,
    catalogMaxAgeMs: catalog.maxAge,
    pool: new UpstreamPool({
      ...{ location, settings },
      ...{ size: pool.size, waitMs: pool.wait, idleMs: pool.idle },
    }),
  });
}

function listenError(
  error: unknown,
  { listen: { host, port } }: GatewayConfiguration,
): ListenError | undefined {
  const { syscall, code = '' } = error as NodeJS.ErrnoException;
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return undefined;
  return new ListenError(
    `the gateway cannot listen on ${host}:${port} (${code})`,
    'end what listens there, or name another place with listen or --port',
    { cause: error },
  );
}
