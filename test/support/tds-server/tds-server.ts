import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { BulkRows } from './bulk-rows.js';
import { type MessagePart, packetType, readParts, ResponseWriter } from './packets.js';
import { encryptInPackets } from './tls-in-packets.js';
import * as tokens from './tokens.js';

/** What the server says to a batch. */
export type Answer =
  | { readonly columns: readonly tokens.ResultColumn[]; readonly rows: Iterable<readonly tokens.Cell[]> }
  /** Rows that are written already, many at a time: for a server that must be faster than its client. */
  | {
      readonly columns: readonly tokens.ResultColumn[];
      readonly written: Iterable<{ readonly bytes: Buffer; readonly rows: number }>;
    }
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
  readonly answer: (sql: string, session: number, database: string) => Answer;
  /** Refuses a login with an error, for example 40613 while a database is paused. */
  readonly refuse?: (login: {
    readonly database: string;
    readonly attempt: number;
  }) => tokens.ServerError | undefined;
  /** An Entra ID access token that logs in without user and password. */
  readonly token?: string;
  /** Encrypts with this certificate: as TDS 8 does (`encrypt=strict`), or inside the packets of TDS 7. */
  readonly certificate?: { readonly key: string; readonly cert: string; readonly tds?: 7 | 8 };
  /** Takes the rows of a bulk load that begins; without it they are counted only. */
  readonly onBulk?: (bulk: BulkStatement, database: string) => BulkTaker;
  /** Answers the end of a bulk load with an error. */
  readonly refuseBulk?: (table: string) => tokens.ServerError | undefined;
}

/** Table and columns of a bulk load. */
export interface BulkStatement {
  readonly table: string;
  readonly columns: readonly string[];
}

export interface BulkTaker {
  row(row: readonly (string | null)[]): void;
  /** The last row is in, and the server did not refuse. */
  accepted(): void;
}

const PACKET_SIZE = 32_767;

interface SessionState {
  readonly id: number;
  database: string;
  /** A statement waits for its answer. */
  isWaiting: boolean;
}

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
  /** What the last login asked for: the database, and reads only. */
  lastLogin: { readonly database: string; readonly isReadOnly: boolean } | undefined;
  #opened = 0;

  private constructor(options: TdsServerOptions) {
    this.#options = options;
    const serve = (socket: Duplex) => void this.#serve(socket).catch(() => socket.destroy());
    const { certificate } = options;
    this.#server =
      certificate?.tds === 7
        ? net.createServer(
            (socket) => void this.#encrypt(socket, certificate).then(serve, () => socket.destroy()),
          )
        : certificate
          ? tls.createServer({ ...certificate, ALPNProtocols: ['tds/8.0'] }, serve)
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

  /** Sessions that are open. */
  get sessions(): number {
    return this.#sockets.size;
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

  /** Answers the first packet, which asks whether to encrypt, and then does. */
  async #encrypt(
    socket: net.Socket,
    certificate: { readonly key: string; readonly cert: string },
  ): Promise<Duplex> {
    socket.on('error', () => undefined);
    await once(socket, 'data');
    await respond(socket, [prelogin(ENCRYPTED)]);
    return encryptInPackets(socket, certificate);
  }

  async #serve(socket: Duplex): Promise<void> {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    const session: SessionState = { id: ++this.#opened, database: '', isWaiting: false };
    let message: Buffer[] = [];
    let bulk:
      { readonly table: string; readonly rows: BulkRows; readonly taker: BulkTaker | undefined } | undefined;
    for await (const part of readParts(socket)) {
      if (part.type === packetType.bulkLoad && bulk) {
        bulk.rows.push(part.bytes);
        if (!part.last) continue;
        const refused = this.#options.refuseBulk?.(bulk.table);
        if (!refused) bulk.taker?.accepted();
        await respond(
          socket,
          refused ? [tokens.error(refused), tokens.done(0)] : [tokens.done(bulk.rows.count)],
        );
        bulk = undefined;
        continue;
      }
      message.push(part.bytes);
      if (!part.last) continue;
      const bytes = Buffer.concat(message);
      message = [];
      const begun = await this.#message(socket, session, part, bytes);
      if (!begun) continue;
      const taker = this.#options.onBulk?.(begun, session.database);
      bulk = { table: begun.table, rows: new BulkRows(taker && ((row) => taker.row(row))), taker };
    }
  }

  /** Answers one message; gives the table where a bulk load begins. */
  async #message(
    socket: Duplex,
    session: SessionState,
    { type }: MessagePart,
    bytes: Buffer,
  ): Promise<BulkStatement | undefined> {
    switch (type) {
      case packetType.prelogin:
        await respond(socket, [prelogin()]);
        return undefined;
      case packetType.login:
        await this.#login(socket, session, bytes);
        return undefined;
      case packetType.attention:
        // A statement that was broken off ends first, and then the attention.
        if (session.isWaiting) await respond(socket, [tokens.done(0)]);
        session.isWaiting = false;
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

  async #login(socket: Duplex, session: SessionState, bytes: Buffer): Promise<void> {
    const { user, password, token, refuse } = this.#options;
    const login = readLogin(bytes);
    this.lastLogin = login;
    session.database = login.database;
    const right =
      token === undefined
        ? login.user === user && login.password === password
        : bytes.includes(Buffer.from(token, 'utf16le'));
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

  async #batch(socket: Duplex, session: SessionState, sql: string): Promise<BulkStatement | undefined> {
    // The driver's own settings, which it sends behind every login.
    if (/^set ansi_nulls/i.test(sql)) {
      await respond(socket, [tokens.done(0)]);
      return undefined;
    }
    this.batches.push(sql);
    const bulk = readBulkStatement(sql);
    if (bulk) {
      await respond(socket, [tokens.done(0)]);
      return bulk;
    }
    const answer = this.#options.answer(sql, session.id, session.database);
    session.isWaiting = answer !== undefined && 'silence' in answer;
    await this.#say(socket, answer);
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
    if ('written' in answer) {
      for (const { bytes, rows } of answer.written) {
        await writer.write(bytes);
        count += rows;
      }
      await writer.write(tokens.done(count));
      await writer.end();
      return;
    }
    for (const cells of answer.rows) {
      const full = writer.add(tokens.row(answer.columns, cells));
      if (full) await full;
      count++;
    }
    await writer.write(tokens.done(count));
    await writer.end();
  }
}

/** Table and columns of `insert bulk [dbo].[t]([a] int, …)`. */
function readBulkStatement(sql: string): BulkStatement | undefined {
  const match = /^insert bulk (.+?)\((\[.*)\)(?: WITH .*)?$/s.exec(sql);
  if (!match) return undefined;
  const columns = Array.from(match[2].matchAll(/\[((?:[^\]]|\]\])*)\] \w/g), ([, name]) =>
    name.replaceAll(']]', ']'),
  );
  return { table: match[1], columns };
}

async function respond(socket: Duplex, parts: readonly Buffer[]): Promise<void> {
  const writer = new ResponseWriter(socket, PACKET_SIZE);
  await writer.write(Buffer.concat(parts));
  await writer.end();
}

/** VERSION and ENCRYPTION (2: not supported; within TLS there is none to agree on). */
/** MS-TDS 2.2.6.5: what the server says of encryption. */
const ENCRYPTED = 1;
const NOT_ENCRYPTED = 2;

function prelogin(encryption = NOT_ENCRYPTED): Buffer {
  const head = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff]);
  return Buffer.concat([head, Buffer.from([16, 0, 0x10, 0, 0, 0]), Buffer.from([encryption])]);
}

/** MS-TDS 2.2.6.4: offsets (bytes) and lengths (characters) from byte 36 on; the password is only shuffled. */
function readLogin(bytes: Buffer): {
  user: string;
  password: string;
  database: string;
  isReadOnly: boolean;
} {
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
    isReadOnly: (bytes[26] & 0x20) !== 0,
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
