import { once } from 'node:events';
import type { Writable } from 'node:stream';

/**
 * From this size on a socket (its buffer is 64 KiB) reports a block as written only when the system has
 * taken it; a smaller one may still lie in the socket's queue then, and its memory must not be used again.
 */
const REUSABLE_FROM = 128 * 1024;

/** Memory of a block that one long row made this large is given back. */
const LARGEST_KEPT = 1024 * 1024;

/**
 * Hands blocks to the target's stream and waits while it is behind. The caller writes over its bytes, so
 * they are copied: into memory that is used again, since the collector lets go of large buffers only long
 * after they have piled up.
 */
export class BlockWriter {
  readonly #into: Writable;
  readonly #free: Buffer[] = [];

  constructor(into: Writable) {
    this.#into = into;
  }

  /** @throws what the stream broke off with */
  async write(bytes: Uint8Array | undefined): Promise<void> {
    if (!bytes || bytes.length === 0) return;
    const into = this.#into;
    if (into.errored) throw into.errored;
    const goesOn = bytes.length < REUSABLE_FROM ? into.write(Buffer.from(bytes)) : this.#writeReusing(bytes);
    if (!goesOn && !into.destroyed) await once(into, 'drain');
  }

  #writeReusing(bytes: Uint8Array): boolean {
    const memory = this.#memoryFor(bytes.length);
    memory.set(bytes);
    return this.#into.write(memory.subarray(0, bytes.length), (error) => {
      if (!error && memory.length <= LARGEST_KEPT) this.#free.push(memory);
    });
  }

  #memoryFor(length: number): Buffer {
    const free = this.#free.pop();
    return free && free.length >= length ? free : Buffer.allocUnsafeSlow(Math.ceil(length * 1.25));
  }
}
