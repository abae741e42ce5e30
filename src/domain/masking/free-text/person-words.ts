import { InnerValues } from '../inner-values.js';
import { NULL_VALUE, textOf, type ValueBatch } from '../value-batch.js';
import type { BatchMask, Companions, MaskingContext } from '../technique.js';
import type { WordLists } from '../word-lists.js';

export const nameParts = ['full', 'given', 'family'] as const;

/** A column of the same row that holds names of people. */
export interface PeopleColumn {
  readonly column: string;
  readonly part: (typeof nameParts)[number];
}

export const wordPattern = /[\p{L}\p{M}\p{N}'’]+/gu;

const familyWords =
  /(^|_)(last|family|sur|nach|apellido|cognome|nom|sobrenome|achternaam|nazwisko|prijmeni)(_?name|$|s?(_|$))/;
const givenWords =
  /(^|_)(first|given|fore|middle|vor|nombre|prenom|nome|voornaam|imie|jmeno)(_?name|$|(_|$))/;

/** What a column of people's names holds, told by its own name; `full` where that says nothing. */
export function partOfColumn(column: string): PeopleColumn['part'] {
  const folded = column.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  if (familyWords.test(folded)) return 'family';
  return givenWords.test(folded) ? 'given' : 'full';
}

/** Stand-ins of the words of people's names in each row, by the word in lower case. */
export class PeopleOfRows {
  readonly #columns: readonly (PeopleColumn & { readonly mask: BatchMask })[];

  constructor(columns: readonly PeopleColumn[], context: MaskingContext) {
    this.#columns = columns.map((column) => ({
      ...column,
      mask: context.inner('pseudonymise-person-name', { part: column.part }, 'person-name'),
    }));
  }

  read(count: number, companions: Companions): readonly ReadonlyMap<string, string>[] {
    const rows = Array.from({ length: count }, () => new Map<string, string>());
    for (const { column, mask } of this.#columns) {
      const names = companions.get(column);
      if (!names) continue;
      const values = new InnerValues(mask);
      for (let row = 0; row < count; row++) {
        if (names.starts[row] === NULL_VALUE) values.values.appendNull();
        else values.values.append(names.bytes, names.starts[row], names.ends[row]);
        values.expect(row);
      }
      values.mask(companions);
      rows.forEach((words, row) => addWords(words, names, values.masked, row));
    }
    return rows;
  }
}

/** Pairs the words of a name with those of its stand-in: names are masked word by word. */
function addWords(words: Map<string, string>, names: ValueBatch, masked: ValueBatch, row: number): void {
  const originals = textOf(names, row)?.normalize('NFC').match(wordPattern) ?? [];
  const standIns = textOf(masked, row)?.match(wordPattern) ?? [];
  originals.forEach((word, i) => {
    // A lone letter would strike every "a" in the text.
    if (word.length < 2) return;
    const standIn = standIns.length === originals.length ? standIns[i] : standIns[0];
    if (standIn !== undefined) words.set(word.toLowerCase(), standIn);
  });
}

/** Which lists a word stands in. */
export interface KnownNames {
  isGiven(word: string): boolean;
  isFamily(word: string): boolean;
}

const known = new WeakMap<WordLists, KnownNames>();

export function knownNames(words: WordLists): KnownNames {
  const made = known.get(words) ?? readKnownNames(words);
  known.set(words, made);
  return made;
}

function readKnownNames(words: WordLists): KnownNames {
  const decoder = new TextDecoder();
  const setOf = (list: string) =>
    new Set(words.get(list).words.map((word) => decoder.decode(word).toLowerCase()));
  const given = setOf('given-names');
  const family = setOf('family-names');
  return { isGiven: (word) => given.has(word), isFamily: (word) => family.has(word) };
}
