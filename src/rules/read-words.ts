import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileFormatError, ScrubjayError } from '../domain/errors.js';
import { foldText } from '../domain/classification/names/fold-text.js';
import type { WordList, WordLists } from '../domain/masking/word-lists.js';

/** Somebody named a word list that no folder of `words/` holds. */
export class UnknownWordListError extends ScrubjayError {
  readonly code = 'unknown-word-list';

  constructor(readonly list: string, known: readonly string[]) {
    super(`there is no word list "${list}"`, `use one of: ${known.join(', ')}; or add words/${list}/LOCALE.txt`);
  }
}

/** Tells whether a text is a word of a list, whatever its case and diacritics. */
export interface WordMembership {
  has(text: string): boolean;
  /** The words as `has` compares them. */
  readonly folded: ReadonlySet<string>;
}

/** Word lists of one or more `words/` folders; a list is read when it is first asked for, and kept. */
export class FolderWordLists implements WordLists {
  /** List to locale to path; a later folder replaces the locale of an earlier one. */
  readonly #files = new Map<string, Map<string, string>>();
  readonly #lists = new Map<string, WordList>();
  readonly #texts = new Map<string, readonly string[]>();
  readonly #memberships = new Map<string, WordMembership>();

  constructor(folders: readonly string[]) {
    for (const folder of folders) {
      for (const list of subfolders(folder)) {
        const files = this.#files.get(list) ?? new Map<string, string>();
        for (const entry of readdirSync(join(folder, list)).sort()) {
          const locale = /^(.+)\.txt$/.exec(entry)?.[1];
          if (locale !== undefined) files.set(locale, join(folder, list, entry));
        }
        if (files.size) this.#files.set(list, files);
      }
    }
  }

  /** Names of all lists, sorted. */
  names(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }

  get(name: string): WordList {
    const known = this.#lists.get(name);
    if (known) return known;
    const list = { name, words: encodeWords(this.texts(name)) };
    this.#lists.set(name, list);
    return list;
  }

  /** The words of all locales (sorted by locale, each word once), or of some. Throws `UnknownWordListError`. */
  texts(name: string, locales?: readonly string[]): readonly string[] {
    const files = this.#files.get(name);
    if (!files) throw new UnknownWordListError(name, this.names());
    if (locales) return distinctWords([...files].filter(([locale]) => locales.includes(locale)));
    const known = this.#texts.get(name);
    if (known) return known;
    const words = distinctWords([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.#texts.set(name, words);
    return words;
  }

  /** For classification: membership without regard to case and diacritics. Throws `UnknownWordListError`. */
  membership(name: string): WordMembership {
    const known = this.#memberships.get(name);
    if (known) return known;
    const folded = new Set(this.texts(name).map(foldWord));
    const membership = { folded, has: (text: string) => folded.has(foldWord(text)) };
    this.#memberships.set(name, membership);
    return membership;
  }
}

/** The words one behind the other in one piece of memory: one of its own for each costs ten times its bytes. */
function encodeWords(texts: readonly string[]): readonly Uint8Array[] {
  const encoded = Buffer.from(texts.join(''), 'utf8');
  const bytes = new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.length);
  let at = 0;
  return texts.map((text) => bytes.subarray(at, (at += Buffer.byteLength(text, 'utf8'))));
}

function foldWord(text: string): string {
  return foldText(text.trim());
}

function subfolders(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

function distinctWords(files: readonly (readonly [locale: string, path: string])[]): readonly string[] {
  return [...new Set(files.flatMap(([, path]) => readWordFile(path)))];
}

/** One word or phrase a line; blank lines and lines that begin with # say nothing. */
function readWordFile(path: string): readonly string[] {
  const lines = decode(path).split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

function decode(path: string): string {
  const bytes = readFileSync(path);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new FileFormatError(path, undefined, 'is not UTF-8', 'save the word list as UTF-8');
}
