import type { Catalog, ColumnName, Table } from '../../src/domain/catalog/catalog.js';
import type { Classifier } from '../../src/domain/classification/classifier.js';
import {
  gatherEvidence,
  readLanguages,
  type GatheredColumn,
  type SampledValues,
} from '../../src/domain/classification/gather-evidence.js';
import type { LanguageShares } from '../../src/domain/classification/names/read-name.js';
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
 * The same columns under names that say nothing: all of a table's, and every second one beside columns that
 * keep theirs. They teach what values, and what stands beside them, are worth by themselves.
 */
export function hiddenExamples(
  samples: ReadonlyMap<Table, SampledValues>,
  classifier: Classifier,
  set: LabelledSet,
): readonly Example[] {
  const languages = readLanguages(
    { engine: 'postgres', serverVersion: '', database: '', tables: [...samples.keys()], views: [] },
    classifier,
  );
  return [...samples].flatMap(([table, sample]) => {
    const home = languages.get(table.schema);
    const examplesOf = (renamed: Table, hides: (index: number) => boolean, spoken?: LanguageShares) => {
      const values = new Map(
        renamed.columns.map(({ name }, index) => [name, sample.get(table.columns[index].name) ?? []]),
      );
      const columns = gatherEvidence({ table: renamed, sample: values }, spoken, classifier, yearOfSet)
        .map((gathered, index) => ({
          schema: table.schema,
          gathered: { ...gathered, name: nameOf(table, index) },
          hidden: hides(index),
        }))
        .filter(({ gathered, hidden }) => hidden && gathered.withValues);
      return toExamples(columns, set, hiddenWeight);
    };
    const all = withNames(table, (_, index) => `c${String(index + 1)}`);
    return [
      ...examplesOf({ ...all, name: 't1', comment: undefined }, () => true),
      ...[0, 1].flatMap((half) =>
        examplesOf(
          withNames(table, (name, index) => (index % 2 === half ? strangeName(index) : name)),
          (index) => index % 2 === half,
          home,
        ),
      ),
    ];
  });
}

/** A word of no language: what a classifier sees of a language that it does not know. */
function strangeName(index: number): string {
  return `qzx${'bcdfghjklmnpqrstvwxz'[index % 20]}${'kqvwxz'[Math.floor(index / 20) % 6]}`;
}

function withNames(table: Table, rename: (name: string, index: number) => string): Table {
  const columns = table.columns.map((column, index) => {
    const name = rename(column.name, index);
    return name === column.name ? column : { ...column, name, comment: undefined };
  });
  return { ...table, columns };
}

function nameOf(table: Table, index: number): ColumnName {
  return { schema: table.schema, table: table.name, column: table.columns[index].name };
}
