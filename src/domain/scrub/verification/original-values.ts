import { printColumnName, type Table } from '../../catalog/catalog.js';
import type { Labels } from '../../classification/labels-file.js';
import { atLeastAsSensitive } from '../../classification/sensitivity.js';
import type { PseudonymFunction } from '../../masking/pseudonym/pseudonym-function.js';
import { columnsReadBy } from '../../masking/technique-registry.js';
import {
  batchOf,
  NULL_VALUE,
  textOf,
  textReader,
  type ValueBatch,
  ValueBatchWriter,
} from '../../masking/value-batch.js';
import type { WordLists } from '../../masking/word-lists.js';
import type { ColumnMask } from '../../policy/column-mask.js';
import { maskedColumn } from '../../policy/decide-masks.js';
import { RecentValues } from './recent-values.js';
import type { DecoyKind, LeakHunt, Origin } from './leak-hunt.js';
import { needleOf } from './needle.js';
import { type MaskObserver, observerOf } from './observe-mask.js';

/** Rows of one table, a column's values together, in text form. */
export type RowBatch = ReadonlyMap<string, ValueBatch>;

export interface TableOfOriginals {
  readonly table: Table;
  readonly masks: readonly ColumnMask[];
  readonly labels: Labels;
}

/** Where stand-ins for decoys come from: another key than the run's. */
export interface DecoySource {
  readonly pseudonyms: PseudonymFunction;
  readonly words: WordLists;
  /** Random; names values that came by already. */
  readonly key: Uint8Array;
}

/** Longer texts are searched for what can be told by its shape, by other means than the masks'. */
const LONG_TEXT = 40;
const evident = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}.-]{1,190}\.\p{L}{2,24}|\d(?:[ -]?\d){8,22}/gu;

/** So many decoys of a column each stand for themselves; of more, every eighth stands for eight. */
const SINGLE_DECOYS = 100_000;
const DECOY_WEIGHT = 8;

/** Adds the originals of a table's masked columns to a hunt, and decoys beside them, batch by batch. */
export class OriginalValues {
  /** The columns that batches must hold. */
  readonly columns: readonly string[];
  readonly #columns: readonly OriginalColumn[];
  readonly #names: WholeNames | undefined;

  constructor(from: TableOfOriginals, hunt: LeakHunt, decoys: DecoySource) {
    this.#columns = from.masks.map((mask) => new OriginalColumn(from.table, mask, hunt, decoys));
    this.#names = WholeNames.of(from, hunt, decoys.key);
    this.columns = [...new Set(this.#columns.flatMap(({ name, reads }) => [name, ...reads]))];
  }

  add(rows: RowBatch): void {
    for (const column of this.#columns) column.add(rows);
    this.#names?.add(rows);
  }
}

/** One masked column: what its mask replaces, and what long texts show beside that. */
class OriginalColumn {
  readonly name: string;
  readonly reads: readonly string[];
  readonly #observer: MaskObserver;
  readonly #recent: RecentValues;
  readonly #hunt: LeakHunt;
  /** Of what long texts show. */
  readonly #origin: Origin;
  readonly #fresh = new ValueBatchWriter();

  constructor(table: Table, mask: ColumnMask, hunt: LeakHunt, decoys: DecoySource) {
    const column = printColumnName(mask.column);
    const masked = maskedColumn(
      table,
      table.columns.find(({ name }) => name === mask.column.column)!,
    );
    const isShared = !atLeastAsSensitive(mask.sensitivity, 'confidential');
    this.name = mask.column.column;
    // What masks look up in other rows tells of those rows: their own table brings it.
    this.reads = columnsReadBy(mask.technique, mask.options, masked).filter((read) =>
      table.columns.some(({ name }) => name === read),
    );
    this.#origin = { column, domain: mask.domain };
    this.#hunt = hunt;
    this.#recent = new RecentValues(decoys.key);
    let count = 0;
    this.#observer = observerOf(mask, masked, decoys, (domain) => {
      const origin: Origin = { column, domain, isShared };
      const [one, several]: DecoyKind[] = [{ domain }, { domain, weight: DECOY_WEIGHT }];
      return (original, standIn) => {
        hunt.addOriginal(original, origin);
        count++;
        const isSingle = count <= SINGLE_DECOYS;
        if (!isSingle && count % DECOY_WEIGHT !== 0) return;
        const decoy = decoyFor(original, standIn());
        if (decoy !== undefined) hunt.addDecoy(decoy, isSingle ? one : several);
      };
    });
  }

  add(rows: RowBatch): void {
    const values = rows.get(this.name)!;
    // What is replaced with an eye on other columns may differ from row to row.
    const fresh = this.reads.length > 0 ? values : this.#onlyFresh(values);
    if (fresh.count === 0) return;
    this.#observer.observe(fresh, rows);
    this.#addEvident(fresh);
  }

  #onlyFresh({ count, bytes, starts, ends }: ValueBatch): ValueBatch {
    const fresh = this.#fresh;
    fresh.clear();
    for (let i = 0; i < count; i++) {
      if (starts[i] === NULL_VALUE || this.#recent.hasSeen(bytes, starts[i], ends[i])) continue;
      fresh.append(bytes, starts[i], ends[i]);
    }
    return fresh;
  }

  #addEvident(values: ValueBatch): void {
    for (let i = 0; i < values.count; i++) {
      if (values.ends[i] - values.starts[i] < LONG_TEXT) continue;
      for (const [found] of textOf(values, i)?.matchAll(evident) ?? [])
        this.#hunt.addOriginal(found, this.#origin);
    }
  }
}

/** A stand-in, or where the mask leaves nothing of a number another number like it: chance brings both about. */
function decoyFor(original: string, standIn: string | null): string | undefined {
  if (standIn !== null && standIn !== original && needleOf(standIn)) return standIn;
  if (needleOf(original)?.strength !== 'number') return undefined;
  return original.replace(/\d/g, () => String(Math.floor(Math.random() * 10)));
}

/** Given and family names of one row, as texts write them together; alone they are anybody's. */
class WholeNames {
  readonly #given: string;
  readonly #family: string;
  readonly #origin: Origin;
  readonly #hunt: LeakHunt;
  readonly #recent: RecentValues;
  readonly #whole = new ValueBatchWriter();

  private constructor(given: ColumnMask, family: ColumnMask, hunt: LeakHunt, key: Uint8Array) {
    this.#given = given.column.column;
    this.#family = family.column.column;
    this.#origin = { column: printColumnName(family.column), domain: 'person-name' };
    this.#hunt = hunt;
    this.#recent = new RecentValues(key);
  }

  static of({ masks, labels }: TableOfOriginals, hunt: LeakHunt, key: Uint8Array): WholeNames | undefined {
    const columnOf = (type: string) =>
      masks.find(({ column }) => labels.columns.get(printColumnName(column))?.informationType === type);
    const [given, family] = [columnOf('given-name'), columnOf('family-name')];
    return given && family && new WholeNames(given, family, hunt, key);
  }

  add(rows: RowBatch): void {
    const [given, family] = [rows.get(this.#given)!, rows.get(this.#family)!];
    const [givenNames, familyNames] = [textReader(given), textReader(family)];
    for (let row = 0; row < given.count; row++) {
      if (given.starts[row] === NULL_VALUE || family.starts[row] === NULL_VALUE) continue;
      if (this.#hasSeen(given, family, row)) continue;
      const [givenName, familyName] = [givenNames(row), familyNames(row)];
      this.#hunt.addOriginal(`${givenName} ${familyName}`, this.#origin);
      this.#hunt.addOriginal(`${familyName}, ${givenName}`, this.#origin);
    }
  }

  #hasSeen(given: ValueBatch, family: ValueBatch, row: number): boolean {
    const whole = this.#whole;
    whole.clear();
    whole.append(given.bytes, given.starts[row], given.ends[row]);
    // No name holds it: where one ends stays told.
    whole.append(lineFeed);
    whole.append(family.bytes, family.starts[row], family.ends[row]);
    return this.#recent.hasSeen(whole.bytes, 0, whole.position);
  }
}

const lineFeed = Uint8Array.of(0x0a);

/** Sampled values as a batch of rows. */
export function rowsOfSample(sample: ReadonlyMap<string, readonly (string | null)[]>): RowBatch {
  return new Map([...sample].map(([name, values]) => [name, batchOf(values)]));
}

/** Pseudonym domains that a mask writes stand-ins of. */
export function domainsWrittenBy(table: Table, mask: ColumnMask, decoys: DecoySource): ReadonlySet<string> {
  const column = table.columns.find(({ name }) => name === mask.column.column)!;
  return observerOf(mask, maskedColumn(table, column), decoys, () => () => undefined).domains;
}
