import { isBlank, lowerCase, SPACE } from '../bytes/ascii.js';
import { decodeText, type Normaliser } from './normaliser.js';

/**
 * Outer blanks cut, inner runs of blanks made one space, Unicode NFC, lower case: streets, cities,
 * organisations.
 *
 * SQL: `lower(normalize(btrim(regexp_replace(x, '\s+', ' ', 'g')), NFC))`.
 */
export const foldedWords: Normaliser = {
  id: 'foldedWords',
  append(bytes, from, to, output) {
    let at = output.reserve(to - from);
    const target = output.bytes;
    const start = at;
    let blank = false;
    for (let i = from; i < to; i++) {
      const byte = bytes[i];
      if (byte >= 0x80) {
        const text = decodeText(bytes, from, to).normalize('NFC').toLowerCase();
        output.appendText(text.replace(/\s+/g, ' ').trim());
        return;
      }
      if (isBlank(byte)) {
        blank = at > start;
        continue;
      }
      if (blank) target[at++] = SPACE;
      blank = false;
      target[at++] = lowerCase[byte];
    }
    output.finish(at);
  },
};
