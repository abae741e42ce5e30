import { binaryHeaderLength, binaryTrailerLength } from './binary-rows.js';
import {
  MalformedCopyError,
  type CopiedColumn,
  type CopyFormat,
  type FieldMask,
  type MaskedColumnCounts,
} from './copy-format.js';
import { CountingPassage } from './counting-passage.js';
import { MaskedColumns } from './masked-columns.js';
import { RowBlock } from './row-block.js';

/** What masks the rows of one table's COPY data, chunk by chunk. */
export interface RowMasker {
  /** Complete rows that have come through. */
  readonly rows: number;
  /** A count for each mask, in their order. */
  readonly counts: readonly MaskedColumnCounts[];
  /**
   * Takes the next bytes, cut anywhere.
   * @returns what is ready to go on: bytes that the next `push` or `end` overwrites, or undefined
   * @throws MalformedCopyError, UnencodableValueError
   */
  push(chunk: Buffer): Buffer | undefined;
  /**
   * Takes the end of the data and gives the rest; the same holds for its bytes.
   * @throws MalformedCopyError when the data ended within a row
   */
  end(): Buffer | undefined;
}

export interface RowMaskerOptions {
  /** In the order of the fields. */
  readonly columns: readonly CopiedColumn[];
  /** At most one a column. */
  readonly masks: readonly FieldMask[];
  /** `binary` only where every touched column has a codec (`canMaskInBinary`). */
  readonly format: CopyFormat;
  /** Bytes that are gathered and masked together. */
  readonly blockBytes?: number;
}

/**
 * Enough rows for batches that make the cost of a call vanish, few enough that block, fields and output
 * stay in a core's second-level cache (measured by bench/scrub: 128 kB to 512 kB are equal).
 */
const BLOCK_BYTES = 512 * 1024;

/**
 * A masker for one table. Memory is a few times the block's size, whatever the table's: only a row longer
 * than a block makes the buffers grow, and they shrink again behind it. Such a row must be held as a
 * whole, since its last field may be masked by its first.
 */
export function createRowMasker(options: RowMaskerOptions): RowMasker {
  return options.masks.length === 0
    ? new CountingPassage(options.format, options.columns.length)
    : new BlockMasker(options);
}

/** Rows that a block has room for at first. */
const BLOCK_ROWS = 2048;

class BlockMasker implements RowMasker {
  rows = 0;
  readonly #format: CopyFormat;
  readonly #columns: MaskedColumns;
  readonly #blockBytes: number;
  #block: RowBlock;
  /** Fewer bytes than this are not worth a look. */
  #enough: number;
  #headerSeen = false;
  /** Whether stand-ins are remembered: not in a table of a block or less, which would be over before. */
  #remembers = false;

  constructor({ columns, masks, format, blockBytes = BLOCK_BYTES }: RowMaskerOptions) {
    this.#format = format;
    this.#columns = new MaskedColumns(columns, masks, format);
    this.#blockBytes = blockBytes;
    this.#enough = blockBytes;
    this.#block = new RowBlock({
      format,
      columns: columns.length,
      positions: this.#columns.positions,
      masked: this.#columns.masked.map(({ touched }) => ({ touched, remembers: false })),
      bytes: blockBytes * 2,
      rows: BLOCK_ROWS,
    });
  }

  get counts(): readonly MaskedColumnCounts[] {
    return this.#columns.counts;
  }

  push(chunk: Buffer): Buffer | undefined {
    const needed = this.#block.length + chunk.length;
    if (needed > this.#block.shape.bytes) {
      const bytes = Math.max(needed, Math.ceil(this.#block.shape.bytes * 1.5));
      this.#block = this.#block.reshaped({ bytes });
    }
    this.#block.append(chunk);
    return this.#block.length < this.#enough ? undefined : this.#maskRows();
  }

  end(): Buffer | undefined {
    const masked = this.#block.length > 0 ? this.#maskRows() : undefined;
    const rest = this.#block.content;
    const trailer = this.#format === 'text' ? 0 : binaryTrailerLength(rest);
    if (trailer !== rest.length) throw new MalformedCopyError('it ends within a row');
    if (trailer === 0) return masked;
    return masked ? Buffer.concat([masked, rest]) : rest;
  }

  #maskRows(): Buffer | undefined {
    const header = this.#headerSeen || this.#format === 'text' ? 0 : binaryHeaderLength(this.#block.content);
    if (header < 0) return undefined;
    const end = this.#scan(header);
    if (end === 0) {
      // A row longer than the block: looking again for each chunk would take the square of its length.
      this.#enough = this.#block.length * 2;
      return undefined;
    }
    this.#headerSeen = true;
    this.rows += this.#block.rows;
    const output = this.#columns.mask(this.#block, end);
    this.#keepRest(end);
    return output;
  }

  /** @returns bytes up to the end of the last complete row */
  #scan(from: number): number {
    const end = this.#block.scan(from);
    if (this.#block.rows < this.#block.shape.rows) return end;
    this.#block = this.#block.reshaped({ rows: this.#block.shape.rows * 2 });
    return this.#scan(from);
  }

  /** Keeps the cut row; room that a long row took is given back. */
  #keepRest(from: number): void {
    const left = this.#block.length - from;
    const usual = this.#blockBytes * 2;
    const isTooLarge = this.#block.shape.bytes > usual * 2 && left < this.#blockBytes;
    this.#block.drop(from);
    if (isTooLarge || !this.#remembers) {
      this.#remembers = true;
      this.#block = this.#block.reshaped({
        masked: this.#columns.masked,
        ...(isTooLarge ? { bytes: usual } : {}),
      });
    }
    if (isTooLarge) this.#columns.shrink();
    this.#enough = Math.max(this.#blockBytes, left * 2);
  }
}
