import { DIGIT_0, FULL_STOP, isDigit } from './bytes/ascii.js';

/** A number in text form, taken apart without making it a float: no digit is lost. */
export interface Numeral {
  readonly isNegative: boolean;
  /** All digits of the mantissa without the point, as a whole number. */
  readonly unscaled: bigint;
  readonly scale: number;
  /** `e+20`, or nothing. */
  readonly exponent: string;
}

const pattern = /^([+-]?)(\d{1,1000})?(?:\.(\d{0,1000}))?([eE][+-]?\d{1,4})?$/;

/** Undefined for what is no finite number. */
export function parseNumeral(text: string): Numeral | undefined {
  const match = pattern.exec(text.trim());
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  return {
    isNegative: sign === '-',
    unscaled: BigInt(`${whole}${fraction}`),
    scale: fraction.length,
    exponent,
  };
}

export function printNumeral({ isNegative, unscaled, scale, exponent }: Numeral): string {
  const digits = unscaled.toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const fraction = scale > 0 ? `.${digits.slice(point)}` : '';
  return `${isNegative && unscaled > 0n ? '-' : ''}${digits.slice(0, point)}${fraction}${exponent}`;
}

/** `NaN`, `Infinity` and `-Infinity`, which say nothing about a quantity. */
export function isSpecialNumber(text: string): boolean {
  return /^(nan|[+-]?inf(inity)?)$/i.test(text.trim());
}

/** A small plain number read from bytes. */
export interface PlainNumeral {
  /** Digits without sign and point; exact. */
  unscaled: number;
  digits: number;
  scale: number;
  isNegative: boolean;
}

/** Reads `-1234.50` of at most 15 digits into `into`; false for any other form. */
export function readPlain(bytes: Uint8Array, from: number, to: number, into: PlainNumeral): boolean {
  let at = from;
  into.isNegative = bytes[at] === 0x2d;
  if (into.isNegative) at++;
  into.unscaled = 0;
  into.digits = 0;
  into.scale = 0;
  let point = -1;
  if (to - at > 16 || at === to) return false;
  for (; at < to; at++) {
    if (isDigit(bytes[at])) {
      into.unscaled = into.unscaled * 10 + bytes[at] - DIGIT_0;
      into.digits++;
    } else if (bytes[at] === FULL_STOP && point < 0) point = at;
    else return false;
  }
  if (point >= 0) into.scale = to - point - 1;
  return into.digits > into.scale && into.digits <= 15;
}

/** Writes a number with its point; returns the end. Needs 20 bytes at most. */
export function writePlain(
  target: Uint8Array,
  at: number,
  unscaled: number,
  scale: number,
  isNegative: boolean,
): number {
  if (isNegative && unscaled > 0) target[at++] = 0x2d;
  let digits = Math.max(scale + 1, 1);
  for (let rest = unscaled / 10 ** digits; rest >= 1; rest /= 10) digits++;
  // A quotient near a power of ten may round down to 1: the loop below drops what is too many.
  const length = digits + (scale > 0 ? 1 : 0);
  let rest = unscaled;
  for (let i = length - 1; i >= 0; i--) {
    if (scale > 0 && i === length - 1 - scale) {
      target[at + i] = FULL_STOP;
      continue;
    }
    const next = Math.floor(rest / 10);
    target[at + i] = DIGIT_0 + rest - next * 10;
    rest = next;
  }
  return at + length;
}
