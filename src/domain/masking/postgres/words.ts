import { standIns, standInLists, type StandInListId } from '../stand-in-lists.js';
import { onlyFamilyNames } from '../person-names/only-family-names.js';
import type { WordLists } from '../word-lists.js';

/** Words as an SQL form draws them. */
export interface SqlWords {
  /** Of the setting that holds them: `PREFIX` and the list's id. */
  readonly setting: string;
  readonly count: number;
  /** Bytes that each word takes, blanks at its end. */
  readonly width: number;
}

/** A setting that a session has to have for masked queries. */
export interface WordSetting {
  readonly name: string;
  readonly value: string;
}

const PREFIX = 'scrubjay.words_';
const ONLY_FAMILY_NAMES = `${PREFIX}only_family_names`;
const NAME_CHARACTERS = `${PREFIX}name_characters`;

export function sqlWords(words: WordLists, id: StandInListId): SqlWords {
  const list = standIns(words, id);
  let width = 1;
  for (let i = 0; i < list.size; i++) width = Math.max(width, list.at(i).length);
  return { setting: `${PREFIX}${id}`, count: list.size, width };
}

/** Session settings that the forms read words from: lists of some 100 kB, which no query text could carry. */
export function wordSettings(words: WordLists): readonly WordSetting[] {
  return Object.keys(valuesOfSettings).map((name) => ({ name, value: valuesOfSettings[name](words) }));
}

/** One of them by its name. */
export function wordSetting(words: WordLists, name: string): WordSetting {
  return { name, value: valuesOfSettings[name](words) };
}

const valuesOfSettings: Readonly<Record<string, (words: WordLists) => string>> = {
  ...Object.fromEntries(
    (Object.keys(standInLists) as StandInListId[]).map((id) => [
      `${PREFIX}${id}`,
      (words: WordLists) => paddedWords(words, id),
    ]),
  ),
  [ONLY_FAMILY_NAMES]: (words) => `|${[...onlyFamilyNames(words)].join('|')}|`,
  [NAME_CHARACTERS]: otherThanNameCharacters,
};

/** Each word with blanks up to the width that all of them have. */
function paddedWords(words: WordLists, id: StandInListId): string {
  const { width } = sqlWords(words, id);
  const list = standIns(words, id);
  const padded = Array.from({ length: list.size }, (_, i) =>
    Buffer.from(list.at(i)).toString('latin1').padEnd(width),
  );
  return padded.join('');
}

/** Names of the settings with words that an SQL text reads. */
export function wordSettingsIn(sql: string): ReadonlySet<string> {
  return new Set(Array.from(sql.matchAll(/current_setting\('(scrubjay\.words_\w+)'\)/g), ([, name]) => name));
}

/** The word that a draw chooses. */
export function wordAt({ setting, count, width }: SqlWords, draw: string): string {
  const bytes = `(select current_setting('${setting}')::bytea)`;
  return `rtrim(convert_from(substr(${bytes}, ((${draw}) % ${count})::int * ${width} + 1, ${width}), 'UTF8'))`;
}

/** See `StandInWords.pick`: the next word where the draw would choose the original. */
export function pickWord(words: SqlWords, draw: string, original: string): string {
  const word = wordAt(words, draw);
  return `case when lower(${word} collate "C") = lower(${original} collate "C") then ${wordAt(words, `${draw} + 1`)} else ${word} end`;
}

/** See `caseStyleOf` and `writeStyled`. @param sample what the word is written like */
export function styled(word: string, sample: string): string {
  const s = `(${sample} collate "C")`;
  const manyUpper = `${s} ~ '[A-Z][^A-Z]*[A-Z]'`;
  return `case when ${s} = upper(${s}) then case when ${manyUpper} then upper(${word} collate "C") else ${word} end when ${s} = lower(${s}) then lower(${word} collate "C") else ${word} end`;
}

/** True for family names that are not given names too. @param word in lower case */
export function isOnlyFamilyName(word: string): string {
  return `strpos((select current_setting('${ONLY_FAMILY_NAMES}')), '|' || ${word} || '|') > 0`;
}

/** Runs of characters that names are not written with, of a text that is not ASCII alone, as a regular expression. */
export const otherNameCharacters = `(select current_setting('${NAME_CHARACTERS}'))`;

let otherCharacters: string | undefined;

/** What `[^\p{L}\p{M}\p{N}'’.,/&()"-]+` is to the kernels, by ranges: PostgreSQL's classes depend on its locale. */
function otherThanNameCharacters(): string {
  if (otherCharacters !== undefined) return otherCharacters;
  const kept = /[\p{L}\p{M}\p{N}'’.,/&()"-]/u;
  const ranges: string[] = [];
  const escaped = (code: number) => `\\U${code.toString(16).padStart(8, '0')}`;
  let start = -1;
  for (let code = 1; code <= 0x110000; code++) {
    const isKept = code < 0x110000 && kept.test(String.fromCodePoint(code));
    if (isKept && start < 0) start = code;
    if (isKept || start < 0) continue;
    ranges.push(start === code - 1 ? escaped(start) : `${escaped(start)}-${escaped(code - 1)}`);
    start = -1;
  }
  return (otherCharacters = `[^${ranges.join('')}]+`);
}
