import { DIGIT_0, isAlphanumeric, isControl, isDigit, upperCase } from '../bytes/ascii.js';
import { LIMB, type KeyedCycles, type WideNumbers } from '../keyed-cycles.js';
import { NULL_VALUE, type ValueBatch } from '../value-batch.js';
import { numberAt } from './check-characters.js';
import { DigitLayouts, type DigitLayout } from './digit-layout.js';
import type { IdentifierScheme } from './scheme.js';

const UPPER_A = 0x41;
/** Longer identifiers hold enough to be digested instead. */
const LONGEST = 64;
/** Radices of two digits that tell a month or a day. */
const MONTHS = 12;
const DAYS = 31;
/** A kept prefix may leave no identifier that the issuer gives out; then the last one stands. */
const MOST_DRAWS = 5000;

export interface IdentifierRules {
  readonly scheme: IdentifierScheme;
  /** Characters at the start that stay. */
  readonly keeps: number;
  /** Largest number that the column's type holds, as digits; absent for texts. */
  readonly largest?: Uint8Array;
}

/** What became of a value: permuted, all of it being digits; permuted; of no shape that could be. */
export const PERMUTED_DIGITS = 1;
export const PERMUTED = 2;
export const ODD = 3;

/**
 * Stand-ins for batches of identifiers: after `permute`, the letters and digits of value `i`, in upper case,
 * are `characters[starts[i] … starts[i] + lengths[i])` where `outcomes[i]` says that it is permuted. What one batch
 * left is overwritten by the next.
 *
 * A number that does not begin with 0 keeps that, and one that does keeps its leading 0, so that
 * integers and texts of the same identifier agree and nothing gets shorter.
 */
export class IdentifierPermutation {
  outcomes = new Uint8Array(0);
  starts = new Int32Array(0);
  lengths = new Uint8Array(0);
  characters = new Uint8Array(0);

  readonly #rules: IdentifierRules;
  readonly #cycles: KeyedCycles;
  #fits = new Uint8Array(0);
  /** Per character: how many values it may take; 1 when it stays. Not of numbers that have a layout. */
  #radices = new Uint8Array(0);
  #ranks = wideNumbers(0);
  #sizes = wideNumbers(0);
  readonly #own = new OwnCharacters();
  readonly #layouts: DigitLayouts;
  /** Of each value that is a number of digits alone. */
  #layoutOf: (DigitLayout | undefined)[] = [];

  constructor(rules: IdentifierRules, cycles: KeyedCycles) {
    this.#rules = rules;
    this.#cycles = cycles;
    this.#layouts = new DigitLayouts(rules);
  }

  permute({ bytes, starts, ends, count }: ValueBatch): void {
    this.#reserve(count, roomFor(starts, ends, count));
    let at = 0;
    for (let i = 0; i < count; i++) {
      this.starts[i] = at;
      this.outcomes[i] = 0;
      if (starts[i] === NULL_VALUE || starts[i] === ends[i]) continue;
      at += this.#read(i, at, bytes, starts[i], ends[i]);
    }
    this.#permute(count);
  }

  #reserve(count: number, room: number): void {
    if (this.outcomes.length < count) {
      this.outcomes = new Uint8Array(count);
      this.starts = new Int32Array(count);
      this.lengths = new Uint8Array(count);
      this.#fits = new Uint8Array(count);
      this.#layoutOf = new Array<DigitLayout | undefined>(count).fill(undefined);
      this.#ranks = wideNumbers(count);
      this.#sizes = wideNumbers(count);
    }
    if (this.characters.length < room) {
      this.characters = new Uint8Array(room);
      this.#radices = new Uint8Array(room);
    }
  }

  /** Takes the letters and digits of a value; returns how many there are. */
  #read(index: number, at: number, bytes: Uint8Array, from: number, to: number): number {
    const isPlain = this.#takeDigits(at, bytes, from, to);
    const length = isPlain ? to - from : this.#takeCharacters(at, bytes, from, to);
    if (length === 0) return this.#odd(index);
    const own = this.#own.of(this.characters, at, length);
    const fits = this.#rules.scheme.fits(own, length) && this.#hasDate(own);
    const hasLetters = !isPlain && own.some((character) => !isDigit(character));
    const layout = hasLetters ? undefined : this.#layouts.of(length, own[0] === DIGIT_0, fits);
    this.#layoutOf[index] = layout;
    const isMovable = layout !== undefined || this.#findRadices(at, own, fits);
    if (!isMovable && !(fits && this.#findRadices(at, own, false))) return this.#odd(index);
    this.#fits[index] = fits && isMovable ? 1 : 0;
    this.outcomes[index] = isPlain ? PERMUTED_DIGITS : PERMUTED;
    this.lengths[index] = length;
    return length;
  }

  /** Takes a value of digits alone, which most are; false for any other. */
  #takeDigits(at: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { characters } = this;
    if (to - from > LONGEST) return false;
    for (let i = from; i < to; i++) {
      const byte = bytes[i];
      if (!isDigit(byte)) return false;
      characters[at + i - from] = byte;
    }
    return true;
  }

  /** @returns how many were taken, 0 where the value has no shape */
  #takeCharacters(at: number, bytes: Uint8Array, from: number, to: number): number {
    const { characters } = this;
    let length = 0;
    for (let i = from; i < to; i++) {
      const byte = bytes[i];
      if (byte >= 0x80 || isControl(byte)) return 0;
      if (!isAlphanumeric(byte)) continue;
      if (length === LONGEST) return 0;
      characters[at + length++] = upperCase[byte];
    }
    return length;
  }

  #odd(index: number): 0 {
    this.outcomes[index] = ODD;
    return 0;
  }

  /** False when nothing of the value would change. */
  #findRadices(at: number, own: Uint8Array, fits: boolean): boolean {
    const { scheme } = this.#rules;
    const keeps = this.#rules.keeps < own.length ? this.#rules.keeps : 0;
    let free = 0;
    for (let i = 0; i < own.length; i++) {
      const radix = i < keeps ? 1 : isDigit(own[i]) ? 10 : 26;
      this.#radices[at + i] = radix;
      if (radix > 1) free++;
    }
    if (fits) {
      for (const check of scheme.checks ?? []) {
        const position = check < 0 ? own.length + check : check;
        if (this.#radices[at + position] > 1) free--;
        this.#radices[at + position] = 1;
      }
      for (const position of scheme.stays?.(own) ?? []) {
        if (this.#radices[at + position] > 1) free--;
        this.#radices[at + position] = 1;
      }
      this.#placeDate(at, scheme.dates?.month, MONTHS, keeps);
      this.#placeDate(at, scheme.dates?.day, DAYS, keeps);
    }
    if (free > 1 && this.#radices[at] === 10) this.#radices[at] = own[0] === DIGIT_0 ? 1 : 9;
    return free > 0;
  }

  /** Two digits drawn together: the first stands for both. */
  #placeDate(at: number, position: number | undefined, radix: number, keeps: number): void {
    if (position === undefined || position < keeps) return;
    this.#radices[at + position] = radix;
    this.#radices[at + position + 1] = 1;
  }

  /** True when the digits of month and day tell some. */
  #hasDate(own: Uint8Array): boolean {
    const { dates } = this.#rules.scheme;
    if (dates === undefined) return true;
    const { month, day, monthStep = 100, dayStep = 100 } = dates;
    const tells = (position: number | undefined, step: number, most: number) => {
      const value = position === undefined ? 1 : numberAt(own, position, position + 2) % step;
      return value >= 1 && value <= most;
    };
    return tells(month, monthStep, MONTHS) && tells(day, dayStep, DAYS);
  }

  /** The free character at `at` as a number below its radix. */
  #ordinal(at: number): number {
    const radix = this.#radices[at];
    if (radix !== MONTHS && radix !== DAYS) return ordinal(this.characters[at], radix);
    return (numberAt(this.characters, at, at + 2) % this.#stepOf(radix)) - 1;
  }

  #put(at: number, value: number): void {
    const radix = this.#radices[at];
    if (radix !== MONTHS && radix !== DAYS) {
      this.characters[at] = character(value, radix);
      return;
    }
    const number = numberAt(this.characters, at, at + 2);
    const step = this.#stepOf(radix);
    const next = number - (number % step) + value + 1;
    this.characters[at] = DIGIT_0 + Math.floor(next / 10);
    this.characters[at + 1] = DIGIT_0 + (next % 10);
  }

  #stepOf(radix: number): number {
    const { monthStep = 100, dayStep = 100 } = this.#rules.scheme.dates ?? {};
    return radix === MONTHS ? monthStep : dayStep;
  }

  #permute(count: number): void {
    const ranks = this.#ranks;
    const sizes = this.#sizes;
    let pending: number[] = [];
    for (let i = 0; i < count; i++) {
      if (this.outcomes[i] !== PERMUTED && this.outcomes[i] !== PERMUTED_DIGITS) continue;
      if (this.#layoutOf[i] !== undefined || this.#bitsAtMost(i) <= 96) pending.push(i);
      else this.#permuteBig(i);
    }
    for (let draws = 0; pending.length > 0 && draws < MOST_DRAWS; draws++) {
      for (let j = 0; j < pending.length; j++) this.#rank(pending[j], j, ranks, sizes);
      this.#cycles.advance(ranks, sizes, pending.length);
      const again: number[] = [];
      for (let j = 0; j < pending.length; j++) {
        this.#setRank(pending[j], ranks.high[j], ranks.low[j]);
        if (!this.#complete(pending[j])) again.push(pending[j]);
      }
      pending = again;
    }
  }

  #permuteBig(index: number): void {
    const from = this.starts[index];
    const to = from + this.lengths[index];
    let size = 1n;
    let rank = 0n;
    for (let i = from; i < to; i++) {
      const radix = this.#radices[i];
      if (radix === 1) continue;
      size *= BigInt(radix);
      rank = rank * BigInt(radix) + BigInt(this.#ordinal(i));
    }
    for (let draws = 0; draws < MOST_DRAWS; draws++) {
      rank = this.#cycles.advanceBig(rank, size);
      let rest = rank;
      for (let i = to - 1; i >= from; i--) {
        const radix = this.#radices[i];
        if (radix === 1) continue;
        const quotient = rest / BigInt(radix);
        this.#put(i, Number(rest - quotient * BigInt(radix)));
        rest = quotient;
      }
      if (this.#complete(index)) return;
    }
  }

  #bitsAtMost(index: number): number {
    const from = this.starts[index];
    let bits = 0;
    for (let i = from; i < from + this.lengths[index]; i++) bits += bitsOfRadix[this.#radices[i]];
    return bits;
  }

  /** Reads the free characters of value `index` as a number in mixed radix into slot `j`. */
  #rank(index: number, j: number, ranks: WideNumbers, sizes: WideNumbers): void {
    const layout = this.#layoutOf[index];
    const from = this.starts[index];
    if (layout) {
      put(ranks, j, layout.rank(this.characters, from));
      put(sizes, j, layout.size);
      return;
    }
    let high = 0;
    let low = 0;
    let sizeHigh = 0;
    let sizeLow = 1;
    for (let i = from; i < from + this.lengths[index]; i++) {
      const radix = this.#radices[i];
      if (radix === 1) continue;
      low = low * radix + this.#ordinal(i);
      sizeLow *= radix;
      if (sizeLow >= LIMB || sizeHigh > 0) {
        const carry = Math.floor(low / LIMB);
        low -= carry * LIMB;
        high = high * radix + carry;
        const sizeCarry = Math.floor(sizeLow / LIMB);
        sizeLow -= sizeCarry * LIMB;
        sizeHigh = sizeHigh * radix + sizeCarry;
      }
    }
    ranks.high[j] = high;
    ranks.low[j] = low;
    sizes.high[j] = sizeHigh;
    sizes.low[j] = sizeLow;
  }

  #setRank(index: number, high: number, low: number): void {
    const from = this.starts[index];
    const layout = this.#layoutOf[index];
    if (layout) {
      layout.setRank(this.characters, from, high * LIMB + low);
      return;
    }
    for (let i = from + this.lengths[index] - 1; i >= from; i--) {
      const radix = this.#radices[i];
      if (radix === 1) continue;
      let dividend = low;
      if (high > 0) {
        const quotient = Math.floor(high / radix);
        dividend += (high - quotient * radix) * LIMB;
        high = quotient;
      }
      low = Math.floor(dividend / radix);
      this.#put(i, dividend - low * radix);
    }
  }

  /** Writes the check characters; false when another stand-in is needed. */
  #complete(index: number): boolean {
    const from = this.starts[index];
    const length = this.lengths[index];
    const own = this.#own.of(this.characters, from, length);
    const { scheme, largest } = this.#rules;
    if (this.#fits[index] === 1 && scheme.complete) {
      const isIssued = scheme.complete(own, length);
      for (const check of scheme.checks ?? []) {
        const position = check < 0 ? length + check : check;
        this.characters[from + position] = own[position];
      }
      if (!isIssued) return false;
    }
    return largest === undefined || length < largest.length || Buffer.compare(own, largest) <= 0;
  }
}

/** One identifier's characters by themselves, without making a view for each. */
class OwnCharacters {
  readonly #bytes = new Uint8Array(LONGEST);
  /** By length, each made at first need. */
  readonly #views: Uint8Array[] = [];

  /** @returns a copy, which the next call overwrites */
  of(characters: Uint8Array, from: number, length: number): Uint8Array {
    const view = (this.#views[length] ??= this.#bytes.subarray(0, length));
    for (let i = 0; i < length; i++) view[i] = characters[from + i];
    return view;
  }
}

/** log2 of the radices in use, rounded up in the last place. */
const bitsOfRadix: Readonly<Record<number, number>> = {
  1: 0,
  9: 3.17,
  10: 3.322,
  12: 3.585,
  26: 4.701,
  31: 4.955,
};

function put(numbers: WideNumbers, at: number, value: number): void {
  const high = value < LIMB ? 0 : Math.floor(value / LIMB);
  numbers.high[at] = high;
  numbers.low[at] = value - high * LIMB;
}

function wideNumbers(count: number): WideNumbers {
  return { high: new Float64Array(count), low: new Float64Array(count) };
}

function ordinal(byte: number, radix: number): number {
  if (radix === 26) return byte - UPPER_A;
  return radix === 9 ? byte - DIGIT_0 - 1 : byte - DIGIT_0;
}

function character(value: number, radix: number): number {
  if (radix === 26) return UPPER_A + value;
  return radix === 9 ? DIGIT_0 + 1 + value : DIGIT_0 + value;
}

function roomFor(starts: Int32Array, ends: Int32Array, count: number): number {
  let room = 0;
  for (let i = 0; i < count; i++) {
    if (starts[i] !== NULL_VALUE) room += Math.min(ends[i] - starts[i], LONGEST + 2);
  }
  return room + LONGEST;
}
