import { type Catalog, columnsOf, printColumnName, printRelationName } from '../domain/catalog/catalog.js';
import { ScrubjayError } from '../domain/errors.js';
import { type AnonymityBasis, anonymityQuestions, type TableAnonymity } from '../domain/scrub/anonymity.js';
import type { RowSource } from '../engines/row-source.js';

/** Somebody names a column that is not there. */
export class UnknownColumnError extends ScrubjayError {
  readonly code = 'unknown-column';

  constructor(name: string) {
    super(`the source has no column ${name}`, 'write it as schema.table.column');
  }
}

/**
 * The printed names of columns that somebody named, the schema `public` left out or not.
 * @throws UnknownColumnError
 */
export function quasiIdentifiersNamed(names: readonly string[], catalog: Catalog): readonly string[] {
  const known = new Set(Array.from(columnsOf(catalog), (column) => printColumnName(column.name)));
  return names.map((name) => {
    const found = [name, `public.${name}`].find((printed) => known.has(printed));
    if (found === undefined) throw new UnknownColumnError(name);
    return found;
  });
}

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
