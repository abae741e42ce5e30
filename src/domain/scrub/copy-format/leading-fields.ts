const TAB = 0x09;
const NEWLINE = 0x0a;

/** Takes the last fields off every row of COPY data in text format: what was read for masks alone. */
export class LeadingFields {
  readonly #dropped: number;
  #rest = Buffer.alloc(0);

  /** @param dropped fields at the end of each row */
  constructor(dropped: number) {
    this.#dropped = dropped;
  }

  /** The rows that are complete, shortened; a cut one waits for the next chunk. */
  push(chunk: Uint8Array): Buffer | undefined {
    const bytes = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    let to = 0;
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      let cut = end;
      for (let i = 0; i < this.#dropped; i++) cut = bytes.lastIndexOf(TAB, cut - 1);
      bytes.copyWithin(to, from, cut);
      to += cut - from;
      bytes[to++] = NEWLINE;
      from = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
    return to > 0 ? bytes.subarray(0, to) : undefined;
  }
}
