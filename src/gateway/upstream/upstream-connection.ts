import { openWireConnection, type WireConnection } from '../../engines/postgres/wire-connection.js';
import { letter, readTextRow } from '../protocol/backend-messages.js';
import { type BackendJudge, BackendScanner } from '../protocol/backend-scanner.js';
import { writeFrontendMessage } from '../protocol/frontend-messages.js';
import { ProtocolViolation } from '../protocol/protocol-violation.js';
import { readMessageFields } from '../protocol/server-message.js';
import { UpstreamStatements } from './upstream-statements.js';

/** Who uses a connection: judges what the server says and hears of what passes, and of the end. */
export interface UpstreamUser extends BackendJudge {
  /** Pieces to go on to the client; false asks the server to wait. */
  forward(pieces: readonly Buffer[]): boolean;
  /** The connection is gone, and with it whatever was under way. */
  lost(): void;
}

/** A statement of our own on a connection failed; only its SQLSTATE is kept. */
export class UpstreamQueryError extends Error {
  constructor(readonly sqlState: string) {
    super(`SQLSTATE ${sqlState}`);
  }
}

/** One session on the database, used by one client at a time. */
export class UpstreamConnection {
  readonly #wire: WireConnection;
  readonly #scanner: BackendScanner;
  #user: UpstreamUser | undefined;
  /** Cancel requests on their way. */
  #cancelling: Promise<void> | undefined;
  #broken = false;
  #gathering = false;
  /** Whoever uses the connection at this moment. */
  readonly #judge: BackendJudge = ((self: UpstreamConnection) => ({
    get readsRows() {
      return self.#user?.readsRows ?? false;
    },
    row: (type: number) => (self.#user ?? idle).row(type),
    message: (type: number, body: Buffer, whole: Buffer) => (self.#user ?? idle).message(type, body, whole),
  }))(this);
  /** Prepared statements that the server keeps for us. */
  readonly statements = new UpstreamStatements();
  /** The pool's statement that was run on it. */
  preparedBy: string | undefined;
  /** Settings that the session has beyond its start-up ones, as a key to compare by. */
  settingsKey = '';

  private constructor(wire: WireConnection) {
    this.#wire = wire;
    this.#scanner = new BackendScanner(this.#judge);
    wire.stream.on('data', (chunk: Buffer) => this.#read(chunk));
    wire.stream.on('error', () => this.destroy());
    wire.stream.on('end', () => this.destroy());
    wire.stream.on('close', () => this.destroy());
    wire.stream.resume();
  }

  /** @throws ConnectionError */
  static async open(
    location: string,
    settings: Readonly<Record<string, string>>,
  ): Promise<UpstreamConnection> {
    const wire = await openWireConnection(location, { applicationName: 'scrubjay gateway', settings });
    return new UpstreamConnection(wire);
  }

  get broken(): boolean {
    return this.#broken;
  }

  get parameters(): ReadonlyMap<string, string> {
    return this.#wire.parameters;
  }

  use(user: UpstreamUser): void {
    this.#user = user;
  }

  /**
   * The user lets go. A promise when a cancel request is still on its way: it must have arrived before
   * anybody else uses the connection, whose statement it would hit.
   */
  letGo(): Promise<void> | undefined {
    this.#user = undefined;
    this.resume();
    return this.#cancelling;
  }

  /** False when the server is behind with reading. */
  write(bytes: Uint8Array): boolean {
    if (this.#broken) return true;
    const { stream } = this.#wire;
    if (!this.#gathering) {
      // What one turn has to send goes out in one piece: a batch is five messages, and one system call.
      this.#gathering = true;
      stream.cork();
      process.nextTick(() => {
        this.#gathering = false;
        stream.uncork();
      });
    }
    return stream.write(bytes);
  }

  pause(): void {
    this.#wire.stream.pause();
  }

  resume(): void {
    this.#wire.stream.resume();
  }

  /** Asks the server to cancel what runs; see `letGo`. */
  cancel(): void {
    const arrived = Promise.all([this.#cancelling, this.#wire.cancel()]).then(() => {
      if (this.#cancelling === arrived) this.#cancelling = undefined;
    });
    this.#cancelling = arrived;
  }

  /**
   * Runs one simple query of our own while nobody uses the connection.
   * @returns rows as texts. @throws UpstreamQueryError
   */
  query(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return new Promise((resolve, reject) => {
      const rows: (readonly (string | null)[])[] = [];
      let failure: UpstreamQueryError | undefined;
      this.use({
        row: () => {
          throw new ProtocolViolation('rows of our own queries are read whole');
        },
        message: (type, body) => {
          if (type === letter.dataRow) rows.push(readTextRow(body));
          if (type === letter.error)
            failure = new UpstreamQueryError(readMessageFields(body).get('C') ?? 'XX000');
          if (type === letter.ready) {
            this.#user = undefined;
            if (failure) reject(failure);
            else resolve(rows);
          }
          return 'drop';
        },
        readsRows: true,
        forward: () => true,
        lost: () => reject(new UpstreamQueryError('08006')),
      });
      this.write(writeFrontendMessage({ kind: 'query', sql }));
    });
  }

  /** Ends it at once, whatever is under way. */
  destroy(): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#wire.stream.destroy();
    const user = this.#user;
    this.#user = undefined;
    user?.lost();
  }

  /** Takes leave of the server. */
  end(): void {
    if (!this.#broken) this.#wire.stream.end(writeFrontendMessage({ kind: 'terminate' }));
  }

  #read(chunk: Buffer): void {
    if (this.#broken) return;
    // It may let go within the scan: what it asked for is still its own.
    const user = this.#user;
    try {
      const pieces = this.#scanner.scan(chunk);
      if (pieces.length > 0 && user && !user.forward(pieces) && this.#user === user) this.pause();
    } catch {
      // Whatever it was, client and server do not understand each other any more.
      this.destroy();
    }
  }
}

/** What a server may say to nobody: a parameter changed, or that it goes away. Anything else breaks the connection. */
const idle: BackendJudge = {
  readsRows: false,
  row: () => {
    throw new ProtocolViolation('a row that nobody asked for');
  },
  message: (type) => {
    if (type === letter.parameterStatus || type === letter.notice || type === letter.notification)
      return 'drop';
    throw new ProtocolViolation('a message that nobody asked for');
  },
};
