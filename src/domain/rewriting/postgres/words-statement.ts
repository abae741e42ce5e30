import { wordSettings } from '../../masking/postgres/words.js';
import type { WordLists } from '../../masking/word-lists.js';
import { quoteText } from './known-relation.js';

const made = new WeakMap<WordLists, string>();

/**
 * What brings a session to the words that masked expressions draw from: some 800 kB, which the start-up
 * packet has no room for. To be run after connecting, and again after anything that resets settings. One row
 * with one number.
 */
export function wordsStatement(words: WordLists): string {
  const before = made.get(words);
  if (before !== undefined) return before;
  const rows = wordSettings(words).map(({ name, value }) => `(${quoteText(name)}, ${quoteText(value)})`);
  const statement = `select pg_catalog.count(pg_catalog.set_config(s.name, s.value, false)) from (values ${rows.join(', ')}) as s(name, value)`;
  made.set(words, statement);
  return statement;
}
