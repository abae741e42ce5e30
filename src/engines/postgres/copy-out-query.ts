import type { Socket } from 'node:net';
import type pg from 'pg';
import { DivertingSocket } from './diverting-socket.js';

/** The protocol's message types that may come while rows do (its documentation, "Message Formats"). */
const COPY_DATA = 0x64;
const COPY_DONE = 0x63;
const COPY_OUT_RESPONSE = 0x48;
const NOTICE = 0x4e;
const PARAMETER_STATUS = 0x53;
const NOTIFICATION = 0x41;
const passedOver = new Set([COPY_OUT_RESPONSE, NOTICE, PARAMETER_STATUS, NOTIFICATION]);
const MESSAGE_HEADER = 5;

/** Bytes of rows that are handed on together: few enough to stay in a core's cache. */
const CHUNK_BYTES = 256 * 1024;

interface DriverConnection {
  readonly stream: Socket;
  query(text: string): void;
}

type DataListener = (bytes: Buffer) => void;

/**
 * `COPY … TO STDOUT` as the driver runs it. The server sends a message a row; their headers are taken off
 * and the rows gathered into two chunks in turn, of which one is filled while the other is worked on, and
 * both are used again. The server waits while both are full.
 */
export class CopyOutQuery implements pg.Submittable, AsyncIterable<Buffer> {
  readonly #text: string;
  #socket: Socket | undefined;
  /** The driver's own, while we read in its place; of a socket that cannot divert. */
  #listeners: readonly DataListener[] = [];
  readonly #header = Buffer.alloc(MESSAGE_HEADER);
  #headerBytes = 0;
  /** Bytes of the present message still to come, and whether they are rows. */
  #left = 0;
  #isRow = false;
  #filling: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #filled = 0;
  #spare: Buffer | undefined = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  /** Bytes that arrived while both chunks were full. */
  #overflow: Buffer | undefined;
  #rowsEnded = false;
  #isReady = false;
  #failure: { readonly reason: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  submit(connection: pg.Connection): void {
    const { stream } = connection as unknown as DriverConnection;
    this.#socket = stream;
    if (stream instanceof DivertingSocket) stream.divert((bytes, length) => this.#arrived(bytes, length));
    else {
      this.#listeners = stream.listeners('data') as DataListener[];
      for (const listener of this.#listeners) stream.removeListener('data', listener);
      stream.on('data', this.#onData);
    }
    (connection as unknown as DriverConnection).query(this.#text);
  }

  handleError(reason: unknown): void {
    this.#failure ??= { reason };
    this.#wakeUp();
  }

  handleReadyForQuery(): void {
    this.#isReady = true;
    this.#wakeUp();
  }

  handleCommandComplete(): void {
    // The number of rows is counted where they are read.
  }

  /** Chunks of rows, cut anywhere; one is overwritten when the next is asked for. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      if (this.#failure) throw this.#failure.reason;
      if (this.#isFull() || (this.#rowsEnded && this.#filled > 0)) {
        const chunk = this.#filling;
        const length = this.#filled;
        this.#filling = this.#spare!;
        this.#filled = 0;
        this.#spare = undefined;
        this.#goOn();
        yield chunk.subarray(0, length);
        this.#spare = chunk;
        this.#goOn();
      } else if (this.#isReady) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  readonly #onData: DataListener = (bytes) => {
    this.#arrived(bytes, bytes.length);
  };

  #isFull(): boolean {
    return this.#filled === this.#filling.length;
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #arrived(bytes: Buffer, length: number): void {
    if (this.#overflow) this.#overflow = Buffer.concat([this.#overflow, bytes.subarray(0, length)]);
    else {
      const taken = this.#take(bytes, length);
      if (taken === length) return;
      // A pause holds back only what is not yet read; the rest of this read must be kept.
      this.#overflow = Buffer.from(bytes.subarray(taken, length));
      this.#socket?.pause();
    }
  }

  /** Takes what was kept, now that there is room, and lets the server send on. */
  #goOn(): void {
    const socket = this.#socket;
    if (!this.#overflow || !socket) return;
    const taken = this.#take(this.#overflow, this.#overflow.length);
    if (taken < this.#overflow.length) this.#overflow = this.#overflow.subarray(taken);
    else {
      this.#overflow = undefined;
      socket.resume();
    }
  }

  /** @returns how many bytes there was room for; all the rest is the driver's once the rows have ended */
  #take(bytes: Buffer, length: number): number {
    let at = 0;
    while (at < length) {
      if (this.#left > 0) {
        const part = Math.min(this.#left, length - at);
        const taken = this.#isRow ? this.#append(bytes, at, part) : part;
        this.#left -= taken;
        at += taken;
        if (taken < part) return at;
        continue;
      }
      while (this.#headerBytes < MESSAGE_HEADER && at < length) {
        this.#header[this.#headerBytes++] = bytes[at++];
      }
      if (this.#headerBytes < MESSAGE_HEADER) return at;
      const type = this.#header[0];
      if (type !== COPY_DATA && !passedOver.has(type)) {
        this.#endRows(type, bytes.subarray(at, length));
        return length;
      }
      this.#headerBytes = 0;
      this.#isRow = type === COPY_DATA;
      this.#left = this.#header.readInt32BE(1) - 4;
    }
    return at;
  }

  #append(bytes: Buffer, from: number, length: number): number {
    const filling = this.#filling;
    const taken = Math.min(length, filling.length - this.#filled);
    bytes.copy(filling, this.#filled, from, from + taken);
    this.#filled += taken;
    if (this.#isFull()) this.#wakeUp();
    return taken;
  }

  /** Rows are over, or an error is to be told: from this message on the driver reads again. */
  #endRows(type: number, rest: Buffer): void {
    const socket = this.#socket!;
    this.#socket = undefined;
    this.#rowsEnded = type === COPY_DONE;
    // Copied: the driver looks at it later.
    const unread = type === COPY_DONE ? Buffer.from(rest) : Buffer.concat([this.#header, rest]);
    if (socket instanceof DivertingSocket) {
      socket.divert(undefined);
      if (unread.length > 0) socket.push(unread);
    } else {
      socket.removeListener('data', this.#onData);
      for (const listener of this.#listeners) socket.on('data', listener);
      if (unread.length > 0) socket.emit('data', unread);
    }
    this.#wakeUp();
  }
}
