import type { SessionNames } from '../../domain/rewriting/rewrite-context.js';
import { maskServerError } from '../../domain/rewriting/server-messages.js';
import { sessionNamesQuery } from '../../engines/postgres/session-names.js';
import type { Epoch } from '../database/epoch.js';
import type { ServedDatabase } from '../database/served-database.js';
import { readTextRow, type TransactionStatus } from '../protocol/backend-messages.js';
import type { Verdict } from '../protocol/backend-scanner.js';
import { FieldWriter } from '../protocol/field-writer.js';
import { writeFrontendMessage } from '../protocol/frontend-messages.js';
import { errorResponse, readMessageFields, type Severity } from '../protocol/server-message.js';
import type { UpstreamUser } from '../upstream/upstream-connection.js';
import { UpstreamQueryError } from '../upstream/upstream-connection.js';
import { type Expected, ExpectedResponses } from './expected-responses.js';
import type { UpstreamLease } from './upstream-lease.js';

/** What the session hears of the server's side. */
export interface ConversationEvents {
  /** Bytes for the client; false asks the server to wait. */
  toClient(pieces: readonly Buffer[]): boolean;
  /** An error ended an extended batch whose Sync is yet to come. */
  skipping(): void;
  /** The server is gone, and with it something that the client relied on. */
  lost(): void;
  /** The server waits for its next message. */
  quiet(): void;
}

/** Whether messages of the server reach the client as they are, or without what they may quote. */
export type Access = 'masked' | 'clear';

/**
 * A session's dealings with the server: what was asked and is not answered, the connection it is asked on,
 * the state of the transaction, and what names mean there.
 */
export class UpstreamConversation implements UpstreamUser {
  readonly #events: ConversationEvents;
  readonly #lease: UpstreamLease;
  readonly #database: ServedDatabase;
  readonly #access: Access;
  readonly #expected: ExpectedResponses;
  #status: TransactionStatus = 'I';
  /** Extended messages went out that no Sync has closed yet. */
  #batchOpen = false;
  /** Something is about to be asked: the connection is not given back. */
  #reserved = false;
  #names: SessionNames | undefined;
  #namesVersion = -1;
  /** Names changed within the transaction or batch: its end changes them again. */
  #namesPending = false;
  /** A statement that was sent takes the settings of masks away. */
  #settingsReset = false;
  /** When the transaction began to wait for its client. */
  #idleSince = 0;

  constructor(lease: UpstreamLease, database: ServedDatabase, access: Access, events: ConversationEvents) {
    this.#lease = lease;
    this.#database = database;
    this.#access = access;
    this.#events = events;
    this.#expected = new ExpectedResponses({
      translate: (body, whole, kind) => this.#translate(body, whole, kind),
      skipping: () => {
        if (this.#batchOpen) events.skipping();
      },
      ready: (status) => this.#ready(status),
      tooManyRows: () => this.cancel(),
      copyInBegan: (inQuery) => this.#refuseCopyIn(inQuery),
    });
  }

  get status(): TransactionStatus {
    return this.#status;
  }

  /** The server has something under way for the client, or a transaction open: it has to hear of an error. */
  get engaged(): boolean {
    return (
      this.#lease.connection !== undefined &&
      (this.#status !== 'I' || this.#batchOpen || this.#expected.length > 0)
    );
  }

  /** The server will say that it is ready, without being sent anything more. */
  get answering(): boolean {
    return this.#expected.length > 0 && !this.#batchOpen;
  }

  /** Messages that are not answered yet. */
  get pending(): number {
    return this.#expected.length;
  }

  get connection() {
    return this.#lease.connection!;
  }

  get readsRows(): boolean {
    return this.#expected.readsRows;
  }

  busyMs(now: number): number {
    return this.#expected.busyMs(now);
  }

  /** Milliseconds that an open transaction has been waiting for the client. */
  idleInTransactionMs(now: number): number {
    return this.#status !== 'I' && this.#expected.length === 0 ? now - this.#idleSince : 0;
  }

  /** Takes a connection when that can be done at once. */
  holdNow(): boolean {
    this.#reserved = this.#lease.connection !== undefined || this.#lease.takeNow(this);
    return this.#reserved;
  }

  /** @throws PoolExhaustedError, ConnectionError, UpstreamQueryError */
  async hold(): Promise<void> {
    if (!this.holdNow()) await this.#lease.take(this);
    this.#reserved = true;
  }

  /** What was about to be asked will not be: the connection may go. */
  relax(): void {
    this.#reserved = false;
    this.#giveBack();
  }

  /** What names mean now, where that is known; a failed transaction takes none but its end. */
  namesNow(epoch: Epoch): SessionNames | undefined {
    if (this.#names && (this.#namesVersion === epoch.version || this.#status === 'E')) return this.#names;
    if (this.#lease.pinned || this.#namesPending) return undefined;
    return this.#database.commonNames(epoch, this.#lease.settingsKey);
  }

  /** Asks the server what names mean now. @throws UpstreamQueryError */
  async readNames(epoch: Epoch): Promise<SessionNames> {
    await this.#restoreSettings();
    const answer = await this.#askOurselves({ key: NAMES_KEY, sql: sessionNamesQuery });
    const names = this.#database.names(answer);
    if (!this.#lease.pinned && !this.#namesPending)
      this.#database.keepCommonNames(epoch, this.#lease.settingsKey, names);
    this.#names = names;
    this.#namesVersion = epoch.version;
    return names;
  }

  /** Names changed within the transaction that is open. */
  get namesPending(): boolean {
    return this.#namesPending;
  }

  /** A statement that was sent changes what names mean from here on. */
  namesChange(): void {
    this.#names = undefined;
    this.#namesPending = true;
  }

  /** A statement that was sent resets all settings. */
  settingsReset(): void {
    this.#settingsReset = true;
  }

  /** The session holds what the client relies on: it stays on this connection to its end. */
  pin(): void {
    this.#lease.pinned = true;
  }

  /** Sends an extended message. */
  ask(bytes: Buffer, expected: Expected): void {
    this.#batchOpen = expected.kind !== 'sync' && expected.kind !== 'query';
    this.#reserved = false;
    this.#expected.expect(expected);
    this.connection.write(bytes);
  }

  flush(): void {
    if (this.#lease.connection) this.connection.write(writeFrontendMessage({ kind: 'flush' }));
  }

  /** An answer of the gateway's own, when its turn comes. */
  answer(bytes: Buffer, inBatch: boolean): void {
    const now = this.#expected.answer(bytes, inBatch);
    if (now) this.#events.toClient([now]);
  }

  cancel(): void {
    if (this.#expected.length > 0) this.#lease.connection?.cancel();
  }

  /** The client reads again. */
  resume(): void {
    this.#lease.connection?.resume();
  }

  /** The client is gone. */
  end(): void {
    if (this.#expected.length > 0) this.#lease.connection?.cancel();
    if (this.engaged || this.#lease.pinned) this.#lease.discard();
    else this.#lease.release();
    this.#expected.abandon();
  }

  row(type: number): 'pass' | 'drop' {
    return this.#expected.row(type);
  }

  message(type: number, body: Buffer, whole: Buffer): Verdict {
    return this.#expected.message(type, body, whole);
  }

  forward(pieces: readonly Buffer[]): boolean {
    return this.#events.toClient(pieces);
  }

  lost(): void {
    this.#lease.discard();
    this.#expected.abandon();
    this.#events.lost();
  }

  #ready(status: TransactionStatus): void {
    this.#status = status;
    this.#idleSince = performance.now();
    if (status === 'I' && this.#namesPending) {
      // The end of the transaction took back or confirmed what it changed.
      this.#names = undefined;
      this.#namesPending = false;
    }
    this.#giveBack();
    if (this.#expected.length === 0) this.#events.quiet();
  }

  #giveBack(): void {
    if (this.#reserved || this.#lease.pinned || this.engaged) return;
    this.#lease.release();
  }

  /**
   * Words that masks draw from do not come back by themselves when a client resets its settings; they go
   * again when what reset them, or set them anew, is rolled back.
   */
  async #restoreSettings(): Promise<void> {
    const { statement } = this.#database.pool;
    if (!this.#settingsReset || statement === undefined) return;
    const outside = this.#status === 'I' && !this.#batchOpen;
    await this.#askOurselves({ key: SETTINGS_KEY, sql: statement });
    if (outside) this.#settingsReset = false;
  }

  /** One value of a statement of our own, asked in the middle of a batch or on its own. */
  async #askOurselves({ key, sql }: { readonly key: string; readonly sql: string }): Promise<string> {
    const alone = !this.#batchOpen;
    return new Promise<string>((resolve, reject) => {
      let answer: string | undefined;
      const { statements } = this.connection;
      const asked = (bytes: Buffer, expected: Omit<Expected, 'internal' | 'quiet' | 'onFailed'>) => {
        const failed = (state: string | undefined) => {
          if (expected.kind === 'parse') statements.forget(key);
          reject(new UpstreamQueryError(state ?? '08006'));
        };
        this.ask(bytes, { ...expected, internal: true, quiet: alone, onFailed: failed });
      };
      let name = statements.find(key);
      if (name === undefined) {
        name = statements.add(key).name;
        asked(writeFrontendMessage({ kind: 'parse', name, sql, parameterTypes: [] }), { kind: 'parse' });
      }
      const portal = OWN_PORTAL;
      asked(writeFrontendMessage({ kind: 'bind', portal, statement: name, rest: noValues }), {
        kind: 'bind',
      });
      asked(writeFrontendMessage({ kind: 'execute', portal, maxRows: 0 }), {
        kind: 'execute',
        onRow: (body) => (answer = readTextRow(body)[0] ?? undefined),
      });
      const done = () => (answer === undefined ? reject(new UpstreamQueryError('XX000')) : resolve(answer));
      const close = writeFrontendMessage({ kind: 'close', what: 'portal', name: portal });
      if (alone) {
        asked(close, { kind: 'close' });
        asked(writeFrontendMessage({ kind: 'sync' }), { kind: 'sync', onDone: done });
      } else {
        asked(close, { kind: 'close', onDone: done });
        this.flush();
      }
      this.#reserved = true;
    });
  }

  #translate(body: Buffer, whole: Buffer, kind: 'error' | 'notice') {
    const fields = readMessageFields(body);
    const code = fields.get('C') ?? 'XX000';
    if (this.#access === 'clear') return { bytes: whole, sqlState: code };
    if (kind === 'notice') return { sqlState: code };
    const { S, C, M } = maskServerError(Object.fromEntries(fields));
    const severity = (S ?? 'ERROR') as Severity;
    return { bytes: errorResponse({ severity, code: C ?? code, message: M ?? '' }), sqlState: code };
  }

  /** Rows from a client are not taken: the server is told so, and its error ends the statement. */
  #refuseCopyIn(inQuery: boolean): void {
    const { connection } = this;
    connection.write(writeFrontendMessage({ kind: 'copy-fail', reason: 'COPY FROM STDIN is not served' }));
    // In COPY mode the server ignores the Sync that was sent already: it has to come again.
    if (!inQuery && this.#expected.includesSync) connection.write(writeFrontendMessage({ kind: 'sync' }));
  }
}

const NAMES_KEY = 'session names';
const SETTINGS_KEY = 'settings of masks';
const OWN_PORTAL = 'scrubjay_own';
const noValues = new FieldWriter().uint16(0).uint16(0).uint16(0).message('x').subarray(5);
