/** Tells whether a value, trimmed, has the structure and check digits of what it is named for. */
export type Validator = ((value: string) => boolean) & {
  /** As rule files name it. */
  readonly id: string;
  /** One line: what is checked. */
  readonly summary: string;
  /** The standard, law or register that the check is from. */
  readonly source: string;
  /**
   * Chance (0–1) that a random text of the right length and kinds of character passes: 0.1 for Luhn,
   * 0.01 for mod 97. Weighs how much a match says.
   */
  readonly strength: number;
};

/** Declares a validator: one call describes it and the function checks. */
export function defineValidator(
  about: {
    readonly id: string;
    readonly summary: string;
    readonly source: string;
    readonly strength: number;
  },
  test: (value: string) => boolean,
): Validator {
  const validator = (value: string) => test(value);
  return Object.freeze(Object.assign(validator, about));
}

/** The value without the characters that people group it by: spaces, dots, hyphens, slashes. */
export function compact(value: string): string {
  return /[ .\-/\u00a0]/.test(value) ? value.replace(/[ .\-/\u00a0]/g, '') : value;
}

/** Digit at `index` of a text that is known to hold a digit there. */
export function digitAt(text: string, index: number): number {
  return text.charCodeAt(index) - 48;
}

/** Sum of the first digits, each times its weight. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index++) sum += digitAt(digits, index) * weights[index];
  return sum;
}

/** True for a day of the calendar; months and days are 1-based. */
export function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * True for a day on which somebody alive or lately dead was born. Years after 2049 are put down to another
 * century or to chance: there is no clock here, and what is valid must not change with the day of the run.
 */
export function isBirthday(year: number, month: number, day: number): boolean {
  return year >= 1840 && year < 2050 && isDay(year, month, day);
}

/** True for YYMMDD where some century makes it a day: 29 February of either is accepted. */
export function isShortDay(year: number, month: number, day: number): boolean {
  return isDay(2000 + year, month, day) || isDay(1900 + year, month, day);
}

/** True when every digit is the same: placeholders such as 000000000 pass many check sums. */
export function isOneDigitRepeated(digits: string): boolean {
  for (let index = 1; index < digits.length; index++) if (digits[index] !== digits[0]) return false;
  return true;
}
