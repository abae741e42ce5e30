import { wordSetting } from '../../masking/postgres/words.js';
import type { WordLists } from '../../masking/word-lists.js';
import { quoteText } from './known-relation.js';

const made = new WeakMap<WordLists, Map<string, string>>();

/**
 * What brings a session to the words that masked expressions draw from: up to 800 kB, which the start-up
 * packet has no room for. To be run after connecting, and again after anything that resets settings. One row
 * with one number. The same text for the same settings.
 * @param settings that the expressions read, see `Protection`; undefined comes of none
 */
export function wordsStatement(words: WordLists, settings: ReadonlySet<string>): string | undefined {
  if (settings.size === 0) return undefined;
  const names = [...settings].sort();
  const known = made.get(words) ?? new Map<string, string>();
  made.set(words, known);
  const statement = known.get(names.join()) ?? statementOf(words, names);
  known.set(names.join(), statement);
  return statement;
}

function statementOf(words: WordLists, names: readonly string[]): string {
  const rows = names.map((name) => `(${quoteText(name)}, ${quoteText(wordSetting(words, name).value)})`);
  return `select pg_catalog.count(pg_catalog.set_config(s.name, s.value, false)) from (values ${rows.join(', ')}) as s(name, value)`;
}
