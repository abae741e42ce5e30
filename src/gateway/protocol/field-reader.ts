import { ProtocolViolation } from './protocol-violation.js';

/** Reads the fields of one message body in order; every read is checked against the body's end. */
export class FieldReader {
  readonly #bytes: Buffer;
  readonly #what: string;
  #at = 0;

  /** @param what the message's name, for errors */
  constructor(body: Buffer, what: string) {
    this.#bytes = body;
    this.#what = what;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#bytes[this.#take(1)];
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  /** Counts are unsigned since PostgreSQL 14 (65,535 parameters). */
  uint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  bytes(length: number): Buffer {
    if (length < 0) throw new ProtocolViolation(`negative length in ${this.#what}`);
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Text up to its zero byte. @throws ProtocolViolation when it is not UTF-8 */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new ProtocolViolation(`unterminated text in ${this.#what}`);
    const start = this.#take(end - this.#at + 1);
    return decodeText(this.#bytes.subarray(start, end), this.#what);
  }

  /** @throws ProtocolViolation when anything is left over */
  end(): void {
    if (this.left !== 0) throw new ProtocolViolation(`${this.left} bytes too many in ${this.#what}`);
  }

  #take(length: number): number {
    if (length > this.left) throw new ProtocolViolation(`${this.#what} ends too early`);
    const start = this.#at;
    this.#at += length;
    return start;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// A text that two readers could decode differently must not pass: ours would judge another than the server runs.
function decodeText(bytes: Buffer, what: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ProtocolViolation(`${what} is not UTF-8`);
  }
}
