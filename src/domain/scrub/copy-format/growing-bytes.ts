/** Bytes that come at the end and go from the front, in one buffer that is reused and grows as needed. */
export class GrowingBytes {
  #bytes: Uint8Array = Buffer.allocUnsafeSlow(256 * 1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(chunk: Uint8Array): void {
    this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#length);
    this.#length += chunk.length;
  }

  /** What is there; valid until the next call. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.#bytes.copyWithin(0, count, this.#length);
    this.#length -= count;
  }

  #makeRoom(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** A buffer that is written once, front to back, and then given away. */
export class OutputBytes {
  bytes: Buffer;
  length = 0;

  constructor(estimate: number) {
    this.bytes = Buffer.allocUnsafeSlow(estimate);
  }

  /** Makes room for `more` bytes; afterwards `bytes` may be another buffer. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  /** Appends `source[from … to)`. */
  append(source: Uint8Array, from: number, to: number): void {
    const count = to - from;
    this.reserve(count);
    const { bytes } = this;
    const at = this.length;
    // A short copy by hand is faster than the call and the view that set() needs.
    if (count <= 48) for (let i = 0; i < count; i++) bytes[at + i] = source[from + i];
    else bytes.set(source.subarray(from, to), at);
    this.length = at + count;
  }

  take(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
