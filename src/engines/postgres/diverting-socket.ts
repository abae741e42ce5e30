import { Socket } from 'node:net';

/** Takes the first `length` bytes straight from the socket; they are overwritten when it returns. */
export type Diversion = (bytes: Buffer, length: number) => void;

/** What one read takes at most. */
const READ_BYTES = 256 * 1024;

/**
 * A socket that reads into one buffer of its own. A socket of Node's makes a new buffer for each read, which
 * for hundreds of megabytes of rows in reads of a few kilobytes keeps the collector busier than the rows do
 * us. What the driver is to read is copied to it; rows are diverted, and never copied.
 */
export class DivertingSocket extends Socket {
  #diversion: Diversion | undefined;

  constructor() {
    const take = (length: number, buffer: Uint8Array): boolean => this.#take(buffer as Buffer, length);
    super({ onread: { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback: take } });
  }

  /** From now on all that arrives goes there, until `undefined` is given. */
  divert(diversion: Diversion | undefined): void {
    this.#diversion = diversion;
  }

  #take(bytes: Buffer, length: number): boolean {
    if (!this.#diversion) return this.push(Buffer.from(bytes.subarray(0, length)));
    this.#diversion(bytes, length);
    return true;
  }
}
