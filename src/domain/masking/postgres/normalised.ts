/** The normalisers of `../normalisation` as expressions, over UTF-8; results compare by bytes. */

const blanks = `E' \\t\\n\\v\\f\\r'`;
const blankClass = String.raw`[ \t\n\v\f\r]`;
/** What `\s` is to the kernels. */
const spaceClass = String.raw`[ \t\n\v\f\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]`;

/** Cuts space, tab, line feed, vertical tab, form feed and carriage return at both ends. */
export const trimmed = (text: string): string => `btrim(${text}, ${blanks})`;

/** True for a text of ASCII alone. */
export const isAscii = (text: string): string => `octet_length(${text}) = length(${text})`;

/** Lower case of A–Z alone. */
export const asciiLower = (text: string): string => `lower(${text} collate "C")`;

/** Full lower case, the same in every locale. */
const unicodeLower = (text: string): string =>
  `(lower(normalize(${text}, NFC) collate "und-x-icu") collate "C")`;

export function caseFolded(text: string): string {
  return `case when ${isAscii(text)} then ${asciiLower(trimmed(text))} else ${unicodeLower(trimmed(text))} end`;
}

export function foldedWords(text: string): string {
  const joined = (lower: string, spaces: string) =>
    `btrim(regexp_replace(${lower}, '${spaces}+', ' ', 'g'), ' ')`;
  return `case when ${isAscii(text)} then ${joined(asciiLower(text), blankClass)} else ${joined(unicodeLower(text), spaceClass)} end`;
}

export function digitsOnly(text: string): string {
  return `regexp_replace(${digitsOf(text)}, '^00', '')`;
}

export function digitsOf(text: string): string {
  return `regexp_replace(${text} collate "C", '[^0-9]', '', 'g')`;
}

export function alphanumerics(text: string): string {
  return `coalesce(nullif(upper(regexp_replace(${text} collate "C", '[^0-9A-Za-z]', '', 'g')), ''), ${text})`;
}

export function hexDigits(text: string): string {
  return `coalesce(nullif(lower(regexp_replace(${text} collate "C", '[^0-9A-Fa-f]', '', 'g')), ''), ${text})`;
}
