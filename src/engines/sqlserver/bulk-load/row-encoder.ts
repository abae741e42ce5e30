import { NULL_VALUE } from '../../../domain/masking/value-batch.js';
import { RowBlock } from '../../../domain/scrub/copy-format/row-block.js';
import { hasEscape, unescapeInto } from '../../../domain/scrub/copy-format/text-escapes.js';
import { type FieldEncoder, roomFor } from './field-encoder.js';

const BACKSLASH = 0x5c;

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
  /** Rows that are not taken yet; made anew where one row needs more room. */
  #block: RowBlock;
  #scratch = Buffer.alloc(4096);
  #out: Buffer = Buffer.alloc(0);

  constructor(encoders: readonly FieldEncoder[]) {
    this.#encoders = encoders;
    this.#block = new RowBlock({
      format: 'text',
      columns: encoders.length,
      positions: encoders.map((_, i) => i),
      masked: [],
      bytes: PIECE_BYTES,
      // Of fields that are all empty, each with the byte behind it.
      rows: Math.ceil(PIECE_BYTES / encoders.length),
    });
  }

  /**
   * The rows that are complete with this chunk, some at a time, each time without the byte that begins the
   * first. The chunk may be used again when all were taken.
   * @throws UnloadableValueError
   */
  *push(chunk: Buffer): Generator<Buffer> {
    for (let from = 0; from < chunk.length;) {
      const { length, shape } = this.#block;
      if (length === shape.bytes) this.#block = this.#block.reshaped({ bytes: 2 * shape.bytes });
      const to = from + this.#block.shape.bytes - length;
      this.#block.append(chunk.subarray(from, to));
      from = to;
      const end = this.#block.scan(0);
      if (end === 0) continue;
      yield this.#encode(end);
      this.#block.drop(end);
    }
  }

  /** True when nothing is left of a row that was cut off. */
  get isComplete(): boolean {
    return this.#block.length === 0;
  }

  /** The complete rows that were found, which end behind `length` bytes. */
  #encode(length: number): Buffer {
    const encoders = this.#encoders;
    const { bytes, start, rows } = this.#block;
    const fields = encoders.map((_, column) => this.#block.values(column));
    const mayHaveEscapes = bytes.subarray(start, start + length).includes(BACKSLASH);
    this.#out = Buffer.allocUnsafe(roomFor(length));
    let at = 0;
    for (let row = 0; row < rows; row++) {
      if (row > 0) this.#out[at++] = ROW;
      for (let column = 0; column < encoders.length; column++) {
        const { starts, ends } = fields[column];
        const from = starts[row];
        if (from === NULL_VALUE) {
          const { nothing } = encoders[column];
          this.#makeRoom(at, nothing.length);
          at += nothing.copy(this.#out, at);
          continue;
        }
        const to = ends[row];
        this.#makeRoom(at, roomFor(to - from));
        at =
          mayHaveEscapes && hasEscape(bytes, from, to)
            ? this.#unescaped(encoders[column], bytes, from, to, at)
            : encoders[column].encode(bytes, from, to, this.#out, at);
      }
    }
    return this.#out.subarray(0, at);
  }

  #unescaped(encoder: FieldEncoder, bytes: Buffer, from: number, to: number, at: number): number {
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
