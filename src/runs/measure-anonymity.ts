import { printRelationName } from '../domain/catalog/catalog.js';
import { type AnonymityBasis, anonymityQuestions, type TableAnonymity } from '../domain/scrub/anonymity.js';
import type { RowSource } from '../engines/engine.js';

/** Asks a copy how well its rows hide among one another; empty where an engine cannot tell. */
export async function measureAnonymity(
  copy: RowSource,
  basis: AnonymityBasis,
): Promise<readonly TableAnonymity[]> {
  if (!copy.anonymityOf) return [];
  const measured: TableAnonymity[] = [];
  for (const { table, quasiIdentifiers, sensitive } of anonymityQuestions(basis)) {
    const { diversity, ...groups } = await copy.anonymityOf(table, quasiIdentifiers, sensitive);
    measured.push({
      table: printRelationName(table),
      quasiIdentifiers,
      ...groups,
      diversity: sensitive.map((column, i) => ({ column, l: diversity[i] })),
    });
  }
  return measured;
}
