import { binaryRows } from './binary-rows.js';
import {
  MalformedCopyError,
  type CopiedColumn,
  type CopyFormat,
  type FieldMask,
  type MaskedColumnCounts,
} from './copy-format.js';
import { CountingPassage } from './counting-passage.js';
import { MaskedColumns } from './masked-columns.js';
import { RowFields, type RowFormat } from './row-fields.js';
import { textRows } from './text-rows.js';
import { Weaver } from './weaver.js';

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
const BLOCK_BYTES = 256 * 1024;

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

class BlockMasker implements RowMasker {
  rows = 0;
  readonly #format: RowFormat;
  readonly #fields: RowFields;
  readonly #columns: MaskedColumns;
  readonly #weaver: Weaver;
  readonly #blockBytes: number;
  #block: Buffer;
  #length = 0;
  /** Fewer bytes than this are not worth a look. */
  #enough: number;
  #headerSeen = false;

  constructor({ columns, masks, format, blockBytes = BLOCK_BYTES }: RowMaskerOptions) {
    this.#format = format === 'text' ? textRows : binaryRows(columns.length);
    this.#columns = new MaskedColumns(columns, masks, format);
    this.#fields = new RowFields(this.#columns.positions);
    this.#weaver = new Weaver(format, this.#columns.maskedIndexes);
    this.#blockBytes = blockBytes;
    this.#enough = blockBytes;
    this.#block = Buffer.allocUnsafeSlow(blockBytes * 2);
  }

  get counts(): readonly MaskedColumnCounts[] {
    return this.#columns.counts;
  }

  push(chunk: Buffer): Buffer | undefined {
    this.#gather(chunk);
    return this.#length < this.#enough ? undefined : this.#maskRows();
  }

  end(): Buffer | undefined {
    const masked = this.#length > 0 ? this.#maskRows() : undefined;
    const trailer = this.#format.trailerLength(this.#block, this.#length);
    if (trailer !== this.#length) throw new MalformedCopyError('it ends within a row');
    if (trailer === 0) return masked;
    const rest = this.#block.subarray(0, trailer);
    return masked ? Buffer.concat([masked, rest]) : rest;
  }

  #gather(chunk: Buffer): void {
    // One byte more, for the text scanner's sentinel.
    const needed = this.#length + chunk.length + 1;
    if (needed > this.#block.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.ceil(this.#block.length * 1.5)));
      this.#block.copy(grown, 0, 0, this.#length);
      this.#block = grown;
    }
    chunk.copy(this.#block, this.#length);
    this.#length += chunk.length;
  }

  #maskRows(): Buffer | undefined {
    const block = this.#block;
    const header = this.#headerSeen ? 0 : this.#format.headerLength(block, this.#length);
    if (header < 0) return undefined;
    this.#fields.rows = 0;
    const end = this.#format.scan(block, header, this.#length, this.#fields);
    if (end === 0) {
      // A row longer than the block: looking again for each chunk would take the square of its length.
      this.#enough = this.#length * 2;
      return undefined;
    }
    this.#headerSeen = true;
    this.rows += this.#fields.rows;
    const values = this.#columns.mask(block, this.#fields);
    const output = this.#weaver.weave(block, end, this.#fields, values);
    this.#keepRest(end);
    return output;
  }

  /** Moves the cut row to the front; room that a long row took is given back. */
  #keepRest(from: number): void {
    const left = this.#length - from;
    const usual = this.#blockBytes * 2;
    if (this.#block.length > usual * 2 && left < this.#blockBytes) {
      const smaller = Buffer.allocUnsafeSlow(usual);
      this.#block.copy(smaller, 0, from, this.#length);
      this.#block = smaller;
      this.#weaver.shrink();
      this.#columns.shrink();
    } else {
      this.#block.copyWithin(0, from, this.#length);
    }
    this.#length = left;
    this.#enough = Math.max(this.#blockBytes, left * 2);
  }
}
