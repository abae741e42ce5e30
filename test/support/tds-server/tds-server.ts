import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { BulkRows } from './bulk-rows.js';
import { type MessagePart, packetType, readParts, ResponseWriter } from './packets.js';
import * as tokens from './tokens.js';

/** What the server says to a batch. */
export type Answer =
  | { readonly columns: readonly tokens.ResultColumn[]; readonly rows: Iterable<readonly tokens.Cell[]> }
  | { readonly error: tokens.ServerError }
  /** Breaks the connection off, in the middle of the rows where there are some. */
  | { readonly breakOff: true }
  /** Never answers. */
  | { readonly silence: true }
  | undefined;

export interface TdsServerOptions {
  readonly user: string;
  readonly password: string;
  /** Answers a batch; undefined for an empty result. */
  readonly answer: (sql: string, session: number) => Answer;
  /** Refuses a login with an error, for example 40613 while a database is paused. */
  readonly refuse?: (login: {
    readonly database: string;
    readonly attempt: number;
  }) => tokens.ServerError | undefined;
  /** Speaks TDS 8 (`encrypt=strict`) with this certificate. */
  readonly certificate?: { readonly key: string; readonly cert: string };
  readonly onBulkRow?: (table: string, row: readonly (string | null)[]) => void;
  /** Answers the end of a bulk load with an error. */
  readonly refuseBulk?: (table: string) => tokens.ServerError | undefined;
}

const PACKET_SIZE = 4096;

/**
 * A server for tests only, that speaks enough of TDS 7.4 for the driver: login, batches, parameterised
 * statements, bulk loads, attention. It knows no SQL: tests say what a batch is answered with. It proves
 * what our side does on the wire, and nothing about SQL Server.
 */
export class TdsServer {
  readonly #server: net.Server;
  readonly #sockets = new Set<Duplex>();
  readonly #options: TdsServerOptions;
  /** Every batch that was sent, in order. */
  readonly batches: string[] = [];
  logins = 0;
  #sessions = 0;

  private constructor(options: TdsServerOptions) {
    this.#options = options;
    const serve = (socket: Duplex) => void this.#serve(socket).catch(() => socket.destroy());
    this.#server = options.certificate
      ? tls.createServer({ ...options.certificate, ALPNProtocols: ['tds/8.0'] }, serve)
      : net.createServer(serve);
  }

  static async start(options: TdsServerOptions): Promise<TdsServer> {
    const server = new TdsServer(options);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  url(database = 'shop', parameters = 'encrypt=false'): string {
    const { user, password } = this.#options;
    return `sqlserver://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}?${parameters}`;
  }

  /** Ends every session at once, as a server does that falls over. */
  dropSessions(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.dropSessions();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(socket: Duplex): Promise<void> {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    const session = ++this.#sessions;
    let message: Buffer[] = [];
    let bulk: { readonly table: string; readonly rows: BulkRows } | undefined;
    for await (const part of readParts(socket)) {
      if (part.type === packetType.bulkLoad && bulk) {
        bulk.rows.push(part.bytes);
        if (!part.last) continue;
        const refused = this.#options.refuseBulk?.(bulk.table);
        await respond(socket, refused ? [tokens.error(refused), tokens.done(0)] : [tokens.done(bulk.rows.count)]);
        bulk = undefined;
        continue;
      }
      message.push(part.bytes);
      if (!part.last) continue;
      const bytes = Buffer.concat(message);
      message = [];
      const table = await this.#message(socket, session, part, bytes);
      if (table !== undefined) bulk = { table, rows: new BulkRows(this.#rowReader(table)) };
    }
  }

  #rowReader(table: string): ((row: readonly (string | null)[]) => void) | undefined {
    const { onBulkRow } = this.#options;
    return onBulkRow && ((row) => onBulkRow(table, row));
  }

  /** Answers one message; gives the table where a bulk load begins. */
  async #message(
    socket: Duplex,
    session: number,
    { type }: MessagePart,
    bytes: Buffer,
  ): Promise<string | undefined> {
    switch (type) {
      case packetType.prelogin:
        await respond(socket, [prelogin()]);
        return undefined;
      case packetType.login:
        await this.#login(socket, bytes);
        return undefined;
      case packetType.attention:
        // The statement that was broken off ends first, and then the attention.
        await respond(socket, [tokens.done(0)]);
        await respond(socket, [tokens.done(0, { attention: true })]);
        return undefined;
      case packetType.sqlBatch:
        return this.#batch(socket, session, withoutHeaders(bytes).toString('utf16le'));
      case packetType.rpc:
        return this.#batch(socket, session, statementOf(withoutHeaders(bytes)));
      default:
        throw new Error(`the test server knows no message 0x${type.toString(16)}`);
    }
  }

  async #login(socket: Duplex, bytes: Buffer): Promise<void> {
    const { user, password, refuse } = this.#options;
    const login = readLogin(bytes);
    const right = login.user === user && login.password === password;
    const refused = right
      ? refuse?.({ database: login.database, attempt: ++this.logins })
      : { number: 18456, message: `Login failed for user '${login.user}'.` };
    await respond(
      socket,
      refused
        ? [tokens.error(refused), tokens.done(0)]
        : [
            tokens.databaseChanged(login.database),
            tokens.packetSizeChanged(PACKET_SIZE),
            tokens.loginAcknowledged(),
            tokens.done(0),
          ],
    );
  }

  async #batch(socket: Duplex, session: number, sql: string): Promise<string | undefined> {
    // The driver's own settings, which it sends behind every login.
    if (/^set ansi_nulls/i.test(sql)) {
      await respond(socket, [tokens.done(0)]);
      return undefined;
    }
    this.batches.push(sql);
    const bulk = /^insert bulk (.+?)\(\[/.exec(sql)?.[1];
    if (bulk !== undefined) {
      await respond(socket, [tokens.done(0)]);
      return bulk;
    }
    await this.#say(socket, this.#options.answer(sql, session));
    return undefined;
  }

  async #say(socket: Duplex, answer: Answer): Promise<void> {
    if (answer === undefined) {
      await respond(socket, [tokens.done(0)]);
      return;
    }
    if ('silence' in answer) return;
    if ('breakOff' in answer) {
      socket.destroy();
      return;
    }
    if ('error' in answer) {
      await respond(socket, [tokens.error(answer.error), tokens.done(0)]);
      return;
    }
    const writer = new ResponseWriter(socket, PACKET_SIZE);
    await writer.write(tokens.columnMetadata(answer.columns));
    let count = 0;
    for (const cells of answer.rows) {
      await writer.write(tokens.row(answer.columns, cells));
      count++;
    }
    await writer.write(tokens.done(count));
    await writer.end();
  }
}

async function respond(socket: Duplex, parts: readonly Buffer[]): Promise<void> {
  const writer = new ResponseWriter(socket, PACKET_SIZE);
  await writer.write(Buffer.concat(parts));
  await writer.end();
}

/** VERSION and ENCRYPTION (2: not supported; within TLS there is none to agree on). */
function prelogin(): Buffer {
  const head = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff]);
  return Buffer.concat([head, Buffer.from([16, 0, 0x10, 0, 0, 0]), Buffer.from([2])]);
}

/** MS-TDS 2.2.6.4: offsets (bytes) and lengths (characters) from byte 36 on; the password is only shuffled. */
function readLogin(bytes: Buffer): { user: string; password: string; database: string } {
  const field = (at: number) =>
    bytes.subarray(bytes.readUInt16LE(at), bytes.readUInt16LE(at) + 2 * bytes.readUInt16LE(at + 2));
  const shuffled = Buffer.from(field(44));
  const password = shuffled.map((byte) => {
    const mixed = byte ^ 0xa5;
    return ((mixed & 0x0f) << 4) | (mixed >> 4);
  });
  return {
    user: field(40).toString('utf16le'),
    password: Buffer.from(password).toString('utf16le'),
    database: field(68).toString('utf16le'),
  };
}

function withoutHeaders(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.readUInt32LE(0));
}

/** The text of an `sp_executesql` call: its first parameter, an nvarchar. */
function statementOf(bytes: Buffer): string {
  const nameLength = bytes.readUInt16LE(0);
  let at = nameLength === 0xffff ? 4 : 2 + 2 * nameLength;
  at += 2;
  at += 1 + 2 * bytes[at];
  at += 1;
  if (bytes[at] !== 0xe7) throw new Error('the test server expects a statement as nvarchar');
  const longest = bytes.readUInt16LE(at + 1);
  at += 8;
  if (longest !== 0xffff) return bytes.toString('utf16le', at + 2, at + 2 + bytes.readUInt16LE(at));
  at += 8;
  const length = bytes.readUInt32LE(at);
  return bytes.toString('utf16le', at + 4, at + 4 + length);
}
