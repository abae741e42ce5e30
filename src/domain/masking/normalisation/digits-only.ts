import { DIGIT_0, isDigit } from '../bytes/ascii.js';
import type { Normaliser } from './normaliser.js';

/**
 * The ASCII digits alone, without a leading international `00`: telephone numbers, so that
 * `+49 (30) 123-45` and `00493012345` are one.
 *
 * SQL: `regexp_replace(regexp_replace(x, '[^0-9]', '', 'g'), '^00', '')`.
 */
export const digitsOnly: Normaliser = {
  id: 'digitsOnly',
  append(bytes, from, to, output) {
    const start = output.reserve(to - from);
    const target = output.bytes;
    let at = start;
    for (let i = from; i < to; i++) if (isDigit(bytes[i])) target[at++] = bytes[i];
    if (at - start >= 2 && target[start] === DIGIT_0 && target[start + 1] === DIGIT_0) {
      target.copyWithin(start, start + 2, at);
      at -= 2;
    }
    output.finish(at);
  },
};
