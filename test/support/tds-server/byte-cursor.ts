/** The bytes end before the value does: the rest is on its way. */
export class OutOfBytes extends Error {}

/** A place in bytes that have come so far. */
export class ByteCursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    if (this.left < 1) throw new OutOfBytes();
    return this.bytes[this.at++];
  }

  take(length: number): Buffer {
    const from = this.at;
    this.skip(length);
    return this.bytes.subarray(from, this.at);
  }

  skip(length: number): void {
    if (this.left < length) throw new OutOfBytes();
    this.at += length;
  }

  uint16(): number {
    this.skip(2);
    return this.bytes.readUInt16LE(this.at - 2);
  }

  uint32(): number {
    this.skip(4);
    return this.bytes.readUInt32LE(this.at - 4);
  }
}
