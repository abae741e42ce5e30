import { readDay } from './read-date.js';

/** What a sample of one column tells at a glance; everything later rests on it, so it is made once. */
export interface ColumnProfile {
  /** Rows sampled. */
  readonly rows: number;
  /** Rows that hold something: neither NULL nor blank. */
  readonly filled: number;
  readonly distinct: number;
  /** Distinct values, trimmed and cut to a bounded length, at most `examined`, spread over the sample. */
  readonly values: readonly string[];
  readonly lengths: { readonly shortest: number; readonly longest: number; readonly mean: number };
  /** Shares (0–1) of `values` by the characters that they are made of. */
  readonly shares: {
    readonly digits: number;
    readonly letters: number;
    /** Letters and digits mixed, nothing else. */
    readonly mixed: number;
    readonly hex: number;
    readonly spaced: number;
    readonly sentences: number;
    readonly uuid: number;
    readonly url: number;
    readonly number: number;
    readonly days: number;
    readonly boolean: number;
  };
  /** Share (0–1) of the commonest shape (digits and letters each made one). */
  readonly commonestShape: number;
  /** Of the values that are numbers. */
  readonly numbers?: {
    readonly least: number;
    readonly greatest: number;
    readonly integer: boolean;
    /** Share (0–1) of numbers with four decimals or more. */
    readonly precise: number;
    /** True for whole numbers that follow closely on one another, as counters make them. */
    readonly sequential: boolean;
  };
  /** Of the values that are days: years at the 5th, 50th and 95th percentile. */
  readonly years?: {
    readonly early: number;
    readonly middle: number;
    readonly late: number;
    readonly timed: number;
  };
}

/** Distinct values that are looked at; more would change little and cost time. */
const examined = 100;
/** Characters of one value that are looked at. */
const longestExamined = 2_000;

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const numberShape = /^[+-]?(?:\d{1,18}(?:\.\d{1,18})?|\.\d{1,18})$/;
const booleans = new Set(['t', 'f', 'true', 'false']);

/** Undefined when the sample holds nothing to go by. */
export function profileColumn(sample: readonly (string | null)[]): ColumnProfile | undefined {
  const distinct = new Set<string>();
  let filled = 0;
  for (const value of sample) {
    if (value === null) continue;
    const text = (value.length > longestExamined ? value.slice(0, longestExamined) : value).trim();
    if (text === '') continue;
    filled++;
    distinct.add(text);
  }
  if (filled === 0) return undefined;
  const values = spread([...distinct], examined);
  return {
    rows: sample.length,
    filled,
    distinct: distinct.size,
    values,
    lengths: lengthsOf(values),
    shares: sharesOf(values),
    commonestShape: commonestShape(values),
    numbers: numbersOf(values),
    years: yearsOf(values),
  };
}

/** Every digit as `9`, every letter as `a` or `A`; other scripts as `文`. */
export function shapeOf(value: string): string {
  return value
    .slice(0, 60)
    .replace(/\d/g, '9')
    .replace(/\p{Ll}/gu, 'a')
    .replace(/\p{Lu}/gu, 'A')
    .replace(/[\p{Lo}\p{Lm}]/gu, '文');
}

function spread(values: readonly string[], most: number): readonly string[] {
  if (values.length <= most) return values;
  const step = values.length / most;
  return Array.from({ length: most }, (_, index) => values[Math.floor(index * step)]);
}

function lengthsOf(values: readonly string[]) {
  let shortest = Infinity;
  let longest = 0;
  let sum = 0;
  for (const { length } of values) {
    shortest = Math.min(shortest, length);
    longest = Math.max(longest, length);
    sum += length;
  }
  return { shortest, longest, mean: sum / values.length };
}

function sharesOf(values: readonly string[]): ColumnProfile['shares'] {
  const share = (test: (value: string) => boolean) => values.filter(test).length / values.length;
  return {
    digits: share((value) => /^\d+$/.test(value)),
    letters: share((value) => /^\p{L}[\p{L}\p{M}]*$/u.test(value)),
    mixed: share((value) => /^(?=.*\d)(?=.*\p{L})[\p{L}\d]+$/u.test(value)),
    hex: share((value) => value.length >= 16 && /^(?=.*[0-9])(?=.*[a-f])[0-9a-f]+$/i.test(value)),
    spaced: share((value) => value.includes(' ')),
    sentences: share((value) => value.split(/\s+/, 6).length > 4),
    uuid: share((value) => uuidShape.test(value)),
    url: share((value) => /^[a-z][a-z0-9+.-]{1,15}:\/\//i.test(value)),
    number: share((value) => numberShape.test(value)),
    days: share((value) => readDay(value) !== undefined),
    boolean: share((value) => booleans.has(value.toLowerCase())),
  };
}

function commonestShape(values: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const value of values) {
    const shape = shapeOf(value);
    counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  return Math.max(...counts.values()) / values.length;
}

function numbersOf(values: readonly string[]): ColumnProfile['numbers'] {
  const texts = values.filter((value) => numberShape.test(value));
  if (texts.length < values.length * 0.8) return undefined;
  const numbers = texts.map(Number).sort((a, b) => a - b);
  const least = numbers[0];
  const greatest = numbers.at(-1)!;
  const integer = texts.every((text) => !text.includes('.'));
  return {
    least,
    greatest,
    integer,
    precise: texts.filter((text) => /\.\d{4,}$/.test(text)).length / texts.length,
    sequential: integer && numbers.length >= 8 && greatest - least < numbers.length * 20 && greatest < 1e9,
  };
}

function yearsOf(values: readonly string[]): ColumnProfile['years'] {
  const days = values.map(readDay).filter((read) => read !== undefined);
  if (days.length < values.length * 0.8) return undefined;
  const years = days.map(({ year }) => year).sort((a, b) => a - b);
  const at = (share: number) => years[Math.min(years.length - 1, Math.floor(share * years.length))];
  return {
    early: at(0.05),
    middle: at(0.5),
    late: at(0.95),
    timed: days.filter(({ timed }) => timed).length / days.length,
  };
}
