/** What a word of a person's name is; what is not one of the names stays as it is. */
export const KEPT = 0;
export const GIVEN = 1;
export const FAMILY = 2;
/** A single letter that stands for a given name. */
export const INITIAL = 3;

export type NamePart = typeof KEPT | typeof GIVEN | typeof FAMILY | typeof INITIAL;

/** Longest word in the sets below: their letters pack into one exact number. */
const LONGEST_PACKED = 6;

/** Words before a name. */
export const titleWords = [
  ...['mr', 'mrs', 'ms', 'miss', 'mx', 'dr', 'prof', 'sir', 'dame', 'rev', 'hon', 'herr', 'frau', 'hr', 'fr'],
  ...[
    'mme',
    'mlle',
    'm',
    'sr',
    'sra',
    'srta',
    'don',
    'dona',
    'sig',
    'sigra',
    'dott',
    'ing',
    'mgr',
    'bc',
    'pan',
  ],
  ...['pani', 'dhr', 'mevr', 'dipl'],
] as const;
export const titles = packed(titleWords);

/** Words after a name. */
export const suffixWords = [
  'jr',
  'sr',
  'ii',
  'iii',
  'iv',
  'phd',
  'md',
  'esq',
  'mba',
  'msc',
  'dds',
  'cpa',
] as const;
export const suffixes = packed(suffixWords);

/** Words that join a family name to what is before it. */
export const particleWords = [
  ...[
    'van',
    'von',
    'vom',
    'zu',
    'zum',
    'zur',
    'der',
    'den',
    'de',
    'del',
    'della',
    'di',
    'da',
    'das',
    'do',
    'dos',
  ],
  ...[
    'du',
    'des',
    'la',
    'le',
    'las',
    'los',
    'el',
    'al',
    'ter',
    'ten',
    'te',
    'af',
    'av',
    'bin',
    'ibn',
    'bint',
    'y',
  ],
  ...['e', 'und', 'and', 'st', 'af', 'san', 'mac', 'op', "'t", "d'"],
] as const;
export const particles = packed(particleWords);

/** Lower-case ASCII bytes as one number; -1 for what is too long to be in a set. */
export function pack(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > LONGEST_PACKED) return -1;
  let number = 0;
  for (let i = from; i < to; i++) number = number * 256 + (bytes[i] | 0x20);
  return number;
}

function packed(words: readonly string[]): ReadonlySet<number> {
  const encoder = new TextEncoder();
  return new Set(words.map((word) => pack(encoder.encode(word), 0, word.length)));
}
