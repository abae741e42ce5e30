import { readTypeOf, type WireType } from './wire-types.js';
import { ByteCursor, OutOfBytes } from './byte-cursor.js';

/**
 * Reads the rows of a bulk load as they come (MS-TDS 2.2.6.1: COLMETADATA, then ROW tokens, then DONE), of
 * the types that Scrubjay loads. Rows are counted; their values come as text, or null, where somebody asks.
 */
export class BulkRows {
  readonly #onRow: ((row: readonly (string | null)[]) => void) | undefined;
  #pending: Buffer = Buffer.alloc(0);
  #columns: readonly WireType[] | undefined;
  count = 0;

  constructor(onRow?: (row: readonly (string | null)[]) => void) {
    this.#onRow = onRow;
  }

  push(bytes: Buffer): void {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const cursor = new ByteCursor(this.#pending);
    let complete = 0;
    try {
      if (!this.#columns) {
        this.#columns = readColumns(cursor);
        complete = cursor.at;
      }
      while (cursor.left > 0 && cursor.byte() === 0xd1) {
        this.#row(cursor, this.#columns);
        complete = cursor.at;
      }
    } catch (error) {
      if (!(error instanceof OutOfBytes)) throw error;
    }
    this.#pending = Buffer.from(this.#pending.subarray(complete));
  }

  #row(cursor: ByteCursor, columns: readonly WireType[]): void {
    if (this.#onRow) {
      const row = columns.map(({ take, text }) => {
        const bytes = take(cursor);
        return bytes === null ? null : text(bytes);
      });
      this.#onRow(row);
    } else {
      for (const { skip } of columns) skip(cursor);
    }
    this.count++;
  }
}

function readColumns(cursor: ByteCursor): WireType[] {
  if (cursor.byte() !== 0x81) throw new Error('a bulk load begins with COLMETADATA');
  const count = cursor.take(2).readUInt16LE();
  return Array.from({ length: count }, () => {
    cursor.take(6);
    const type = readTypeOf(cursor);
    cursor.take(2 * cursor.byte());
    return type;
  });
}
