import type { Catalog, Table } from '../../src/domain/catalog/catalog.js';
import type { Classifier } from '../../src/domain/classification/classifier.js';
import {
  gatherEvidence,
  readLanguages,
  type GatheredColumn,
  type SampledValues,
} from '../../src/domain/classification/gather-evidence.js';
import type { LabelledSet } from './load-set.js';
import type { Example } from './learn-weights.js';

/** A column of a set with its evidence. */
export interface LabelledColumn {
  readonly schema: string;
  readonly gathered: GatheredColumn;
}

/** The year that the sets' ages and dates were made for. */
export const yearOfSet = 2026;
/** How much a column counts whose name was hidden, beside one with its name. */
const hiddenWeight = 0.3;

/** Gathers the evidence of every labelled column; without samples by metadata alone. */
export function gatherSet(
  catalog: Catalog,
  samples: ReadonlyMap<Table, SampledValues>,
  classifier: Classifier,
): readonly LabelledColumn[] {
  const languages = readLanguages(catalog, classifier);
  return catalog.tables.flatMap((table) =>
    gatherEvidence(
      { table, sample: samples.get(table) },
      languages.get(table.schema),
      classifier,
      yearOfSet,
    ).map((gathered) => ({
      schema: table.schema,
      gathered,
    })),
  );
}

/** Columns as examples to learn from; columns whose truth is a matter of policy are left out. */
export function toExamples(
  columns: readonly LabelledColumn[],
  set: LabelledSet,
  weight = 1,
): readonly Example[] {
  return columns.flatMap(({ schema, gathered }) => {
    const truth = set.truthOf(schema, gathered.name.table, gathered.name.column);
    if (!truth || truth.optional) return [];
    return [
      { schema, candidates: gathered.candidates, right: new Set([truth.type, ...truth.accept]), weight },
    ];
  });
}

/**
 * The same columns under names that say nothing: what a classifier sees of a language that it does not
 * know. They teach it what values are worth by themselves.
 */
export function hiddenExamples(
  samples: ReadonlyMap<Table, SampledValues>,
  classifier: Classifier,
  set: LabelledSet,
): readonly Example[] {
  return [...samples].flatMap(([table, sample]) => {
    const hidden = table.columns.map((column, index) => ({
      ...column,
      name: `c${String(index + 1)}`,
      comment: undefined,
    }));
    const renamed = new Map(
      hidden.map(({ name }, index) => [name, sample.get(table.columns[index].name) ?? []]),
    );
    const gathered = gatherEvidence(
      { table: { ...table, name: 't1', comment: undefined, columns: hidden }, sample: renamed },
      undefined,
      classifier,
      yearOfSet,
    );
    const named = gathered.map((column, index) => ({
      schema: table.schema,
      gathered: {
        ...column,
        name: { schema: table.schema, table: table.name, column: table.columns[index].name },
      },
    }));
    return toExamples(
      named.filter(({ gathered: column }) => column.withValues),
      set,
      hiddenWeight,
    );
  });
}
