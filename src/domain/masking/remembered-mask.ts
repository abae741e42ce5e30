import type { BatchMask } from './technique.js';
import { NULL_VALUE, ValueBatchWriter, type ValueBatch } from './value-batch.js';

/** Values longer than this are rarely repeated, and are masked each time. */
const LONGEST_ORIGINAL = 32;
const LONGEST_STAND_IN = 48;
/** A power of two; with the lengths above a column's memory is 1.4 MB. */
const SLOTS = 16_384;
/** After so many values it is clear whether a column repeats them. */
const TRIAL = 2 * SLOTS;
/** Below this share of remembered values, remembering costs more than it saves. */
const WORTHWHILE = 0.3;

const NOT_REMEMBERED = -1;

/**
 * The same mask, which keeps the stand-ins of values that come again: given names, towns, dates of birth.
 * For masks whose stand-in hangs on the value alone. A column whose values turn out to be distinct is masked
 * without it from then on, and what was kept of it is let go.
 */
export function rememberedMask(mask: BatchMask): BatchMask {
  let memory: StandInMemory | undefined = new StandInMemory();
  return (input, output, companions) => {
    if (!memory) {
      mask(input, output, companions);
      return;
    }
    memory.mask(input, output, (rest, fresh) => mask(rest, fresh, companions));
    if (!memory.isWorthwhile()) memory = undefined;
  };
}

/** A direct-mapped cache: a value has one place, and takes it from whichever value was there. */
class StandInMemory {
  readonly #originals = new Uint8Array(SLOTS * LONGEST_ORIGINAL);
  readonly #standIns = new Uint8Array(SLOTS * LONGEST_STAND_IN);
  /** Length of each slot's original, plus one; 0 where the slot is empty. */
  readonly #originalLengths = new Uint8Array(SLOTS);
  readonly #standInLengths = new Uint8Array(SLOTS);
  readonly #fresh = new ValueBatchWriter();
  /** For each value of the batch the slot that holds it, or NOT_REMEMBERED. */
  #found = new Int32Array(0);
  /** For each value of the batch that is not remembered the slot it takes. */
  #places = new Int32Array(0);
  #restStarts = new Int32Array(0);
  #restEnds = new Int32Array(0);
  #seen = 0;
  #remembered = 0;

  isWorthwhile(): boolean {
    return this.#seen < TRIAL || this.#remembered >= this.#seen * WORTHWHILE;
  }

  mask(
    input: ValueBatch,
    output: ValueBatchWriter,
    maskRest: (rest: ValueBatch, fresh: ValueBatchWriter) => void,
  ): void {
    const rest = this.#lookUp(input);
    this.#fresh.clear();
    if (rest.count > 0) maskRest(rest, this.#fresh);
    this.#write(input.count, output);
    // Only now: what is kept may take the place of what this batch had to read.
    for (let i = 0; i < rest.count; i++) this.#keep(rest, i);
    this.#seen += input.count;
    this.#remembered += input.count - rest.count;
  }

  /** @returns the values that are not remembered, where they lie */
  #lookUp({ count, bytes, starts, ends }: ValueBatch): ValueBatch {
    this.#reserve(count);
    const found = this.#found;
    let missing = 0;
    for (let i = 0; i < count; i++) {
      const start = starts[i];
      const slot = start === NULL_VALUE ? 0 : slotOf(bytes, start, ends[i]);
      if (start !== NULL_VALUE && this.#holds(slot, bytes, start, ends[i])) {
        found[i] = slot;
        continue;
      }
      found[i] = NOT_REMEMBERED;
      this.#places[missing] = slot;
      this.#restStarts[missing] = start;
      this.#restEnds[missing] = ends[i];
      missing++;
    }
    return { count: missing, bytes, starts: this.#restStarts, ends: this.#restEnds };
  }

  #holds(slot: number, bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (this.#originalLengths[slot] !== length + 1) return false;
    const originals = this.#originals;
    const at = slot * LONGEST_ORIGINAL;
    for (let i = 0; i < length; i++) if (originals[at + i] !== bytes[start + i]) return false;
    return true;
  }

  #write(count: number, output: ValueBatchWriter): void {
    const found = this.#found;
    const fresh = this.#fresh;
    let next = 0;
    for (let i = 0; i < count; i++) {
      const slot = found[i];
      if (slot !== NOT_REMEMBERED) {
        const at = slot * LONGEST_STAND_IN;
        output.append(this.#standIns, at, at + this.#standInLengths[slot]);
        continue;
      }
      if (fresh.starts[next] === NULL_VALUE) output.appendNull();
      else output.append(fresh.bytes, fresh.starts[next], fresh.ends[next]);
      next++;
    }
  }

  #keep({ bytes, starts, ends }: ValueBatch, index: number): void {
    const start = starts[index];
    const fresh = this.#fresh;
    const standIn = fresh.starts[index];
    if (start === NULL_VALUE || standIn === NULL_VALUE) return;
    const length = ends[index] - start;
    const standInLength = fresh.ends[index] - standIn;
    if (length > LONGEST_ORIGINAL || standInLength > LONGEST_STAND_IN) return;
    const slot = this.#places[index];
    copy(bytes, start, length, this.#originals, slot * LONGEST_ORIGINAL);
    copy(fresh.bytes, standIn, standInLength, this.#standIns, slot * LONGEST_STAND_IN);
    this.#originalLengths[slot] = length + 1;
    this.#standInLengths[slot] = standInLength;
  }

  #reserve(count: number): void {
    if (this.#found.length >= count) return;
    this.#found = new Int32Array(count);
    this.#places = new Int32Array(count);
    this.#restStarts = new Int32Array(count);
    this.#restEnds = new Int32Array(count);
  }
}

/** FNV-1a, with a last mixing so that values that differ in their last byte do not lie side by side. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  hash ^= hash >>> 15;
  return hash & (SLOTS - 1);
}

function copy(source: Uint8Array, from: number, length: number, target: Uint8Array, at: number): void {
  for (let i = 0; i < length; i++) target[at + i] = source[from + i];
}
