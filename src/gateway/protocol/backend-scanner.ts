import { ProtocolViolation } from './protocol-violation.js';

/** What becomes of a message of the server: on as it is, away, or other bytes in its place. */
export type Verdict = 'pass' | 'drop' | Buffer;

/** Judges the server's messages in their order. */
export interface BackendJudge {
  /** True while rows are wanted whole, as messages: those of our own queries. */
  readonly readsRows: boolean;
  /** A DataRow or a CopyData, by its letter and before its content is there: it may be long. */
  row(type: number): 'pass' | 'drop';
  /** Any other message; `body` is without letter and length, `whole` with both. */
  message(type: number, body: Buffer, whole: Buffer): Verdict;
}

/**
 * Walks over the server's bytes from message head to message head. Rows are never decoded, gathered or
 * copied: a chunk in which everything passes goes on as the one buffer that it came as.
 */
export class BackendScanner {
  readonly #judge: BackendJudge;
  /** The beginning of a message whose rest has not come yet. */
  #partial: Buffer | undefined;
  /** Bytes of the current row that are still to come, and what becomes of them. */
  #rowLeft = 0;
  #rowPasses = true;

  constructor(judge: BackendJudge) {
    this.#judge = judge;
  }

  /** The pieces that go on to the client. @throws ProtocolViolation */
  scan(chunk: Buffer): Buffer[] {
    const bytes = this.#partial ? Buffer.concat([this.#partial, chunk]) : chunk;
    this.#partial = undefined;
    const pieces: Buffer[] = [];
    let at = 0;
    let passFrom = 0;
    const passUpTo = (end: number, next: number): void => {
      if (end > passFrom) pieces.push(bytes.subarray(passFrom, end));
      passFrom = next;
    };
    while (at < bytes.length) {
      if (this.#rowLeft > 0) {
        const here = Math.min(this.#rowLeft, bytes.length - at);
        if (!this.#rowPasses) passUpTo(at, at + here);
        this.#rowLeft -= here;
        at += here;
        continue;
      }
      if (bytes.length - at < HEAD) break;
      const type = bytes[at];
      const end = at + 1 + bytes.readInt32BE(at + 1);
      if (end < at + HEAD) throw new ProtocolViolation('the server sent a message of a wrong length');
      if ((type === DATA_ROW || type === COPY_DATA) && !this.#judge.readsRows) {
        this.#rowLeft = end - at;
        this.#rowPasses = this.#judge.row(type) === 'pass';
        continue;
      }
      if (end - at > LONGEST) throw new ProtocolViolation('the server sent a message that is too long');
      if (end > bytes.length) break;
      const verdict = this.#judge.message(type, bytes.subarray(at + HEAD, end), bytes.subarray(at, end));
      if (verdict !== 'pass') {
        passUpTo(at, end);
        if (verdict !== 'drop') pieces.push(verdict);
      }
      at = end;
    }
    passUpTo(at, at);
    if (at < bytes.length) this.#partial = bytes.subarray(at);
    return pieces;
  }
}

/** Letter and length. */
const HEAD = 5;
const DATA_ROW = 'D'.charCodeAt(0);
const COPY_DATA = 'd'.charCodeAt(0);

/** Bytes; no row description or error comes near. */
const LONGEST = 16 * 1024 * 1024;
