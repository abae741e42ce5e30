import { join } from 'node:path';
import type { WordLists } from '../../src/domain/masking/word-lists.js';
import { packageRoot } from '../../src/package-root.js';
import { FolderWordLists } from '../../src/rules/read-words.js';

/** The word lists of `rules/words/`, as they ship. */
export const shippedWords: WordLists = new FolderWordLists([join(packageRoot, 'rules/words')]);
