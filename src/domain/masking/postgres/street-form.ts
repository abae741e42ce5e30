import type { SqlMaskingContext } from '../technique.js';
import { byteOf, drawOf } from './draws.js';
import { foldedWords, isAscii, trimmed } from './normalised.js';
import { bound, onceARow, unlessEmpty } from './once-a-row.js';
import { pickWord, sqlWords, styled, wordAt } from './words.js';

/** See `pseudonymiseStreet`: parts between commas and lines, each a number, words, a number. */
export function streetForm(
  value: string,
  { words, digest }: Pick<SqlMaskingContext, 'words' | 'digest'>,
): string | undefined {
  if (!words) return undefined;
  const streets = sqlWords(words, 'street_names');
  const cities = sqlWords(words, 'address_cities');
  const d = bound('d');
  const drawn = `(${drawOf(d, 'p.w % 4')} + p.w / 4)`;
  const word = `case p.w when 0 then ${pickWord(streets, drawn, 'p.words')} else ${pickWord(cities, drawn, 'p.words')} end`;
  const parts = [
    `case when p.w > 0 then case p.delimiter when ',' then ', ' else p.delimiter end else '' end`,
    digitsSql('p.before', 'p.w * 2'),
    `case when p.named then case when p.before > 0 then ' ' else '' end || ${styled(`(${word})`, bound('v'))} else '' end`,
    `case when p.after > 0 and (p.before > 0 or p.named) then ' ' else '' end`,
    digitsSql('p.after', 'p.w * 2 + 1'),
  ];
  const written = `(select string_agg(${parts.join(' || ')}, '' order by p.w) from (${readParts(bound('v'))}) as p where p.w < 8)`;
  const none = wordAt(streets, drawOf(d, 0));
  const named = { v: `${value} collate "C"`, d: digest(foldedWords(value)) };
  return unlessEmpty(value, onceARow(named, `coalesce(${written}, ${none})`));
}

/** Rows of `AddressPart`s, those without letter or digit left out; `w` counts them from 0. */
function readParts(value: string): string {
  const split = `select m.t[1] as delimiter, ${trimmed('m.t[2]')} collate "C" as part, m.k from regexp_matches(',' || ${value}, '([,\n])([^,\n]*)', 'g') with ordinality as m(t, k)`;
  // '12b' is a number to people.
  const number = String.raw`'^[0-9]+([A-Za-z](?=[ \t\n\v\f\r]))?'`;
  const first = `select s.*, least(length(substring(s.part from '^[0-9]*')), 8) as before, regexp_replace(s.part, ${number}, '') as rest from (${split}) as s`;
  const last = `select f.*, least(coalesce(length(substring(f.rest from '([0-9]+)[A-Za-z]?$')), 0), 8) as after, regexp_replace(f.rest, '[0-9]+[A-Za-z]?$', '') as words from (${first}) as f`;
  const named = `select l.*, (l.words ~ '[A-Za-z]' or not ${isAscii('l.words')}) as named from (${last}) as l`;
  return `select n.delimiter, n.before, n.after, n.words, n.named, (row_number() over (order by n.k) - 1)::int as w from (${named}) as n where n.before > 0 or n.after > 0 or n.named`;
}

/** See `writeDigits`: from the second half of the digest; the first is not 0. */
function digitsSql(count: string, seed: string): string {
  const byte = `(${byteOf(bound('d'), `16 + (((${seed}) * 5 + s.i) & 15)`)} + (${seed}))`;
  return `coalesce((select string_agg(case when s.i = 0 then chr(49 + ${byte} % 9) else chr(48 + ${byte} % 10) end, '' order by s.i) from generate_series(0, ${count} - 1) as s(i)), '')`;
}
