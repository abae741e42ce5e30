/** A byte of a value, as kernels see it: one character of Latin-1. */
export const BYTE = '"~b".c';
/** Its place, from 0. */
export const PLACE = '"~b".i';
/** Counted bytes before it. */
export const BEFORE = '"~b".n';

/** The bytes of a text as characters of Latin-1: one each, so that places are those of the kernels. */
export const bytesOf = (text: string): string =>
  `convert_from(convert_to(${text}, 'UTF8'), 'LATIN1') collate "C"`;

export const isDigit = (c: string): string => `${c} between '0' and '9'`;
export const isUpper = (c: string): string => `${c} between 'A' and 'Z'`;
export const isLower = (c: string): string => `${c} between 'a' and 'z'`;
export const isLetter = (c: string): string => `(${isUpper(c)} or ${isLower(c)})`;
export const isAlphanumeric = (c: string): string => `(${isDigit(c)} or ${isUpper(c)} or ${isLower(c)})`;
export const isHexDigit = (c: string): string =>
  `(${isDigit(c)} or ${c} between 'a' and 'f' or ${c} between 'A' and 'F')`;
export const isBeyondAscii = (c: string): string => `ascii(${c}) >= 128`;
export const isControl = (c: string): string => `(ascii(${c}) < 32 or ascii(${c}) = 127)`;

/**
 * Writes something for every byte of a value, in order.
 * @param bytes by `bytesOf`
 * @param counted a condition over `BYTE`: what `BEFORE` counts
 * @param written over `BYTE`, `PLACE` and `BEFORE`, and over names of the select around it
 */
export function eachByte(bytes: string, counted: string, written: string): string {
  const counts = `count(*) filter (where ${counted.replaceAll(BYTE, 't.c')}) over (order by t.i rows between unbounded preceding and 1 preceding)`;
  return `(select string_agg(${written}, '' order by ${PLACE}) from (select t.c, (t.i - 1)::int as i, (${counts})::int as n from (select u.c collate "C" as c, u.i from unnest(string_to_array(${bytes}, null)) with ordinality as u(c, i)) as t) as "~b")`;
}
