import { DIGIT_0 } from '../bytes/ascii.js';
import type { IdentifierRules } from './permute-identifiers.js';

/** Free digits that a plain number holds exactly. */
const MOST_FREE = 15;
/** Digits that a small whole number holds. */
const PER_PART = 8;
const PART = 100_000_000;

/**
 * How numbers of one length, of digits alone, are counted: the same order of the same stand-ins as in mixed
 * radix, without a look at each digit's radix.
 */
export class DigitLayout {
  /** How many numbers there are. */
  readonly size: number;
  /** Positions of the digits that move, and the place of the first of the last eight among them. */
  readonly #free: Uint8Array;
  readonly #split: number;
  /** 1 where the first digit is never 0. */
  readonly #least: number;

  constructor(free: readonly number[], beginsWithoutZero: boolean) {
    this.#free = Uint8Array.from(free);
    this.#split = Math.max(0, free.length - PER_PART);
    this.#least = beginsWithoutZero ? 1 : 0;
    this.size = (beginsWithoutZero ? 9 : 10) * 10 ** (free.length - 1);
  }

  /** The number that begins at `from`, counted from 0. */
  rank(characters: Uint8Array, from: number): number {
    const free = this.#free;
    let high = 0;
    let low = 0;
    for (let i = 0; i < this.#split; i++) high = high * 10 + characters[from + free[i]] - DIGIT_0;
    for (let i = this.#split; i < free.length; i++) low = low * 10 + characters[from + free[i]] - DIGIT_0;
    return high * PART + low - this.#least * 10 ** (free.length - 1);
  }

  /** Writes the digits of the number that is counted `rank`. */
  setRank(characters: Uint8Array, from: number, rank: number): void {
    const free = this.#free;
    const number = rank + this.#least * 10 ** (free.length - 1);
    let high = Math.floor(number / PART);
    let low = number - high * PART;
    for (let i = free.length - 1; i >= this.#split; i--) {
      const rest = (low / 10) | 0;
      characters[from + free[i]] = DIGIT_0 + low - rest * 10;
      low = rest;
    }
    for (let i = this.#split - 1; i >= 0; i--) {
      const rest = (high / 10) | 0;
      characters[from + free[i]] = DIGIT_0 + high - rest * 10;
      high = rest;
    }
  }
}

/** The layouts under one column's rules, each made at first need. */
export class DigitLayouts {
  readonly #rules: IdentifierRules;
  readonly #known: (DigitLayout | undefined | null)[] = [];

  constructor(rules: IdentifierRules) {
    this.#rules = rules;
  }

  /** Undefined where digits depend on one another, too many are free, or none is. */
  of(length: number, beginsWithZero: boolean, fits: boolean): DigitLayout | undefined {
    const at = length * 4 + (beginsWithZero ? 2 : 0) + (fits ? 1 : 0);
    const known = this.#known[at];
    if (known !== undefined) return known ?? undefined;
    const layout = this.#make(length, beginsWithZero, fits);
    this.#known[at] = layout ?? null;
    return layout;
  }

  #make(length: number, beginsWithZero: boolean, fits: boolean): DigitLayout | undefined {
    const { scheme, keeps: kept } = this.#rules;
    if (fits && (scheme.stays || scheme.dates)) return undefined;
    const keeps = kept < length ? kept : 0;
    const checks = fits ? (scheme.checks ?? []).map((check) => (check < 0 ? length + check : check)) : [];
    const all = Array.from({ length }, (_, position) => position);
    const free = all.filter((position) => position >= keeps && !checks.includes(position));
    const isFirstFree = free.length > 1 && free[0] === 0;
    const moving = isFirstFree && beginsWithZero ? free.slice(1) : free;
    if (moving.length === 0 || moving.length > MOST_FREE) return undefined;
    return new DigitLayout(moving, isFirstFree && !beginsWithZero);
  }
}
