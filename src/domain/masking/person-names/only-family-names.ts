import type { WordLists } from '../word-lists.js';

const known = new WeakMap<WordLists, ReadonlySet<string>>();

/** Family names of the lists that are not given names too, in lower case. */
export function onlyFamilyNames(words: WordLists): ReadonlySet<string> {
  const before = known.get(words);
  if (before) return before;
  const decoder = new TextDecoder();
  const lower = (list: string) => words.get(list).words.map((word) => decoder.decode(word).toLowerCase());
  const givenNames = new Set(lower('given-names'));
  const names = new Set(lower('family-names').filter((name) => !givenNames.has(name)));
  known.set(words, names);
  return names;
}
