import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { wordListsOf, type WordLists } from '../../src/domain/masking/word-lists.js';
import { packageRoot } from '../../src/package-root.js';

/** The word lists of `rules/words/`, as they ship. */
export function shippedWordLists(): WordLists {
  const folder = join(packageRoot, 'rules/words');
  return wordListsOf(new Map(readdirSync(folder).map((list) => [list, readList(join(folder, list))])));
}

function readList(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
