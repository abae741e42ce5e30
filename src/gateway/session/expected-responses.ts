import { letter, rowsOfTag, type TransactionStatus } from '../protocol/backend-messages.js';
import type { BackendJudge, Verdict } from '../protocol/backend-scanner.js';
import { ProtocolViolation } from '../protocol/protocol-violation.js';

/** How an answer of the server ended. */
export interface Outcome {
  readonly rows: number;
  /** SQLSTATE of the error that ended it. */
  readonly sqlState?: string;
}

/** What the server was sent and has not answered yet. */
export interface Expected {
  readonly kind: 'parse' | 'bind' | 'describe' | 'execute' | 'close' | 'sync' | 'query';
  /** Asked by the gateway for itself: nothing of the answer goes on. */
  readonly internal?: boolean;
  /** Not even an error of it goes on: the client has asked nothing that this would answer. */
  readonly quiet?: boolean;
  /** Bytes that stand in for an error which was provoked: the refusal of what the client really sent. */
  readonly refusal?: Buffer;
  /** Rows that may go on; further ones end the answer with `limitError`. */
  readonly maxRows?: number;
  readonly limitError?: Buffer;
  /** A statement of it was completed; those of a simple query complete one after the other. */
  readonly onCommand?: (outcome: Outcome) => void;
  /** The values of each row, for what is internal. */
  readonly onRow?: (body: Buffer) => void;
  readonly onDone?: () => void;
  /** It failed, or was never looked at because something before it failed. */
  readonly onFailed?: (sqlState: string | undefined) => void;
}

/** An answer of the gateway's own that has to wait for its turn. */
interface Synthetic {
  readonly kind: 'synthetic';
  readonly bytes: Buffer;
  readonly inBatch: boolean;
}

/** What the queue tells the session. */
export interface ResponseEvents {
  /** What the client may see of an error or notice; undefined for nothing. */
  translate(
    body: Buffer,
    whole: Buffer,
    kind: 'error' | 'notice',
  ): { readonly bytes?: Buffer; readonly sqlState: string };
  /** An error in an extended batch: the server ignores everything up to the Sync that the client has yet to send. */
  skipping(): void;
  ready(status: TransactionStatus): void;
  /** The row limit was exceeded: the rest is not wanted. */
  tooManyRows(): void;
  /** Rows cannot be taken from a client here. */
  copyInBegan(inQuery: boolean): void;
}

/** SQLSTATE connection_failure. */
const LOST = '08006';

/** Letters that end the answer to a message; `query` and `sync` end with ReadyForQuery. */
const endings: Record<Expected['kind'], readonly number[]> = {
  parse: [letter.parseComplete],
  bind: [letter.bindComplete],
  describe: [letter.rowDescription, letter.noData],
  execute: [letter.commandComplete, letter.emptyQuery, letter.portalSuspended],
  close: [letter.closeComplete],
  sync: [letter.ready],
  query: [letter.ready],
};

const withinAnswers = new Set<number>([
  letter.rowDescription,
  letter.parameterDescription,
  letter.copyOutResponse,
  letter.copyInResponse,
  letter.copyDone,
  letter.commandComplete,
  letter.emptyQuery,
]);

/**
 * Which message of the server answers what. Everything a server says belongs to the head of this queue,
 * or the connection is given up: nothing passes that was not asked for.
 */
export class ExpectedResponses implements BackendJudge {
  readonly #events: ResponseEvents;
  readonly #queue: (Expected | Synthetic)[] = [];
  /** Of the statement under way. */
  #rows = 0;
  #overLimit = false;
  /** Up to ReadyForQuery nothing goes on any more: the client was told of an error already. */
  #muted = false;
  /** When the head became the head; by `performance.now()`. */
  #since = 0;

  constructor(events: ResponseEvents) {
    this.#events = events;
  }

  get length(): number {
    return this.#queue.length;
  }

  /** A Sync was sent that is not answered yet. */
  get includesSync(): boolean {
    return this.#queue.some(({ kind }) => kind === 'sync');
  }

  get readsRows(): boolean {
    return this.#head()?.internal === true;
  }

  /** Milliseconds that the server has been at the head; 0 when it is not asked anything. */
  busyMs(now: number): number {
    return this.#queue.length === 0 ? 0 : now - this.#since;
  }

  expect(item: Expected): void {
    if (this.#queue.length === 0) this.#since = performance.now();
    this.#queue.push(item);
  }

  /**
   * An answer of the gateway's own. Returns the bytes when it is their turn now.
   * @param inBatch it belongs to an extended batch, and is left out when something before it in it fails
   */
  answer(bytes: Buffer, inBatch: boolean): Buffer | undefined {
    if (this.#queue.length === 0) return bytes;
    this.#queue.push({ kind: 'synthetic', bytes, inBatch });
    return undefined;
  }

  row(_type: number): 'pass' | 'drop' {
    const head = this.#head();
    if (head?.kind !== 'execute' && head?.kind !== 'query')
      throw new ProtocolViolation('a row that nobody asked for');
    this.#rows++;
    if (this.#overLimit || this.#muted) return 'drop';
    if (head.maxRows === undefined || this.#rows <= head.maxRows) return 'pass';
    this.#overLimit = true;
    this.#events.tooManyRows();
    return 'drop';
  }

  message(type: number, body: Buffer, whole: Buffer): Verdict {
    switch (type) {
      case letter.parameterStatus:
        return this.#head()?.internal ? 'drop' : 'pass';
      case letter.notice:
        return this.#muted || this.#head()?.internal
          ? 'drop'
          : (this.#events.translate(body, whole, 'notice').bytes ?? 'drop');
      case letter.notification:
        return this.#events.translate(body, whole, 'notice').bytes ?? 'drop';
    }
    const head = this.#head();
    if (!head) throw new ProtocolViolation('a message that nobody asked for');
    if (type === letter.error) return this.#failed(head, body, whole);
    return this.#proceed(head, type, body, whole);
  }

  /** The connection is gone: nothing will be answered any more. */
  abandon(): void {
    for (const item of this.#queue.splice(0)) {
      if (item.kind === 'synthetic') continue;
      // It may have run all the same: the audit has to have it.
      item.onCommand?.({ rows: this.#rows, sqlState: LOST });
      item.onFailed?.(LOST);
      if (item.kind === 'query') item.onDone?.();
    }
  }

  #proceed(head: Expected, type: number, body: Buffer, whole: Buffer): Verdict {
    if (type === letter.ready) return this.#readyForQuery(head, body, whole);
    const ends = endings[head.kind].includes(type);
    if (!ends && !this.#belongs(head, type)) throw new ProtocolViolation('an answer to something else');
    if (head.internal) {
      if (type === letter.dataRow) head.onRow?.(body);
      return ends ? this.#end(head, 'drop', whole) : 'drop';
    }
    if (type === letter.copyInResponse) {
      this.#events.copyInBegan(head.kind === 'query');
      return 'drop';
    }
    if (type === letter.commandComplete || type === letter.emptyQuery || type === letter.portalSuspended) {
      if (this.#overLimit) return this.#limitReached(head);
      head.onCommand?.({ rows: this.#rows || (type === letter.commandComplete ? rowsOfTag(body) : 0) });
      this.#rows = 0;
    }
    return ends ? this.#end(head, 'pass', whole) : this.#muted ? 'drop' : 'pass';
  }

  #belongs(head: Expected, type: number): boolean {
    if (head.internal && type === letter.dataRow) return head.kind === 'execute';
    if (head.kind === 'query') return withinAnswers.has(type);
    if (head.kind === 'describe') return type === letter.parameterDescription;
    return (
      head.kind === 'execute' &&
      (type === letter.copyOutResponse || type === letter.copyDone || type === letter.copyInResponse)
    );
  }

  #end(head: Expected, verdict: Verdict, whole: Buffer): Verdict {
    this.#queue.shift();
    this.#since = performance.now();
    head.onDone?.();
    if (this.#muted && verdict === 'pass') verdict = 'drop';
    return this.#withSynthetic(verdict, whole);
  }

  #readyForQuery(head: Expected, body: Buffer, whole: Buffer): Verdict {
    if (head.kind !== 'query' && head.kind !== 'sync') throw new ProtocolViolation('ready too early');
    this.#muted = false;
    this.#overLimit = false;
    this.#rows = 0;
    this.#queue.shift();
    this.#since = performance.now();
    head.onDone?.();
    const verdict = this.#withSynthetic(head.internal ? 'drop' : 'pass', whole);
    this.#events.ready(String.fromCharCode(body[0]) as TransactionStatus);
    return verdict;
  }

  #failed(head: Expected, body: Buffer, whole: Buffer): Verdict {
    const { bytes, sqlState } = this.#events.translate(body, whole, 'error');
    const shown =
      this.#muted || head.quiet
        ? undefined
        : (head.refusal ?? (this.#overLimit ? head.limitError : undefined) ?? bytes);
    this.#overLimit = false;
    head.onCommand?.({ rows: this.#rows, sqlState });
    head.onFailed?.(sqlState);
    this.#rows = 0;
    if (head.kind === 'query') return shown ?? 'drop';
    // The rest of the batch is not looked at by the server.
    this.#queue.shift();
    this.#dropBatch();
    return shown ?? 'drop';
  }

  /** The client got all rows that it may; what the server still says of the answer is not for it. */
  #limitReached(head: Expected): Verdict {
    const error = head.limitError!;
    head.onCommand?.({ rows: this.#rows, sqlState: '53400' });
    this.#rows = 0;
    this.#overLimit = false;
    this.#muted = true;
    if (head.kind === 'execute') {
      this.#queue.shift();
      head.onFailed?.('53400');
      if (!this.includesSync) this.#events.skipping();
    }
    return error;
  }

  #dropBatch(): void {
    for (;;) {
      const next = this.#queue[0];
      if (next === undefined) {
        this.#events.skipping();
        return;
      }
      if (next.kind === 'sync') return;
      this.#queue.shift();
      if (next.kind !== 'synthetic') next.onFailed?.(undefined);
    }
  }

  #withSynthetic(verdict: Verdict, whole: Buffer): Verdict {
    if (this.#queue[0]?.kind !== 'synthetic') return verdict;
    const pieces = verdict === 'drop' ? [] : [verdict === 'pass' ? whole : verdict];
    while (this.#queue[0]?.kind === 'synthetic') {
      const { bytes, inBatch } = this.#queue.shift() as Synthetic;
      if (!(this.#muted && inBatch)) pieces.push(bytes);
    }
    return Buffer.concat(pieces);
  }

  #head(): Expected | undefined {
    return this.#queue[0] as Expected | undefined;
  }
}
