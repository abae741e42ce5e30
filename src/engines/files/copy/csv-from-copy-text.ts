import { Transform, type TransformCallback } from 'node:stream';
import { unescapeInto } from '../../../domain/scrub/copy-format/text-escapes.js';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;
const CAPITAL_N = 0x4e;
const QUOTE = 0x22;
const COMMA = 0x2c;

/**
 * COPY text as CSV (RFC 4180) with a header: every value quoted, so that an empty text stays apart from NULL,
 * which is an empty field without quotes.
 */
export class CsvFromCopyText extends Transform {
  readonly #columns: number;
  #rest: Buffer = Buffer.alloc(0);
  #scratch = Buffer.alloc(4096);
  rows = 0;

  constructor(names: readonly string[]) {
    super({ highWaterMark: 1024 * 1024 });
    this.#columns = names.length;
    this.push(`${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',')}\n`);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    this.#rest = Buffer.from(bytes.subarray(end));
    done(null, end === 0 ? undefined : this.#convert(bytes, end));
  }

  override _flush(done: TransformCallback): void {
    done(this.#rest.length === 0 ? null : new Error('the last row was cut off'));
  }

  /** At most every byte becomes two quotes, and every field gets two quotes around it. */
  #convert(bytes: Buffer, end: number): Buffer {
    const out = Buffer.allocUnsafe(end * 4);
    let at = 0;
    let start = 0;
    let isEscaped = false;
    for (let i = 0; i < end; i++) {
      const byte = bytes[i];
      if (byte === BACKSLASH) {
        isEscaped = true;
        i++;
        continue;
      }
      if (byte !== TAB && byte !== LINE_FEED) continue;
      at = this.#field(bytes, start, i, isEscaped, out, at);
      out[at++] = byte === TAB ? COMMA : LINE_FEED;
      if (byte === LINE_FEED) this.rows++;
      start = i + 1;
      isEscaped = false;
    }
    return out.subarray(0, at);
  }

  #field(bytes: Buffer, from: number, to: number, isEscaped: boolean, out: Buffer, at: number): number {
    if (this.#columns === 0) return at;
    if (!isEscaped) return quoted(bytes, from, to, out, at);
    if (to - from === 2 && bytes[from + 1] === CAPITAL_N) return at;
    if (this.#scratch.length < to - from) this.#scratch = Buffer.alloc(2 * (to - from));
    const length = unescapeInto(this.#scratch, 0, bytes, from, to);
    return quoted(this.#scratch, 0, length, out, at);
  }
}

function quoted(bytes: Buffer, from: number, to: number, out: Buffer, at: number): number {
  out[at++] = QUOTE;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) out[at++] = QUOTE;
    out[at++] = byte;
  }
  out[at++] = QUOTE;
  return at;
}
