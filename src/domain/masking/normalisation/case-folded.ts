import { isBlank, lowerCase } from '../bytes/ascii.js';
import { decodeText, type Normaliser } from './normaliser.js';

/**
 * Outer blanks cut, Unicode NFC, lower case: e-mail addresses, user names.
 *
 * SQL: `lower(normalize(btrim(x, E' \t\n\v\f\r'), NFC))`. The database's `lower` must be Unicode-aware
 * for letters beyond ASCII.
 */
export const caseFolded: Normaliser = {
  id: 'caseFolded',
  append(bytes, from, to, output) {
    while (from < to && isBlank(bytes[from])) from++;
    while (to > from && isBlank(bytes[to - 1])) to--;
    const at = output.reserve(to - from);
    const target = output.bytes;
    const shift = at - from;
    for (let i = from; i < to; i++) {
      const byte = bytes[i];
      if (byte >= 0x80) {
        output.appendText(decodeText(bytes, from, to).normalize('NFC').toLowerCase());
        return;
      }
      target[i + shift] = lowerCase[byte];
    }
    output.finish(to + shift);
  },
};
