import type { CopyRowsKernel } from './copy-rows-kernel.js';

/** A power of two; with entries of 64 bytes a column's memory is 2 MB at most. */
const ENTRIES = 32_768;
const ENTRY_BYTES = 64;
/** After so many values it is clear whether a column repeats them. */
const TRIAL = 2 * ENTRIES;
/** Below this share of remembered values, remembering costs more than it saves. */
const WORTHWHILE = 0.3;
const NUMBER = 4;

/**
 * The stand-ins of values that come again: given names, towns, dates of birth. For masks whose stand-in hangs
 * on the value alone. Values and stand-ins are as the wire has them, so that what is remembered is neither
 * decoded nor encoded. A value of more than 24 bytes, or a stand-in of more than 36, is rarely repeated, and
 * is masked each time.
 */
export class StandInMemory {
  /** Bytes of the longest stand-in that is remembered. */
  static readonly longestStandIn = 36;
  /** Areas of the offsets of the values that are not remembered. */
  readonly restStarts: number;
  readonly restEnds: number;
  /** Areas of the offsets of all stand-ins, once they are resolved. */
  readonly starts: number;
  readonly ends: number;
  readonly #kernel: CopyRowsKernel;
  readonly #table: number;
  readonly #found: number;
  readonly #seats: number;
  #missing = 0;
  #seen = 0;
  #remembered = 0;

  /**
   * @param rows of a block at most
   * @param layOut gives memory of the kernel, all zeros
   */
  constructor(kernel: CopyRowsKernel, rows: number, layOut: (bytes: number) => number) {
    this.#kernel = kernel;
    // Each entry in a line of the cache of its own, wherever the area begins.
    this.#table = Math.ceil(layOut((ENTRIES + 1) * ENTRY_BYTES) / ENTRY_BYTES) * ENTRY_BYTES;
    const area = () => layOut(rows * NUMBER);
    this.#found = area();
    this.#seats = area();
    this.restStarts = area();
    this.restEnds = area();
    this.starts = area();
    this.ends = area();
  }

  /** False for a column whose values turned out to be distinct. */
  get isWorthwhile(): boolean {
    return this.#seen < TRIAL || this.#remembered >= this.#seen * WORTHWHILE;
  }

  /** @returns how many of `count` values are not remembered */
  lookUp(starts: number, ends: number, count: number): number {
    const missing = this.#kernel.lookUp(
      this.#table,
      ENTRIES - 1,
      starts,
      ends,
      count,
      this.#found,
      this.restStarts,
      this.restEnds,
      this.#seats,
    );
    this.#missing = missing;
    this.#seen += count;
    this.#remembered += count - missing;
    return missing;
  }

  /** Puts the fresh stand-ins, at `fresh`, between those that are remembered. */
  resolve(count: number, fresh: number, freshStarts: number, freshEnds: number): void {
    this.#kernel.resolve(this.#found, count, fresh, freshStarts, freshEnds, this.starts, this.ends);
  }

  /** Remembers the fresh stand-ins; what was found before may give way to them. */
  keep(fresh: number, freshStarts: number, freshEnds: number): void {
    this.#kernel.keep(
      this.#seats,
      this.restStarts,
      this.restEnds,
      this.#missing,
      fresh,
      freshStarts,
      freshEnds,
    );
  }
}
