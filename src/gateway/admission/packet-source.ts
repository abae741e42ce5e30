import type { Socket } from 'node:net';
import { FrontendReader, type RawMessage } from '../protocol/frontend-reader.js';

/** The client went away before it was let in. */
export class ClientGone extends Error {}

/** Bytes that a message may have before its sender is known: tokens are the longest. */
const LONGEST = 64 * 1024;

/** Packets and messages of a client that is not let in yet, one at a time. */
export class PacketSource {
  readonly #socket: Socket;
  readonly #reader = new FrontendReader(LONGEST);
  #wake: (() => void) | undefined;
  #gone = false;
  readonly #onData = (chunk: Buffer): void => {
    this.#reader.push(chunk);
    // More than one message ahead is more than anybody sends here.
    if (this.#reader.held > 2 * LONGEST) this.#socket.pause();
    this.#wake?.();
  };
  readonly #onGone = (): void => {
    this.#gone = true;
    this.#wake?.();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('end', this.#onGone);
    socket.on('close', this.#onGone);
    socket.on('error', this.#onGone);
  }

  /** @throws ProtocolViolation, ClientGone */
  packet(): Promise<Buffer> {
    return this.#wait(() => this.#reader.nextPacket());
  }

  /** @throws ProtocolViolation, ClientGone */
  message(): Promise<RawMessage> {
    return this.#wait(() => this.#reader.next());
  }

  /** Bytes that came and were not read. */
  get held(): number {
    return this.#reader.held;
  }

  /** Lets go of the socket; gives what was received and not read. */
  release(): Buffer {
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onGone);
    this.#socket.off('close', this.#onGone);
    return this.#reader.rest();
  }

  async #wait<Found>(look: () => Found | undefined): Promise<Found> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.#gone) throw new ClientGone();
      await new Promise<void>((wake) => (this.#wake = wake));
      this.#wake = undefined;
    }
  }
}
