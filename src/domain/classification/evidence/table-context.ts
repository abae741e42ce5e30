import type { ColumnView, StrongSibling, TableContext } from './column-view.js';
import { topFamily } from './type-evidence.js';
import type { InformationType } from '../information-type.js';
import type { NameReading } from '../names/read-name.js';
import type { Vocabulary } from '../names/vocabulary.js';

/** Whether a relation's name speaks of people or of things; the last telling word decides. */
export function readSubject(
  reading: NameReading | undefined,
  vocabulary: Vocabulary,
): TableContext['people'] {
  let subject: TableContext['people'] = 0;
  for (const { word, letters = 3 } of reading?.words ?? []) {
    if (letters < 3) continue;
    if (vocabulary.namesPeople(word)) subject = 1;
    else if (vocabulary.namesThings(word)) subject = -1;
  }
  return subject;
}

/** The types that columns of a relation show by themselves, without looking at one another. */
export function findStrong(
  columns: readonly ColumnView[],
  types: ReadonlyMap<string, InformationType>,
): ReadonlyMap<string, readonly StrongSibling[]> {
  const strong = new Map<string, readonly StrongSibling[]>();
  for (const column of columns) {
    const found: StrongSibling[] = [];
    for (const id of strongTypes(column)) {
      const type = types.get(id);
      if (type) found.push({ type: id, family: topFamily(type) });
    }
    if (found.length) strong.set(column.name, found);
  }
  return strong;
}

function* strongTypes({ nameMatches, valueMatches, contents, profile, type }: ColumnView): Generator<string> {
  if (type.family === 'boolean' || type.family === 'timestamp') return;
  for (const match of nameMatches.values()) {
    const refuted = profile && isRefuted(match.type, valueMatches, contents);
    if (
      !refuted &&
      match.coverage === 1 &&
      !match.generic &&
      match.fromContext === 0 &&
      match.likelihood > 0.8 &&
      !match.against
    ) {
      if (!match.beside.has('hash')) yield match.type;
    }
  }
  for (const match of valueMatches.values()) {
    if (
      match.share >= Math.max(0.8, match.wanted) &&
      match.chance < 0.15 &&
      match.tested >= 8 &&
      !nameMatches.has(match.type)
    )
      yield match.type;
  }
}

function isRefuted(
  type: string,
  valueMatches: ColumnView['valueMatches'],
  contents: ColumnView['contents'],
): boolean {
  const match = valueMatches.get(type);
  const content = contents.get(type);
  if (match && match.share >= match.wanted) return false;
  if (content !== undefined && content >= 0.5) return false;
  return match !== undefined || content !== undefined;
}
