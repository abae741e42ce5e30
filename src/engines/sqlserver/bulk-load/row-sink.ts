import { Writable } from 'node:stream';
import type { Column } from '../../../domain/catalog/catalog.js';
import { DatabaseError } from '../driver-errors.js';
import { bulkColumnOf } from './bulk-columns.js';
import { RowEncoder } from './row-encoder.js';

/**
 * Takes COPY text and gives its rows, as a bulk load has them, to whoever iterates, at that reader's pace:
 * a chunk counts as written only when its rows were taken.
 */
export class RowSink extends Writable {
  readonly #encoder: RowEncoder;
  #chunk: { readonly bytes: Buffer; readonly taken: (error?: Error) => void } | undefined;
  #wake: () => void = () => undefined;
  #ended = false;

  constructor(columns: readonly Column[], isForBabelfish: boolean) {
    super({ highWaterMark: 1024 * 1024 });
    this.#encoder = new RowEncoder(columns.map(({ type }) => bulkColumnOf(type, isForBabelfish).encoder));
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, taken: (error?: Error | null) => void): void {
    this.#chunk = { bytes, taken };
    this.#wake();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#ended = true;
    this.#wake();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#ended = true;
    this.#wake();
    done(error);
  }

  /**
   * Many rows at a time, without the byte that begins the first of them.
   * @throws what the writer broke off with, so that a bulk load is given up and not completed
   */
  async *encodedRows(): AsyncGenerator<Buffer> {
    for (;;) {
      const chunk = this.#chunk;
      if (chunk) {
        this.#chunk = undefined;
        yield* this.#encoder.push(chunk.bytes);
        chunk.taken();
        continue;
      }
      if (this.#ended) break;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.errored) throw this.errored;
    if (!this.writableEnded || !this.#encoder.isComplete)
      throw new DatabaseError('loading rows: given up', 'run it again', undefined);
  }
}
