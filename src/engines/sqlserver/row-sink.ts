import { Writable } from 'node:stream';
import { CopyTextReader } from './copy-text.js';
import { DatabaseError } from './driver-errors.js';

/**
 * Takes COPY text and gives its rows to whoever iterates, at that reader's pace: a chunk counts as
 * written only when its last row was taken, so that its memory may be used again.
 */
export class RowSink extends Writable {
  readonly #reader: CopyTextReader;
  #chunk: { readonly bytes: Buffer; readonly taken: (error?: Error) => void } | undefined;
  #wake: () => void = () => undefined;
  #ended = false;

  constructor(columns: number) {
    super({ highWaterMark: 1024 * 1024 });
    this.#reader = new CopyTextReader(columns);
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

  /** @throws what the writer broke off with, so that a bulk load is given up and not completed */
  async *rows(): AsyncGenerator<readonly (string | null)[]> {
    for (;;) {
      const chunk = this.#chunk;
      if (chunk) {
        this.#chunk = undefined;
        yield* this.#reader.push(chunk.bytes);
        chunk.taken();
        continue;
      }
      if (this.#ended) break;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.errored) throw this.errored;
    if (!this.writableEnded || !this.#reader.isComplete)
      throw new DatabaseError('loading rows: given up', 'run it again', undefined);
  }
}
