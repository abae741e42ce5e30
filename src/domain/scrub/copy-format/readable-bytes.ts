const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

const digit = Int8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? -1 : value;
});

/**
 * Makes bytes readable that COPY's text format writes in hexadecimal (`\\x416e61` -> `Ana`), so that texts
 * inside them are found; what would end a field or row becomes a space. Other fields pass.
 */
export class ReadableBytes {
  readonly #isBinary: readonly boolean[];
  #column = 0;
  /** Bytes of the field that came by: its first three are `\\x`. */
  #at = 0;
  #high = -1;

  /** @param isBinary by field */
  constructor(isBinary: readonly boolean[]) {
    this.#isBinary = isBinary;
  }

  /** The chunk as it is where no field is binary, else a new one. */
  push(chunk: Uint8Array): Uint8Array {
    if (!this.#isBinary.includes(true)) return chunk;
    const readable = Buffer.allocUnsafe(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (byte === TAB || byte === NEWLINE) {
        this.#column = byte === TAB ? this.#column + 1 : 0;
        this.#at = 0;
        this.#high = -1;
        readable[length++] = byte;
      } else if (!this.#isBinary[this.#column]) readable[length++] = byte;
      else if (++this.#at > 3 && digit[byte] >= 0) {
        if (this.#high < 0) this.#high = digit[byte];
        else {
          const whole = (this.#high << 4) | digit[byte];
          readable[length++] = whole < SPACE || whole === BACKSLASH ? SPACE : whole;
          this.#high = -1;
        }
      }
    }
    return readable.subarray(0, length);
  }
}
