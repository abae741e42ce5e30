import { isDigit, lowerCase } from '../bytes/ascii.js';
import type { Normaliser } from './normaliser.js';

/**
 * Hexadecimal digits alone, lower case: UUIDs and hardware addresses. A value that has none is taken
 * as it is.
 *
 * SQL: `coalesce(nullif(lower(regexp_replace(x, '[^0-9A-Fa-f]', '', 'g')), ''), x)`.
 */
export const hexDigits: Normaliser = {
  id: 'hexDigits',
  append(bytes, from, to, output) {
    const start = output.reserve(to - from);
    let at = start;
    for (let i = from; i < to; i++) {
      if (isHexDigit(bytes[i])) output.bytes[at++] = lowerCase[bytes[i]];
    }
    if (at === start) output.append(bytes, from, to);
    else output.finish(at);
  },
};

export function isHexDigit(byte: number): boolean {
  const lower = lowerCase[byte];
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}
