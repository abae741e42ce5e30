import type { Column } from '../../catalog/catalog.js';
import type { Classifier } from '../classifier.js';
import type { NameReading } from '../names/read-name.js';
import type { ColumnView } from './column-view.js';

/**
 * What most columns of a table begin with and nobody knows the meaning of: `ebsal_` in `ebsal_amount`. It names
 * the table, as old systems do, and says nothing of the column.
 */
export function sharedPrefix(
  columns: readonly Column[],
  { reader, vocabulary }: Classifier,
): string | undefined {
  const counts = new Map<string, number>();
  for (const { name } of columns) {
    const prefix = /^[A-Za-z][A-Za-z0-9]{1,7}_(?=.)/.exec(name)?.[0];
    if (prefix) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const [prefix, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  if (prefix === undefined || count < 3 || count < columns.length * 0.5) return undefined;
  const known = reader.read(prefix)[0].words.some(({ word, digits }) => !digits && vocabulary.isWord(word));
  return known ? undefined : prefix;
}

export const noSubjects: ReadonlySet<string> = new Set();

/** Words for the row itself: `drug orders` are about drugs. */
const containerWords: ReadonlySet<string> = new Set([
  'order',
  'record',
  'history',
  'entry',
  'register',
  'list',
  'request',
  'data',
  'information',
  'table',
  'file',
  'event',
]);

export function withoutContainers(reading: NameReading): NameReading {
  const words = reading.words.filter(({ word }) => !containerWords.has(word));
  return words.length ? { ...reading, words } : reading;
}

const containerContents: ReadonlySet<string> = new Set([
  'documents',
  'images',
  'personal-document',
  'personal-text',
  'personal-urls',
]);

/** The types that a relation is about by its name: `allergies`, `salaries`. */
export function subjectsOf(
  reading: NameReading,
  { phrases, types, vocabulary }: Classifier,
): ReadonlySet<string> {
  const subjects = new Set<string>();
  for (const match of phrases.match([reading]).values()) {
    const { lives, values } = types.get(match.type)!;
    // Files and documents are containers too: a `film` table is not full of them.
    const isData =
      (!lives || lives.includes('text')) &&
      !(values?.content && !values.weak && containerContents.has(values.content));
    // `professors` are who the rows are about, not what is in them.
    if (match.words.every((word) => vocabulary.namesPeople(word))) continue;
    const clean = isData && match.coverage === 1 && !match.generic && match.against === undefined;
    if (clean && match.likelihood > 0.5) subjects.add(match.type);
  }
  return subjects;
}

/** True for a name such as `value_text` or `comments`, which leaves it to the table to say what is in it. */
export function isUnnamedContent({ readings, type }: ColumnView, { vocabulary }: Classifier): boolean {
  if (!['text', 'integer', 'decimal', 'float'].includes(type.family)) return false;
  const words = readings[0].words.filter(({ digits }) => !digits);
  const roles = words.map(({ word }) => vocabulary.rolesOf(word));
  if (roles.some((role) => role.has('key') || role.has('time') || role.has('flag') || role.has('unknown')))
    return false;
  return (
    words.some(({ word }) => contentWords.has(word)) &&
    words.every(
      ({ word }) =>
        vocabulary.isGeneric(word) || vocabulary.rolesOf(word).has('neutral') || contentWords.has(word),
    )
  );
}

/** Words for whatever a row is about. */
const contentWords: ReadonlySet<string> = new Set([
  'value',
  'text',
  'comment',
  'note',
  'remark',
  'description',
  'detail',
  'content',
  'amount',
  'result',
  'numeric',
  'observation',
  'name',
  'title',
  'label',
]);
