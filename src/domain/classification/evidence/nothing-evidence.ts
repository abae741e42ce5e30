import { FeatureList, type Candidate } from './feature.js';
import { percent } from './type-evidence.js';
import type { ColumnView, TableContext } from './column-view.js';
import type { ColumnProfile } from '../values/column-profile.js';
import type { Vocabulary, WordRole } from '../names/vocabulary.js';

const tellingRoles: readonly WordRole[] = [
  'flag',
  'time',
  'count',
  'measure',
  'kind',
  'hash',
  'key',
  'by',
  'thing',
];

const roleWords: Partial<Record<WordRole, string>> = {
  flag: 'the name asks a yes-or-no question',
  time: 'the name tells a moment of the record',
  count: 'the name tells a count or amount',
  measure: 'the name tells a quantity of a thing',
  kind: 'the name tells a kind, state or setting',
  hash: 'the name tells a digest',
  key: 'the name tells a row key',
  by: 'the name refers to who did something',
  thing: 'the name tells a thing or an organisation',
};

/** What speaks for and against "nothing sensitive". */
export function nothingEvidence(
  column: ColumnView,
  context: TableContext,
  vocabulary: Vocabulary,
): Candidate {
  const list = new FeatureList();
  list.add('none', 1, 'type', () => 'most columns hold nothing sensitive');
  structure(list, column);
  nameRoles(list, column, vocabulary);
  if (context.people === 1) list.add('none.people', 1, 'table', () => 'the table is about people');
  if (context.people === -1)
    list.add('none.things', 1, 'table', () => 'the table is about things, not people');
  const company = [...context.strong].filter(([name]) => name !== column.name).length;
  if (company)
    list.add('none.company', Math.min(1, company / 4), 'siblings', () =>
      company === 1
        ? 'a column beside it holds personal data'
        : `${company} columns beside it hold personal data`,
    );
  if (column.profile) values(list, column.profile);
  else if (column.sampled) list.add('none.empty', 1, 'values', () => 'the sample holds no values');
  return { type: null, features: list.features };
}

function structure(list: FeatureList, column: ColumnView): void {
  const { family, element, maxLength, name } = column.type;
  const inner = family === 'array' ? (element?.family ?? 'other') : family;
  if (inner !== 'text') list.add(`none.${group(inner)}`, 1, 'type', () => `the data type is ${name}`);
  if (maxLength !== undefined && maxLength <= 3)
    list.add('none.short', 1, 'type', () => `the column holds ${maxLength} characters at most`);
  if (column.primaryKey)
    list.add('none.primary-key', inner === 'text' ? 0.4 : 1, 'constraint', () => 'it is the primary key');
  if (column.foreignKey)
    list.add('none.foreign-key', 1, 'foreign-key', () => 'it refers to a row of another table');
  if (column.listed) list.add('none.listed', 1, 'constraint', () => 'its values are limited to a list');
}

function group(family: string): string {
  if (family === 'timestamp' || family === 'time' || family === 'interval') return 'moment';
  if (family === 'decimal' || family === 'float') return 'decimal';
  if (['boolean', 'integer', 'date', 'uuid', 'json', 'binary', 'enum'].includes(family)) return family;
  return 'other';
}

function nameRoles(
  list: FeatureList,
  { readings, nameMatches, commentMatches }: ColumnView,
  vocabulary: Vocabulary,
): void {
  const words = (readings[0]?.words ?? []).filter(({ digits }) => !digits);
  const seen = new Set<WordRole>();
  for (const { word } of words) for (const role of vocabulary.rolesOf(word)) seen.add(role);
  const ends = [words.at(-1), words.at(0)]
    .filter((word) => word !== undefined)
    .map(({ word }) => vocabulary.rolesOf(word));
  for (const role of tellingRoles) {
    if (!seen.has(role)) continue;
    // A digest of a name or number still singles out the person: GDPR Art. 4(5).
    if (role === 'hash' && nameMatches.size) continue;
    const says = roleWords[role]!;
    // Names of some languages begin with the word that others end with: `id_cliente`.
    const atEnd = ends[0].has(role) || (role === 'key' && ends.some((roles) => roles.has(role)));
    list.add(atEnd ? `none.last-${role}` : `none.word-${role}`, 1, 'name', () => says);
  }
  const telling = words.filter(({ word }) => !vocabulary.rolesOf(word).has('placeholder') && word.length > 1);
  if (!telling.length) list.add('none.placeholder', 1, 'name', () => 'the name says nothing');
  else if (telling.every(({ word }) => vocabulary.rolesOf(word).has('unknown'))) {
    list.add('none.unknown', 1, 'name', () => 'no word of the name is known');
  } else if (
    !nameMatches.size &&
    !commentMatches.size &&
    telling.every(({ word }) => !vocabulary.rolesOf(word).has('unknown'))
  )
    list.add(
      'none.understood',
      1,
      'name',
      () => 'every word of the name is known, and none means personal data',
    );
}

function values(
  list: FeatureList,
  { shares, distinct, filled, commonestShape, numbers, years, lengths, values: sample }: ColumnProfile,
): void {
  const add = (id: string, value: number, says: () => string) => list.add(id, value, 'values', says);
  if (filled >= 5 && distinct === 1) add('none.constant', 1, () => 'all values are the same');
  else if (filled >= 20 && distinct <= 8)
    add('none.few', 1, () => `${distinct} distinct values in ${filled}`);
  if (numbers?.sequential && distinct > filled * 0.9) add('none.sequence', 1, () => 'the values count up');
  else if (numbers) add(numbers.integer ? 'none.whole' : 'none.fraction', 1, () => 'the values are numbers');
  if (shares.uuid > 0.8) add('none.uuids', 1, () => 'the values are UUIDs');
  else if (shares.hex > 0.8) add('none.hex', 1, () => 'the values are hexadecimal');
  if (years && years.timed > 0.5)
    add('none.moments', 1, () => `${percent(years.timed)} of the values carry a time of day`);
  else if (years && years.early >= years.late - 25)
    add('none.recent', 1, () => 'the days lie close together');
  if (areVersions(sample)) add('none.versions', 1, () => 'the values count up like version numbers');
  if (shares.boolean > 0.9) add('none.booleans', 1, () => 'the values are yes or no');
  if (shares.url > 0.6) add('none.urls', 1, () => 'the values are web addresses');
  if (shares.sentences > 0.5) add('none.sentences', 1, () => 'the values are sentences');
  if (shares.mixed > 0.6 && commonestShape > 0.5 && lengths.longest < 20)
    add('none.codes', 1, () => 'the values are codes of one shape');
  if (lengths.longest <= 3) add('none.tiny', 1, () => 'no value is longer than three characters');
}

/** No address of the internet is likelier to begin with a small number; a version nearly always does. */
const greatestMajor = 25;

/** `4.12.3.118`: an address of the internet as well, were it not that all begin with a small number. */
function areVersions(values: readonly string[]): boolean {
  const majors = values.map((value) =>
    Number(/^v?(\d{1,2})(?:\.\d{1,6}){2,3}(?:[-+][\w.]+)?$/.exec(value)?.[1]),
  );
  if (values.length < 5 || !majors.every((major) => major <= greatestMajor)) return false;
  const distinct = new Set(majors);
  // 10.x.x.x is a network of one's own.
  if (distinct.size === 1) return !distinct.has(10);
  return values.length >= 10 || distinct.size <= 2;
}
