import { isAlphanumeric, upperCase } from '../bytes/ascii.js';
import type { Normaliser } from './normaliser.js';

/**
 * ASCII letters and digits alone, upper case: identifiers and postal codes, so that `ab-12 3` and
 * `AB123` are one. A value that has none is taken as it is.
 *
 * SQL: `coalesce(nullif(upper(regexp_replace(x, '[^0-9A-Za-z]', '', 'g')), ''), x)`.
 */
export const alphanumerics: Normaliser = {
  id: 'alphanumerics',
  append(bytes, from, to, output) {
    const start = output.reserve(to - from);
    const target = output.bytes;
    let at = start;
    for (let i = from; i < to; i++) if (isAlphanumeric(bytes[i])) target[at++] = upperCase[bytes[i]];
    if (at === start) output.append(bytes, from, to);
    else output.finish(at);
  },
};
