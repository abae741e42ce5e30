import { binaryHeaderLength, binaryTrailerLength } from './binary-rows.js';
import { type CopiedColumn, type CopyFormat, MalformedCopyError } from './copy-format.js';
import { RowBlock } from './row-block.js';

const BLOCK_BYTES = 256 * 1024;
const BLOCK_ROWS = 2048;

/** Two numbers of 64 bits, random and unknown before, so that nobody can have prepared rows that agree. */
export type DigestKeys = readonly [bigint, bigint];

/** Of a multiset of rows: their number, and two sums modulo 2^64. */
export type StoredDigest = readonly [rows: bigint, first: bigint, second: bigint];

/**
 * Adds up a digest of rows of COPY data, chunk by chunk, whatever their order: of some of their fields, as the
 * wire has them. Two streams of one format agree exactly when they hold the same rows as often.
 */
export class DigestedRows {
  readonly #format: CopyFormat;
  readonly #keys: DigestKeys;
  #block: RowBlock;
  /** Fewer bytes than this are not worth a look. */
  #enough = BLOCK_BYTES;
  #headerSeen = false;
  #sums: StoredDigest = [0n, 0n, 0n];

  /**
   * @param columns the fields of a row
   * @param digested names of those that count
   */
  constructor(
    columns: readonly CopiedColumn[],
    digested: ReadonlySet<string>,
    format: CopyFormat,
    keys: DigestKeys,
  ) {
    this.#format = format;
    this.#keys = keys;
    const positions = columns.flatMap(({ name }, position) => (digested.has(name) ? [position] : []));
    const padded = positions.flatMap((position, touched) => (columns[position].type.padded ? [touched] : []));
    this.#block = new RowBlock({
      ...{ format, positions, columns: columns.length, padded: new Set(padded), masked: [] },
      bytes: BLOCK_BYTES * 2,
      rows: BLOCK_ROWS,
    });
  }

  /** @throws MalformedCopyError */
  push(chunk: Uint8Array): void {
    const needed = this.#block.length + chunk.length;
    if (needed > this.#block.shape.bytes) this.#block = this.#block.reshaped({ bytes: needed * 2 });
    this.#block.append(chunk);
    if (this.#block.length >= this.#enough) this.#digestRows();
  }

  /** The digest of all rows. @throws MalformedCopyError when the data ended within a row */
  end(): StoredDigest {
    if (this.#block.length > 0) this.#digestRows();
    const rest = this.#block.content;
    if ((this.#format === 'text' ? 0 : binaryTrailerLength(rest)) !== rest.length)
      throw new MalformedCopyError('it ends within a row');
    return this.#sums;
  }

  #digestRows(): void {
    const isBegun = this.#headerSeen || this.#format === 'text';
    const header = isBegun ? 0 : binaryHeaderLength(this.#block.content);
    if (header < 0) return;
    const end = this.#scan(header);
    // Looking at a row longer than the block again for each chunk would take the square of its length.
    this.#enough = end === 0 ? this.#block.length * 2 : BLOCK_BYTES;
    if (end === 0) return;
    this.#headerSeen = true;
    const [one, other] = this.#block.digest(this.#keys);
    const [rows, first, second] = this.#sums;
    this.#sums = [
      rows + BigInt(this.#block.rows),
      BigInt.asUintN(64, first + one),
      BigInt.asUintN(64, second + other),
    ];
    this.#block.drop(end);
  }

  /** @returns bytes up to the end of the last complete row */
  #scan(from: number): number {
    const end = this.#block.scan(from);
    if (this.#block.rows < this.#block.shape.rows) return end;
    this.#block = this.#block.reshaped({ rows: this.#block.shape.rows * 2 });
    return this.#scan(from);
  }
}
