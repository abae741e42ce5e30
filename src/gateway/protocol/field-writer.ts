/** Builds one message: the fields in order, then `message` or `packet` puts type and length in front. */
export class FieldWriter {
  #bytes: Buffer;
  #length = HEAD;

  constructor(size = 128) {
    this.#bytes = Buffer.allocUnsafe(HEAD + size);
  }

  byte(value: number): this {
    const at = this.#grow(1);
    this.#bytes[at] = value;
    return this;
  }

  int16(value: number): this {
    const at = this.#grow(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }

  uint16(value: number): this {
    const at = this.#grow(2);
    this.#bytes.writeUInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#grow(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }

  uint32(value: number): this {
    const at = this.#grow(4);
    this.#bytes.writeUInt32BE(value, at);
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** Text with its zero byte behind. */
  text(value: string): this {
    const length = Buffer.byteLength(value);
    const start = this.#grow(length + 1);
    this.#bytes.write(value, start);
    this.#bytes[start + length] = 0;
    return this;
  }

  /** @param type the message's letter */
  message(type: string): Buffer {
    this.#bytes[0] = type.charCodeAt(0);
    this.#bytes.writeInt32BE(this.#length - 1, 1);
    return this.#bytes.subarray(0, this.#length);
  }

  /** A start-up packet: length, and no letter. */
  packet(): Buffer {
    this.#bytes.writeInt32BE(this.#length - 1, 1);
    return this.#bytes.subarray(1, this.#length);
  }

  /** Makes room, and says where: `#bytes` may be another buffer afterwards. */
  #grow(by: number): number {
    const start = this.#length;
    this.#length += by;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    return start;
  }
}

/** Letter and length. */
const HEAD = 5;
