import { StandInWords, type WordChoice } from './stand-in-words.js';
import type { WordLists } from './word-lists.js';

interface StandInList extends WordChoice {
  readonly list: string;
}

/** Every choice of words that techniques draw from: the same for kernels and for SQL. */
export const standInLists = {
  given_names: { list: 'given-names', lettersOnly: true, longest: 24 },
  family_names: { list: 'family-names', lettersOnly: true, longest: 24 },
  short_given_names: { list: 'given-names', lettersOnly: true, longest: 8 },
  short_family_names: { list: 'family-names', lettersOnly: true, longest: 8 },
  organisation_names: { list: 'family-names', lettersOnly: true, longest: 16 },
  organisation_words: { list: 'organisation-words', lettersOnly: true, longest: 16 },
  street_names: { list: 'street-names', longest: 24 },
  cities: { list: 'cities' },
  address_cities: { list: 'cities', longest: 24 },
} as const satisfies Readonly<Record<string, StandInList>>;

export type StandInListId = keyof typeof standInLists;

/** The words of one choice, in the order of the list. */
export function standIns(words: WordLists, id: StandInListId): StandInWords {
  const { list, ...choice }: StandInList = standInLists[id];
  return StandInWords.of(words.get(list), choice);
}
