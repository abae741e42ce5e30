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
const url = /^[a-z][a-z0-9+.-]*:\/\/\S{8,}$/i;
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
  if (text.includes('@') && email.test(text)) return 'certain';
  if (text.includes('://') && url.test(text)) return 'certain';
  if (text[4] === '-' && dayOrTime.test(text)) return 'number';
  const { letters, digits, words, isOneToken } = charactersOf(text);
  if (digits >= 12 && letters <= 8) return 'certain';
  if (isOneToken && letters >= 2 && digits >= 2 && letters + digits >= 10) return 'certain';
  if (digits >= 7) return letters === 0 ? 'number' : 'likely';
  if (isOneToken) return letters >= 2 && digits >= 2 ? 'likely' : undefined;
  return words >= 2 && letters >= 8 ? 'likely' : undefined;
}

interface Characters {
  readonly letters: number;
  readonly digits: number;
  /** Of two letters or more, one behind the other. */
  readonly words: number;
  /** Without white space. */
  readonly isOneToken: boolean;
}

function charactersOf(text: string): Characters {
  let [letters, digits, words, stretch] = [0, 0, 0, 0];
  let isOneToken = true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return countBeyondAscii(text);
    const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
    stretch = isLetter ? stretch + 1 : 0;
    if (stretch === 2) words++;
    if (isLetter) letters++;
    else if (code >= 0x30 && code <= 0x39) digits++;
    else if (code === 0x20) isOneToken = false;
  }
  return { letters, digits, words, isOneToken };
}

function countBeyondAscii(text: string): Characters {
  return {
    letters: count(text, /\p{L}/gu),
    digits: count(text, /\d/g),
    words: count(text, /\p{L}{2,}/gu),
    isOneToken: !/\s/.test(text),
  };
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
