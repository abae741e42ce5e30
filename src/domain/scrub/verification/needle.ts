/** How surely an original value that turns up in the copy is a leak. */
export type NeedleStrength =
  /** No stand-in or other data is like it by chance: addresses of mail, long numbers, tokens. */
  | 'certain'
  /** Others may have it too: names of people, streets. A few are chance, many are a leak. */
  | 'likely'
  /** Numbers of seven to eleven digits, days and times: among many others chance brings some of them about. */
  | 'number';

/** An original value, or a decoy, that is looked for in the copy. */
export interface Needle {
  readonly text: string;
  readonly strength: NeedleStrength;
}

/** Shorter values are found everywhere. */
const SHORTEST = 6;
/** Longer ones are found by their beginning. */
const LONGEST = 200;

const email = /^[^\s@"'<>()]+@[^\s@"'<>()]+\.[a-z0-9-]{2,}$/i;
/** To the second: what is finer is hardly anybody else's. */
const dayOrTime = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?(?:\.0+)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/;
/** What copies write in another way: quotes, backslashes, line ends. */
const escapedInCopies = /["\\\p{Cc}]/u;

/** Most values: nothing to normalise, to split at or to trim. */
const plain = /^[A-Za-z0-9](?:[ !#-[\]-~]*[A-Za-z0-9])?$/;

/**
 * What of a value can be looked for, and how sure a find would be; undefined for values that say too
 * little to be told from others: single words, short numbers.
 */
export function needleOf(value: string): Needle | undefined {
  const text = longestPart(value).slice(0, LONGEST);
  if (text.length < SHORTEST) return undefined;
  const strength = strengthOf(text);
  return strength && { text, strength };
}

function strengthOf(text: string): NeedleStrength | undefined {
  if (email.test(text)) return 'certain';
  const letters = count(text, /\p{L}/gu);
  const digits = count(text, /\d/g);
  if (/^[a-z][a-z0-9+.-]*:\/\/\S{8,}$/i.test(text)) return 'certain';
  if (dayOrTime.test(text)) return 'number';
  const isOneToken = !/\s/.test(text);
  if (digits >= 12 && letters <= 8) return 'certain';
  if (isOneToken && letters >= 2 && digits >= 2 && letters + digits >= 10) return 'certain';
  if (digits >= 7) return letters === 0 ? 'number' : 'likely';
  if (isOneToken) return letters >= 2 && digits >= 2 ? 'likely' : undefined;
  const words = text.match(/\p{L}{2,}/gu) ?? [];
  return words.length >= 2 && letters >= 8 ? 'likely' : undefined;
}

/** The longest stretch of a value that every copy would write the same way, without punctuation around it. */
function longestPart(value: string): string {
  if (plain.test(value)) return value;
  let longest = '';
  for (const part of value.normalize('NFC').split(new RegExp(escapedInCopies, 'gu'))) {
    const trimmed = part.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
    if (trimmed.length > longest.length) longest = trimmed;
  }
  return longest;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
