import { DIGIT_0 } from './ascii.js';

/** Calling codes of two digits (ITU-T E.164, list of 2016); 1 and 7 have one, all others three. */
export const twoDigits = new Set([
  ...[
    20, 27, 28, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57,
    58,
  ],
  ...[60, 61, 62, 63, 64, 65, 66, 81, 82, 83, 84, 86, 89, 90, 91, 92, 93, 94, 95, 98],
]);

/** Digits of the calling code that an international number begins with; `first` and `second` as ASCII. */
export function callingCodeLength(first: number, second: number): 1 | 2 | 3 {
  if (first === 0x31 || first === 0x37) return 1;
  return twoDigits.has((first - DIGIT_0) * 10 + second - DIGIT_0) ? 2 : 3;
}
