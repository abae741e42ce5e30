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
