import { ProtocolViolation } from './protocol-violation.js';

/** One whole message: its letter and its body. */
export interface RawMessage {
  readonly type: number;
  readonly body: Buffer;
}

/**
 * Cuts the bytes of a client into whole messages. Holds at most one message's bytes beyond the chunk it
 * was given, and refuses a message by the length it announces, before any of it is kept.
 */
export class FrontendReader {
  readonly #longest: number;
  #chunks: Buffer[] = [];
  #length = 0;

  /** @param longest bytes that a message may have */
  constructor(longest: number) {
    this.#longest = longest;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Bytes held that make no whole message yet, or were not asked for. */
  get held(): number {
    return this.#length;
  }

  /** The next whole message; undefined while it is still incomplete. @throws ProtocolViolation */
  next(): RawMessage | undefined {
    if (this.#length < HEAD) return undefined;
    const head = this.#front(HEAD);
    const length = head.readInt32BE(1);
    this.#check(length);
    if (this.#length < 1 + length) return undefined;
    const message = this.#take(1 + length);
    return { type: message[0], body: message.subarray(HEAD) };
  }

  /** The next whole start-up packet, without its length. @throws ProtocolViolation */
  nextPacket(): Buffer | undefined {
    if (this.#length < 4) return undefined;
    const length = this.#front(4).readInt32BE(0);
    if (length < 8 || length > LONGEST_STARTUP)
      throw new ProtocolViolation('start-up packet of a wrong length');
    if (this.#length < length) return undefined;
    return this.#take(length).subarray(4);
  }

  /** Everything held, which then is another reader's: TLS begins after a packet. */
  rest(): Buffer {
    return this.#take(this.#length);
  }

  #check(length: number): void {
    if (length < 4) throw new ProtocolViolation('message shorter than its own length');
    if (length > this.#longest) throw new ProtocolViolation(`message of more than ${this.#longest} bytes`);
  }

  /** At least `length` bytes in one piece, left where they are. */
  #front(length: number): Buffer {
    if (this.#chunks[0].length < length) this.#chunks = [Buffer.concat(this.#chunks, this.#length)];
    return this.#chunks[0];
  }

  #take(length: number): Buffer {
    if (length === 0) return Buffer.alloc(0);
    const front = this.#front(length);
    const taken = front.subarray(0, length);
    if (front.length === length) this.#chunks.shift();
    else this.#chunks[0] = front.subarray(length);
    this.#length -= length;
    return taken;
  }
}

/** Letter and length. */
const HEAD = 5;

/** MAX_STARTUP_PACKET_LENGTH of PostgreSQL. */
const LONGEST_STARTUP = 10_000;
