import { memoryUpTo } from '../../webassembly-kernel.js';
import type { ValueBatch, ValueBatchWriter } from '../../masking/value-batch.js';
import { wrongFieldCount } from './binary-rows.js';
import type { CopyFormat } from './copy-format.js';
import { copyRowsKernel, type CopyRowsKernel } from './copy-rows-kernel.js';
import { StandInMemory } from './stand-in-memory.js';

/** What a block of rows is laid out for. */
export interface BlockShape {
  readonly format: CopyFormat;
  /** Fields of a row. */
  readonly columns: number;
  /** Positions of the touched columns among them, ascending. */
  readonly positions: readonly number[];
  /** The touched columns that are masked, by their place among the touched ones, ascending. */
  readonly masked: readonly { readonly touched: number; readonly remembers: boolean }[];
  /** The touched columns in whose digest blanks at the end do not count, by their place among them. */
  readonly padded?: ReadonlySet<number>;
  /** Bytes of rows that there is room for. */
  readonly bytes: number;
  /** Rows that there is room for. */
  readonly rows: number;
}

/** The kernel reads and writes sixteen bytes at a time. */
const PADDING = 16;
const NUMBER = 4;
/** Of what the binary format writes before each value. */
const LENGTH_BYTES = 4;
const NUMBERS_A_PLACE = 4;
const NUMBERS_A_WOVEN_COLUMN = 4;

/** Where the kernel finds what replaces one column's values. */
interface FreshValues {
  readonly starts: number;
  readonly ends: number;
  readonly memory: StandInMemory | undefined;
  /** Address of the bytes. */
  at: number;
}

/** Rows of COPY data in the kernel's memory: their fields, what stands in for them, and the rows anew. */
export class RowBlock {
  readonly shape: BlockShape;
  /** All of the kernel's memory: addresses are offsets in it. Another one after `put` and `weave`. */
  bytes: Buffer;
  /** Address of the rows. */
  readonly start: number;
  /** Bytes that are there. */
  length = 0;
  /** Complete rows that were found. */
  rows = 0;
  readonly #kernel: CopyRowsKernel;
  readonly #positions: number;
  readonly #padded: number;
  readonly #places: number;
  readonly #woven: number;
  readonly #fresh: readonly FreshValues[];
  /** Where fresh values may go, and behind them the rows anew. */
  readonly #scratch: number;
  #free: number;
  #end: number;
  /** Views of the memory as it was last looked at, by address. */
  readonly #views = new Map<number, Int32Array>();
  #viewed: ArrayBuffer | undefined;

  constructor(shape: BlockShape) {
    this.shape = shape;
    const kernel = copyRowsKernel();
    this.#kernel = kernel;
    this.#end = kernel.heap();
    const { positions, masked, rows } = shape;
    this.#positions = this.#layOut((positions.length + 1) * NUMBER);
    this.#padded = this.#layOut(positions.length);
    this.#places = this.#layOut(positions.length * NUMBERS_A_PLACE * rows * NUMBER);
    this.#woven = this.#layOut(masked.length * NUMBERS_A_WOVEN_COLUMN * NUMBER);
    this.#fresh = masked.map(({ remembers }) => ({
      starts: this.#layOut(rows * NUMBER),
      ends: this.#layOut(rows * NUMBER),
      memory: remembers ? new StandInMemory(kernel, rows, (bytes) => this.#layOut(bytes)) : undefined,
      at: 0,
    }));
    this.start = this.#layOut(shape.bytes + PADDING);
    this.#scratch = this.#end;
    this.#free = this.#end;
    this.bytes = this.#reserve(this.#end);
    const wanted = new Uint32Array(kernel.memory.buffer, this.#positions, positions.length + 1);
    wanted.set(positions);
    // No field's: a row that has too many must not be noted as one of them.
    wanted[positions.length] = 0xffff_ffff;
    for (const touched of shape.padded ?? []) this.bytes[this.#padded + touched] = 1;
  }

  /** The bytes that are there; memory that moves when bytes are put or rows woven. */
  get content(): Buffer {
    return this.bytes.subarray(this.start, this.start + this.length);
  }

  /** Takes bytes behind those that are there; there must be room. */
  append(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.start + this.length);
    this.length += bytes.length;
  }

  /**
   * Finds the complete rows behind the first `from` bytes, of at most `shape.rows`.
   * @returns bytes up to the end of the last of them
   * @throws MalformedCopyError
   */
  scan(from: number): number {
    const { format, columns, rows } = this.shape;
    const kernel = this.#kernel;
    const begin = this.start + from;
    const end = this.start + this.length;
    const scan = format === 'text' ? kernel.scanText : kernel.scanBinary;
    const behind = scan(begin, end, columns, this.#positions, this.#places, rows) >>> 0;
    if (kernel.malformed()) throw wrongFieldCount();
    this.rows = kernel.rows();
    this.#free = this.#scratch;
    return behind - this.start;
  }

  /** The fields of a touched column as the wire has them, until bytes are put or rows woven. */
  values(touched: number): ValueBatch {
    const starts = this.#places + (touched * NUMBERS_A_PLACE + 2) * this.shape.rows * NUMBER;
    return {
      count: this.rows,
      bytes: this.bytes,
      starts: this.#numbers(starts),
      ends: this.#numbers(starts + this.shape.rows * NUMBER),
    };
  }

  /** Of the masked column at `index`; undefined where it has none. */
  memory(index: number): StandInMemory | undefined {
    return this.#fresh[index].memory;
  }

  /** Those values of the masked column at `index` whose stand-ins are not remembered. */
  unknownValues(index: number, memory: StandInMemory): ValueBatch {
    const { touched } = this.shape.masked[index];
    const starts = this.#places + (touched * NUMBERS_A_PLACE + 2) * this.shape.rows * NUMBER;
    const missing = memory.lookUp(starts, starts + this.shape.rows * NUMBER, this.rows);
    return {
      count: missing,
      bytes: this.bytes,
      starts: this.#numbers(memory.restStarts),
      ends: this.#numbers(memory.restEnds),
    };
  }

  /** Takes what replaces the values of the masked column at `index`, or those that are not remembered. */
  put(index: number, values: ValueBatchWriter): void {
    const fresh = this.#fresh[index];
    fresh.at = this.#free;
    this.#free = aligned(this.#free + values.position + PADDING);
    this.bytes = this.#reserve(this.#free);
    this.bytes.set(values.bytes.subarray(0, values.position), fresh.at);
    const starts = this.#numbers(fresh.starts);
    const ends = this.#numbers(fresh.ends);
    for (let i = 0; i < values.count; i++) {
      starts[i] = values.starts[i];
      ends[i] = values.ends[i];
    }
  }

  /**
   * The first `to` bytes with what was put in place of the masked columns' values.
   * @param remembering by masked column: whether its memory was asked
   * @returns bytes that the next call overwrites
   */
  weave(to: number, remembering: readonly boolean[]): Buffer {
    const { masked, rows: capacity, format } = this.shape;
    const kernel = this.#kernel;
    const woven = new Uint32Array(kernel.memory.buffer, this.#woven, masked.length * NUMBERS_A_WOVEN_COLUMN);
    let room = to + this.rows * masked.length * LENGTH_BYTES + PADDING;
    this.#fresh.forEach(({ at, starts, ends, memory }, index) => {
      const { touched } = masked[index];
      const base = index * NUMBERS_A_WOVEN_COLUMN;
      if (memory && remembering[index]) {
        memory.resolve(this.rows, at, starts, ends);
        woven.set([touched, 0, memory.starts, memory.ends], base);
        room += this.rows * StandInMemory.longestStandIn;
      } else woven.set([touched, at, starts, ends], base);
    });
    const output = this.#free;
    this.bytes = this.#reserve(output + (output - this.#scratch) + room);
    const isText = format === 'text' ? 1 : 0;
    const end = kernel.weave(
      this.start,
      this.start + to,
      this.rows,
      this.#places,
      capacity,
      this.#woven,
      masked.length,
      isText,
      output,
    );
    this.#fresh.forEach(({ at, starts, ends, memory }, index) => {
      if (memory && remembering[index]) memory.keep(at, starts, ends);
    });
    return this.bytes.subarray(output, end >>> 0);
  }

  /** Sums, modulo 2^64, of two keyed hashes of each row's touched fields. */
  digest([one, other]: readonly [bigint, bigint]): readonly [bigint, bigint] {
    const { rows: capacity, positions } = this.shape;
    const kernel = this.#kernel;
    kernel.digest(this.#places, capacity, this.rows, positions.length, this.#padded, one, other);
    return [kernel.digestUnderFirstKey(), kernel.digestUnderSecondKey()];
  }

  /** Forgets the first `bytes`. */
  drop(bytes: number): void {
    this.bytes.copyWithin(this.start, this.start + bytes, this.start + this.length);
    this.length -= bytes;
    this.rows = 0;
  }

  /** The same rows in a block of another shape. */
  reshaped(shape: Partial<BlockShape>): RowBlock {
    const block = new RowBlock({ ...this.shape, ...shape });
    block.append(this.content);
    return block;
  }

  #layOut(bytes: number): number {
    const at = this.#end;
    this.#end = aligned(at + bytes);
    return at;
  }

  #reserve(end: number): Buffer {
    return memoryUpTo(this.#kernel, end, this.bytes);
  }

  /** The area of a number a row at `at`; kept, since a view for each look would be much garbage. */
  #numbers(at: number): Int32Array {
    const { buffer } = this.#kernel.memory;
    if (this.#viewed !== buffer) {
      this.#viewed = buffer;
      this.#views.clear();
    }
    let view = this.#views.get(at);
    if (view === undefined) {
      view = new Int32Array(buffer, at, this.shape.rows);
      this.#views.set(at, view);
    }
    return view;
  }
}

function aligned(address: number): number {
  return Math.ceil(address / 16) * 16;
}
