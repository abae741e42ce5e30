import type { SqlMaskingContext } from '../technique.js';
import { byteOf, drawOf, hexOf } from './draws.js';
import { caseFolded } from './normalised.js';
import { bound, choose, onceARow, unlessEmpty } from './once-a-row.js';
import { sqlWords, wordAt } from './words.js';

const RESERVED_LENGTH = 11;
const TAIL_DIGITS = 10;
const COMPACT_DIGITS = 16;
/** Two names of eight, two points and the tail. */
const LONGEST_LOCAL = 28;

/** See `pseudonymiseEmail`. */
export function emailForm(
  value: string,
  { keepDomain }: { readonly keepDomain: boolean },
  { words, digest, column }: SqlMaskingContext,
): string | undefined {
  if (!words) return undefined;
  const maxLength = column.type.maxLength ?? Infinity;
  const [v, d] = [bound('v'), bound('d')];
  const name = (list: 'short_given_names' | 'short_family_names', which: number) =>
    `lower(${wordAt(sqlWords(words, list), drawOf(d, which))})`;
  const first = name('short_given_names', 0);
  const last = name('short_family_names', 1);
  const reserved = choose(
    `${byteOf(d, 31)} % 3`,
    ['com', 'org', 'net'].map((ending) => `'example.${ending}'`),
  );
  const kept = `lower(substring(${v} collate "C" from '^.+@([0-9A-Za-z.-]{3,253})[ \\t\\n\\v\\f\\r]*$'))`;
  const fits =
    maxLength === Infinity ? kept : `case when length(${kept}) + 5 <= ${maxLength} then ${kept} end`;
  const host = keepDomain ? `coalesce(${fits}, ${reserved})` : reserved;
  const long = `${first} || '.' || ${last} || '.' || ${hexOf(d, 8, TAIL_DIGITS)}`;
  let local = long;
  if (keepDomain && maxLength !== Infinity) {
    const room = `(${maxLength} - length(${host}) - 1)`;
    const digits = `greatest(1, least(${COMPACT_DIGITS}, ${room}))`;
    local = `case when length(${long}) <= ${room} then ${long} else left(${hexOf(d, 8, COMPACT_DIGITS)}, ${digits}) end`;
  } else if (maxLength - RESERVED_LENGTH - 1 < LONGEST_LOCAL) {
    const room = maxLength - RESERVED_LENGTH - 1;
    const compact = hexOf(d, 8, Math.max(1, Math.min(COMPACT_DIGITS, room)));
    local = `case when length(${long}) <= ${room} then ${long} else ${compact} end`;
  }
  return unlessEmpty(
    value,
    onceARow({ v: value, d: digest(caseFolded(value)) }, `${local} || '@' || ${host}`),
  );
}
