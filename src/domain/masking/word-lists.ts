import { ScrubjayError } from '../errors.js';

/** Words that stand-ins are chosen from, kept as ready UTF-8 so that choosing one is copying bytes. */
export interface WordList {
  readonly name: string;
  readonly words: readonly Uint8Array[];
}

/** The word lists of `rules/words/` by name, such as `given-names`. */
export interface WordLists {
  /** All locales of a list together, in a fixed order. Throws `UnknownWordListError`. */
  get(name: string): WordList;
}

export class UnknownWordListError extends ScrubjayError {
  readonly code = 'unknown-word-list';

  constructor(list: string, known: readonly string[]) {
    super(`there is no word list '${list}'`, `use one of ${known.join(', ')}, or add rules/words/${list}/`);
  }
}

/** Word lists of given words: each list deduplicated ignoring case, in the order given. */
export function wordListsOf(lists: ReadonlyMap<string, readonly string[]>): WordLists {
  const encoder = new TextEncoder();
  const encoded = new Map<string, WordList>();
  for (const [name, words] of lists) {
    const distinct = new Map<string, string>();
    for (const word of words) {
      const folded = word.toLowerCase();
      if (!distinct.has(folded)) distinct.set(folded, word);
    }
    encoded.set(name, { name, words: [...distinct.values()].map((word) => encoder.encode(word)) });
  }
  return {
    get(name) {
      const list = encoded.get(name);
      if (!list) throw new UnknownWordListError(name, [...encoded.keys()]);
      return list;
    },
  };
}
