import {
  type Catalog,
  type Column,
  printColumnName,
  printRelationName,
  type SearchVector,
  type Table,
} from '../catalog/catalog.js';
import { misfitOf, parseTechniqueOptions } from '../masking/technique-registry.js';
import type { ColumnMask } from '../policy/column-mask.js';
import { maskedColumn } from '../policy/decide-masks.js';
import type { PlanProblem } from './scrub-plan.js';

/** What is done about columns that keep the words of masked ones. */
export interface SearchVectorDecisions {
  /** Masks that empty them while rows are copied, by printed name. */
  readonly masks: ReadonlyMap<string, ColumnMask>;
  /** Those that are built anew from masked columns, by printed table. */
  readonly rebuilt: ReadonlyMap<string, readonly SearchVector[]>;
  readonly refusals: readonly PlanProblem[];
}

/**
 * A search vector beside masked columns keeps their words, stems of names among them. One that
 * PostgreSQL's own trigger keeps is built anew from the masked columns; any other is refused, since
 * nobody knows what it was made from. Generated ones are computed by the database itself.
 */
export function decideSearchVectors(
  catalog: Catalog,
  masks: ReadonlyMap<string, ColumnMask>,
): SearchVectorDecisions {
  const emptied = new Map<string, ColumnMask>();
  const rebuilt = new Map<string, SearchVector[]>();
  const refusals: PlanProblem[] = [];
  for (const table of catalog.tables) {
    const isMasked = (column: string) => masks.has(nameIn(table, column));
    if (!table.columns.some(({ name }) => isMasked(name))) continue;
    for (const column of table.columns) {
      const where = nameIn(table, column.name);
      if (column.type.family !== 'search-vector' || column.generated || masks.has(where)) continue;
      const vector = table.searchVectors?.find((known) => known.column === column.name);
      if (vector && !vector.reads.some(isMasked)) continue;
      const mask = vector && emptying(table, column, vector);
      if (!vector || !mask) {
        refusals.push({ ...stale, where });
        continue;
      }
      emptied.set(where, mask);
      const relation = printRelationName(table);
      rebuilt.set(relation, [...(rebuilt.get(relation) ?? []), vector]);
    }
  }
  return { masks: emptied, rebuilt, refusals };
}

const stale: Omit<PlanProblem, 'where'> = {
  code: 'stale-search-vector',
  problem: 'a search vector keeps the words of columns that are masked',
  hint: "add a rule for the column with technique 'null' or 'fixed', or make it a generated column",
};

function emptying(table: Table, column: Column, { reads }: SearchVector): ColumnMask | undefined {
  const { schema, name } = table;
  const technique = ['null', 'fixed'].find((id) => !misfitOf(id, {}, maskedColumn(table, column)));
  if (technique === undefined) return undefined;
  return {
    column: { schema, table: name, column: column.name },
    informationType: 'free-text-with-pii',
    sensitivity: 'confidential',
    technique,
    options: parseTechniqueOptions(technique, {}),
    domain: 'search-vector',
    because: `built anew after the copy from ${reads.join(' and ')}`,
  };
}

function nameIn({ schema, name: table }: Table, column: string): string {
  return printColumnName({ schema, table, column });
}
