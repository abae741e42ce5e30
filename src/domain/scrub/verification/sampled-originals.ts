import type { Table } from '../../catalog/catalog.js';
import { printColumnName } from '../../catalog/catalog.js';
import type { Labels } from '../../classification/labels-file.js';
import { atLeastAsSensitive } from '../../classification/sensitivity.js';
import type { PseudonymFunction } from '../../masking/pseudonym/pseudonym-function.js';
import { columnsReadBy } from '../../masking/technique-registry.js';
import { batchOf } from '../../masking/value-batch.js';
import type { WordLists } from '../../masking/word-lists.js';
import type { ColumnMask } from '../../policy/column-mask.js';
import { maskedColumn } from '../../policy/decide-masks.js';
import type { LeakHuntBuilder } from './leak-hunt.js';
import { observeMask, type ObservedValues } from './observe-mask.js';

/** Sampled values of one table by column name, null for NULL; all columns of the same length. */
export type SampledColumns = ReadonlyMap<string, readonly (string | null)[]>;

export interface SampledTable {
  readonly table: Table;
  readonly masks: readonly ColumnMask[];
  readonly sample: SampledColumns;
  readonly labels: Labels;
}

/** Where stand-ins for decoys come from: another key than the run's. */
export interface DecoySource {
  readonly pseudonyms: PseudonymFunction;
  readonly words: WordLists;
}

/** Longer texts are searched for what can be told by its shape, by other means than the masks'. */
const LONG_TEXT = 40;
const evident = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}.-]{1,190}\.\p{L}{2,24}|\d(?:[ -]?\d){8,22}/gu;

/** Adds the sampled originals of a table's masked columns to the hunt, and a decoy beside each. */
export function addOriginals(hunt: LeakHuntBuilder, from: SampledTable, decoys: DecoySource): void {
  for (const mask of from.masks) {
    const values = from.sample.get(mask.column.column) ?? [];
    const column = printColumnName(mask.column);
    const isShared = !atLeastAsSensitive(mask.sensitivity, 'confidential');
    for (const { domain, pairs } of observe(from, mask, values, decoys)) {
      for (const { original, standIn } of pairs) {
        hunt.addOriginal(original, { column, domain, isShared });
        if (standIn !== null && standIn !== original) hunt.addDecoy(standIn, domain);
      }
    }
    for (const value of values) {
      if (value === null || value.length < LONG_TEXT) continue;
      for (const [found] of value.matchAll(evident)) hunt.addOriginal(found, { column, domain: mask.domain });
    }
  }
  addWholeNames(hunt, from);
}

/** Pseudonym domains that a mask writes stand-ins of. */
export function domainsWrittenBy(table: Table, mask: ColumnMask, decoys: DecoySource): ReadonlySet<string> {
  const observed = observe({ table, sample: new Map() }, mask, [], decoys);
  return new Set([mask.domain, ...observed.map(({ domain }) => domain)]);
}

function observe(
  { table, sample }: Pick<SampledTable, 'table' | 'sample'>,
  mask: ColumnMask,
  values: readonly (string | null)[],
  decoys: DecoySource,
): readonly ObservedValues[] {
  const column = table.columns.find(({ name }) => name === mask.column.column)!;
  const masked = maskedColumn(table, column);
  const reads = columnsReadBy(mask.technique, mask.options, masked);
  const empty = values.map(() => null);
  const companions = new Map(reads.map((name) => [name, batchOf(sample.get(name) ?? empty)]));
  return observeMask(mask, masked, batchOf(values), companions, decoys);
}

/** Given and family names of one row, as texts write them together; alone they are anybody's. */
function addWholeNames(hunt: LeakHuntBuilder, { masks, sample, labels }: SampledTable): void {
  const columnOf = (type: string) =>
    masks.find(({ column }) => labels.columns.get(printColumnName(column))?.informationType === type)?.column;
  const [given, family] = [columnOf('given-name'), columnOf('family-name')];
  if (!given || !family) return;
  const [givenNames, familyNames] = [sample.get(given.column) ?? [], sample.get(family.column) ?? []];
  const origin = { column: printColumnName(family), domain: 'person-name' };
  givenNames.forEach((givenName, row) => {
    const familyName = familyNames[row];
    if (givenName === null || familyName === null) return;
    hunt.addOriginal(`${givenName} ${familyName}`, origin);
    hunt.addOriginal(`${familyName}, ${givenName}`, origin);
  });
}
