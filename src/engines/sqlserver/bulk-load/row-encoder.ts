import { unescapeInto } from '../../../domain/scrub/copy-format/text-escapes.js';
import { type FieldEncoder, roomFor } from './field-encoder.js';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;
const CAPITAL_N = 0x4e;

/** Begins a row on the wire: MS-TDS 2.2.7.19. */
const ROW = 0xd1;

/**
 * COPY text that becomes one piece. The driver keeps pieces in several places on their way to the socket, and
 * holds back between two of them only: with blocks of half a megabyte a copy took 100 MiB more.
 */
const PIECE_BYTES = 32 * 1024;

/**
 * Turns COPY text into the rows of a bulk load, bytes to bytes: no string and no object is made of a
 * field. Chunks may end anywhere.
 */
export class RowEncoder {
  readonly #encoders: readonly FieldEncoder[];
  #rest: Buffer = Buffer.alloc(0);
  #scratch = Buffer.alloc(4096);
  #out: Buffer = Buffer.alloc(0);

  constructor(encoders: readonly FieldEncoder[]) {
    this.#encoders = encoders;
  }

  /**
   * The rows that are complete with this chunk, some at a time, each time without the byte that begins the
   * first. The chunk may be used again when all were taken.
   * @throws UnloadableValueError
   */
  *push(chunk: Buffer): Generator<Buffer> {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    this.#rest = Buffer.from(bytes.subarray(end));
    for (let from = 0; from < end;) {
      const to = endOfPiece(bytes, from, end);
      yield this.#encode(bytes, from, to);
      from = to;
    }
  }

  /** True when nothing is left of a row that was cut off. */
  get isComplete(): boolean {
    return this.#rest.length === 0;
  }

  #encode(bytes: Buffer, from: number, end: number): Buffer {
    const encoders = this.#encoders;
    const last = encoders.length - 1;
    this.#out = Buffer.allocUnsafe(roomFor(end - from));
    let at = 0;
    let column = 0;
    let start = from;
    let isEscaped = false;
    for (let i = from; i < end; i++) {
      const byte = bytes[i];
      if (byte === BACKSLASH) {
        isEscaped = true;
        i++;
        continue;
      }
      if (byte !== TAB && byte !== LINE_FEED) continue;
      if ((byte === LINE_FEED) !== (column === last)) throw new Error('a row has another number of fields');
      at = this.#field(encoders[column], bytes, start, i, at, isEscaped);
      start = i + 1;
      isEscaped = false;
      if (byte === TAB) column++;
      else {
        column = 0;
        if (start < end) this.#out[at++] = ROW;
      }
    }
    return this.#out.subarray(0, at);
  }

  #field(
    encoder: FieldEncoder,
    bytes: Buffer,
    from: number,
    to: number,
    at: number,
    isEscaped: boolean,
  ): number {
    this.#makeRoom(at, roomFor(to - from));
    if (!isEscaped) return encoder.encode(bytes, from, to, this.#out, at);
    if (to - from === 2 && bytes[from + 1] === CAPITAL_N) return at + encoder.nothing.copy(this.#out, at);
    if (this.#scratch.length < to - from) this.#scratch = Buffer.alloc(2 * (to - from));
    const length = unescapeInto(this.#scratch, 0, bytes, from, to);
    return encoder.encode(this.#scratch, 0, length, this.#out, at);
  }

  /** One byte more than the field takes: the next row may begin behind it. */
  #makeRoom(at: number, length: number): void {
    if (this.#out.length - at > length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#out.length * 2, at + length + 1));
    this.#out.copy(grown, 0, 0, at);
    this.#out = grown;
  }
}

/** Behind the last row that ends within a piece from `from` on, or behind the first one where none does. */
function endOfPiece(bytes: Buffer, from: number, end: number): number {
  if (end - from <= PIECE_BYTES) return end;
  const last = bytes.lastIndexOf(LINE_FEED, from + PIECE_BYTES - 1);
  return (last >= from ? last : bytes.indexOf(LINE_FEED, from + PIECE_BYTES)) + 1;
}
