import { DIGIT_0, HYPHEN, isDigit } from './bytes/ascii.js';

/** Days and ISO texts of dates, in the proleptic Gregorian calendar that PostgreSQL uses. */

/** First and last day that a PostgreSQL timestamp holds, as days since 1970-01-01. */
export const FIRST_DAY = daysOf(-4712, 1, 1);
export const LAST_DAY = daysOf(294_276, 12, 31);

/** A date at the start of a text form. */
export interface ReadDate {
  /** Astronomical: year 0 is 1 BC. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Offset after the date. */
  readonly end: number;
  readonly isBefore: boolean;
}

/**
 * Days since 1970-01-01 (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
 * @param month 1–12
 */
export function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function dateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1,
  };
}

/** Days from 1000-01-01 to 9999-12-31, whose texts are `YYYY-MM-DD`. */
const FIRST_PLAIN_DAY = daysOf(1000, 1, 1);
const LAST_PLAIN_DAY = daysOf(9999, 12, 31);

/** True for a day that `writePlainDay` can write. */
export function isPlainDay(days: number): boolean {
  return days >= FIRST_PLAIN_DAY && days <= LAST_PLAIN_DAY;
}

/**
 * Writes a plain day as `YYYY-MM-DD`; returns the end. The same as `dateOf` and `writeDate`, in whole
 * numbers and without an object a date.
 */
export function writePlainDay(target: Uint8Array, at: number, days: number): number {
  const shifted = days + 719_468;
  const era = (shifted / 146_097) | 0;
  const dayOfEra = shifted - era * 146_097;
  const leaps = ((dayOfEra / 1460) | 0) - ((dayOfEra / 36_524) | 0) + ((dayOfEra / 146_096) | 0);
  const yearOfEra = ((dayOfEra - leaps) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const monthIndex = ((5 * dayOfYear + 2) / 153) | 0;
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const century = (year / 100) | 0;
  writeTwoDigits(target, at, century);
  writeTwoDigits(target, at + 2, year - century * 100);
  target[at + 4] = HYPHEN;
  writeTwoDigits(target, at + 5, month);
  target[at + 7] = HYPHEN;
  writeTwoDigits(target, at + 8, dayOfYear - (((153 * monthIndex + 2) / 5) | 0) + 1);
  return at + 10;
}

function writeTwoDigits(target: Uint8Array, at: number, value: number): void {
  const tens = (value / 10) | 0;
  target[at] = DIGIT_0 + tens;
  target[at + 1] = DIGIT_0 + value - tens * 10;
}

/**
 * The day that `YYYY-MM-DD` tells, which nearly all dates are; undefined for any other form, and for the
 * 29th and later, which are left to who knows the months.
 */
export function readPlainDay(bytes: Uint8Array, from: number, to: number): number | undefined {
  if (to - from !== 10 || bytes[from + 4] !== HYPHEN || bytes[from + 7] !== HYPHEN) return undefined;
  const century = twoDigits(bytes, from);
  const rest = twoDigits(bytes, from + 2);
  const month = twoDigits(bytes, from + 5);
  const day = twoDigits(bytes, from + 8);
  if (century < 10 || rest < 0 || month < 1 || month > 12 || day < 1 || day > 28) return undefined;
  const y = century * 100 + rest - (month <= 2 ? 1 : 0);
  const era = (y / 400) | 0;
  const yearOfEra = y - era * 400;
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** True when a timestamp of this day can be stored. */
export function isStorable(days: number): boolean {
  return days >= FIRST_DAY && days <= LAST_DAY;
}

/**
 * Reads `YYYY-MM-DD…`, `YYYYMMDD` and a closing ` BC`; what is between stays for the caller.
 * Undefined for what is no date.
 */
export function readDate(bytes: Uint8Array, from: number, to: number): ReadDate | undefined {
  let at = from;
  while (at < to && isDigit(bytes[at])) at++;
  const isCompact = at - from === 8 && (at === to || bytes[at] !== HYPHEN);
  const yearEnd = isCompact ? from + 4 : at;
  if (yearEnd - from < 4 || yearEnd - from > 6) return undefined;
  const separator = isCompact ? 0 : 1;
  const monthAt = yearEnd + separator;
  const dayAt = monthAt + 2 + separator;
  const end = dayAt + 2;
  if (end > to) return undefined;
  if (!isCompact && (bytes[yearEnd] !== HYPHEN || bytes[monthAt + 2] !== HYPHEN)) return undefined;
  const month = twoDigits(bytes, monthAt);
  const day = twoDigits(bytes, dayAt);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return undefined;
  let year = 0;
  for (let i = from; i < yearEnd; i++) year = year * 10 + bytes[i] - DIGIT_0;
  const isBefore =
    to - 3 >= end && bytes[to - 3] === 0x20 && bytes[to - 2] === 0x42 && bytes[to - 1] === 0x43;
  return { year: isBefore ? 1 - year : year, month, day, end, isBefore };
}

function twoDigits(bytes: Uint8Array, at: number): number {
  return isDigit(bytes[at]) && isDigit(bytes[at + 1])
    ? (bytes[at] - DIGIT_0) * 10 + bytes[at + 1] - DIGIT_0
    : -1;
}

/** `infinity` or `-infinity`: tell nothing, and pass. */
export function isInfinity(bytes: Uint8Array, from: number, to: number): boolean {
  const start = bytes[from] === HYPHEN ? from + 1 : from;
  return to - start === 8 && bytes[start] === 0x69 && bytes[start + 1] === 0x6e && bytes[start + 2] === 0x66;
}

/** Writes `YYYY-MM-DD`, without the ` BC` of years before 1; returns the end. */
export function writeDate(
  target: Uint8Array,
  at: number,
  date: { year: number; month: number; day: number },
  isCompact = false,
): number {
  const year = date.year < 1 ? 1 - date.year : date.year;
  const digits = year > 99_999 ? 6 : year > 9999 ? 5 : 4;
  let rest = year;
  for (let i = digits - 1; i >= 0; i--) {
    target[at + i] = DIGIT_0 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  let end = at + digits;
  for (const part of [date.month, date.day]) {
    if (!isCompact) target[end++] = HYPHEN;
    target[end++] = DIGIT_0 + Math.floor(part / 10);
    target[end++] = DIGIT_0 + (part % 10);
  }
  return end;
}

/**
 * True when `bytes[from … to)` is what may follow a date in a timestamp: a time and a zone of digits,
 * signs and points, nothing a secret could hide in.
 */
export function isTimeOfDay(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from > 30) return false;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    const isPart = isDigit(byte) || byte === 0x3a || byte === 0x2e || byte === 0x2b || byte === HYPHEN;
    if (!isPart && !(i === from && (byte === 0x20 || byte === 0x54)) && !(i === to - 1 && byte === 0x5a))
      return false;
  }
  return true;
}
