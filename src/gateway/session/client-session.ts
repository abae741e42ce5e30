import type { Audit } from '../audit/audit.js';
import type { ServedDatabase } from '../database/served-database.js';
import { readyForQuery } from '../protocol/backend-messages.js';
import { type FrontendMessage, readFrontendMessage } from '../protocol/frontend-messages.js';
import { ProtocolViolation } from '../protocol/protocol-violation.js';
import type { Client } from './client.js';
import { ClientStatements } from './client-statements.js';
import { PreparedInSql } from './prepared-in-sql.js';
import { SessionEffects } from './session-effects.js';
import { ExtendedProtocol } from './extended-protocol.js';
import { error, fatal, sqlState } from './gateway-errors.js';
import type { RoleLimits } from './role-limits.js';
import { SimpleProtocol } from './simple-protocol.js';
import { StatementAudit } from './statement-audit.js';
import { StatementContext } from './statement-context.js';
import { type Access, UpstreamConversation } from './upstream-conversation.js';
import { UpstreamLease } from './upstream-lease.js';

/** Messages that may wait for the server's answer before the client has to. */
const MOST_PENDING = 10_000;

/** Milliseconds that a cancelled statement is given before its connection is. */
const CANCEL_GRACE_MS = 10_000;

export interface SessionOptions {
  readonly client: Client;
  readonly database: ServedDatabase;
  readonly access: Access;
  readonly limits: RoleLimits;
  readonly audit: Audit;
  /** Names the session in the audit. */
  readonly id: string;
  readonly onEnd: () => void;
}

/** One client past authentication, until it is gone: reads what it sends, in order, and has it answered. */
export class ClientSession {
  readonly #client: Client;
  readonly #limits: RoleLimits;
  readonly #audit: StatementAudit;
  readonly #conversation: UpstreamConversation;
  readonly #simple: SimpleProtocol;
  readonly #extended: ExtendedProtocol;
  readonly #onEnd: () => void;
  /** A message waits for something: those behind it wait too. */
  #busy = false;
  #ended = false;
  /** The client said good-bye, and waits for nothing more than what it asked for. */
  #leaving = false;
  /** Since when the client has not read what was written; by `performance.now()`. */
  #blockedSince: number | undefined;
  #cancelledAt: number | undefined;

  constructor(options: SessionOptions) {
    const { client, database, access, limits, audit, id, onEnd } = options;
    this.#client = client;
    this.#limits = limits;
    this.#onEnd = onEnd;
    this.#audit = new StatementAudit(audit, client.identity, id);
    const statements = new ClientStatements();
    const lease = new UpstreamLease(database.pool, client.identity.role, client.settings);
    this.#conversation = new UpstreamConversation(lease, database, access, {
      toClient: (pieces) => this.#write(pieces),
      skipping: () => this.#extended.skip(),
      lost: () => this.#lost(),
      quiet: () => {
        this.#cancelledAt = undefined;
        // Portals end with their transaction.
        if (this.#conversation.status === 'I') statements.closePortals();
        if (this.#leaving) setImmediate(() => this.#end());
      },
    });
    const context = new StatementContext(client.identity, database, this.#conversation, audit);
    const effects = new SessionEffects(this.#conversation, statements, new PreparedInSql());
    const parts = {
      context,
      conversation: this.#conversation,
      statements,
      effects,
      limits,
      audit: this.#audit,
    };
    this.#extended = new ExtendedProtocol(parts);
    this.#simple = new SimpleProtocol(parts);
    this.#audit.session('connected');
    client.socket.on('data', (chunk: Buffer) => this.#received(chunk));
    client.socket.on('drain', () => this.#drained());
    client.socket.on('error', () => this.#end());
    client.socket.on('close', () => this.#end());
    this.#received(Buffer.alloc(0));
  }

  /** A cancel request with this session's key came in. */
  cancel(): void {
    this.#conversation.cancel();
  }

  /** Ends the session with a last word: the gateway stops, or the credential ran out. */
  terminate(code: string, message: string): void {
    if (this.#ended) return;
    this.#client.socket.write(fatal(code, message));
    this.#end();
  }

  /** Looks whether something takes too long; called every moment. @param now by `performance.now()` */
  tick(now: number): void {
    if (this.#ended) return;
    const { expiresAt } = this.#client.identity;
    if (expiresAt !== undefined && Date.now() > expiresAt) {
      this.terminate(sqlState.invalidAuthorization, 'the token that this session began with has expired');
    } else if (this.#blockedSince !== undefined && now - this.#blockedSince > this.#limits.slowClientMs) {
      this.#end();
    } else if (this.#conversation.idleInTransactionMs(now) > this.#limits.idleInTransactionMs) {
      this.terminate(sqlState.idleInTransaction, 'terminating connection due to idle-in-transaction timeout');
    } else if (
      this.#conversation.busyMs(now) > this.#limits.statementTimeoutMs &&
      this.#blockedSince === undefined
    ) {
      this.#cancelSlowStatement(now);
    }
  }

  #cancelSlowStatement(now: number): void {
    if (this.#cancelledAt === undefined) {
      this.#cancelledAt = now;
      this.#conversation.cancel();
    } else if (now - this.#cancelledAt > CANCEL_GRACE_MS) {
      this.terminate(sqlState.connectionFailure, 'the database did not end a statement that was cancelled');
    }
  }

  #received(chunk: Buffer): void {
    if (this.#ended) return;
    if (chunk.length > 0) this.#client.reader.push(chunk);
    if (this.#busy) this.#client.socket.pause();
    else this.#next();
  }

  /** Handles messages until there is none, or one has to wait. */
  #next(): void {
    try {
      while (!this.#busy && !this.#ended && !this.#leaving) {
        const raw = this.#client.reader.next();
        if (!raw) break;
        const waiting = this.#handle(readFrontendMessage(raw.type, raw.body));
        if (waiting) this.#waitFor(waiting);
      }
    } catch (problem) {
      this.#broken(problem);
    }
  }

  #waitFor(waiting: Promise<void>): void {
    this.#busy = true;
    waiting.then(
      () => {
        this.#busy = false;
        if (this.#ended) return;
        this.#client.socket.resume();
        this.#next();
      },
      (problem: unknown) => this.#broken(problem),
    );
  }

  #handle(message: FrontendMessage): Promise<void> | undefined {
    if (this.#extended.skipping && message.kind !== 'sync' && message.kind !== 'terminate') return undefined;
    if (this.#conversation.pending > MOST_PENDING) {
      throw new ProtocolViolation('too many messages without waiting for an answer');
    }
    this.#cancelledAt = undefined;
    switch (message.kind) {
      case 'query':
        return this.#simple.query(message.sql);
      case 'parse':
        return this.#extended.parse(message);
      case 'bind':
        return this.#extended.bind(message);
      case 'describe':
        return this.#extended.describe(message.what, message.name);
      case 'execute':
        return this.#extended.execute(message.portal, message.maxRows);
      case 'close':
        return this.#extended.close(message.what, message.name);
      case 'sync':
        this.#extended.sync();
        return undefined;
      case 'flush':
        this.#conversation.flush();
        return undefined;
      case 'function-call':
        this.#conversation.answer(functionCallRefused, false);
        this.#conversation.answer(readyForQuery(this.#conversation.status), false);
        return undefined;
      case 'terminate':
        // What was asked before is done first, as on the server itself.
        if (this.#conversation.answering) this.#leaving = true;
        else this.#end();
        return undefined;
      default:
        // What is left of a COPY that was refused: PostgreSQL ignores it too.
        return undefined;
    }
  }

  #write(pieces: readonly Buffer[]): boolean {
    const { socket } = this.#client;
    if (this.#ended || socket.destroyed) return true;
    if (pieces.length > 1) socket.cork();
    let took = true;
    for (const piece of pieces) took = socket.write(piece);
    if (pieces.length > 1) socket.uncork();
    if (!took) this.#blockedSince ??= performance.now();
    return took;
  }

  #drained(): void {
    this.#blockedSince = undefined;
    this.#conversation.resume();
  }

  #lost(): void {
    this.terminate(sqlState.connectionFailure, 'the connection to the database was lost');
  }

  /** The client speaks another language, or we made a mistake: neither may go on. */
  #broken(problem: unknown): void {
    if (this.#ended) return;
    if (problem instanceof ProtocolViolation) this.terminate(sqlState.protocolViolation, problem.message);
    else this.terminate('XX000', 'the gateway failed at this message');
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#conversation.end();
    this.#audit.session('disconnected');
    const { socket } = this.#client;
    socket.end();
    // Whoever does not close its side either is cut off.
    setTimeout(() => socket.destroy(), 1_000).unref();
    this.#onEnd();
  }
}

const functionCallRefused = error(sqlState.featureNotSupported, 'the function call protocol is not served');
