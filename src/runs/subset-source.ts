import {
  type Catalog,
  type CheckConstraint,
  type ForeignKey,
  printRelationName,
  type RelationName,
  type UniqueKey,
} from '../domain/catalog/catalog.js';
import type { LookUp } from '../domain/scrub/look-ups.js';
import type { SubsetPlan } from '../domain/scrub/scrub-plan.js';
import type { CopyFormat, DigestSeeds, RowDigest, RowStream } from '../engines/row-source.js';
import type { ScrubSource } from '../engines/scrub-source.js';
import type { SubsetWorkspace } from '../engines/subset-workspace.js';

interface Chosen {
  readonly source: ScrubSource;
  readonly workspace: SubsetWorkspace;
  readonly subset: SubsetPlan;
  /** Chosen rows by printed table. */
  readonly counts: ReadonlyMap<string, number>;
}

/** A source of chosen rows alone: what is read, counted and compared is the subset; the rest is the source's. */
export class SubsetSource implements ScrubSource {
  readonly #chosen: Chosen;
  readonly #source: ScrubSource;

  constructor(chosen: Chosen) {
    this.#chosen = chosen;
    this.#source = chosen.source;
  }

  identity() {
    return this.#source.identity();
  }

  catalog(): Promise<Catalog> {
    return this.#source.catalog();
  }

  definitions() {
    return this.#source.definitions();
  }

  schema() {
    return this.#source.schema();
  }

  notices() {
    return this.#source.notices();
  }

  countOrphans(table: RelationName, key: ForeignKey) {
    return this.#source.countOrphans(table, key);
  }

  countDuplicates(table: RelationName, key: UniqueKey) {
    return this.#source.countDuplicates(table, key);
  }

  async countViolations(table: RelationName, check: CheckConstraint): Promise<number> {
    return (await this.#source.countViolations?.(table, check)) ?? 0;
  }

  rowsByKey(...asked: Parameters<ScrubSource['rowsByKey']>) {
    return this.#source.rowsByKey(...asked);
  }

  /** Ranges of pages are no ranges of chosen rows. */
  splitRows() {
    return Promise.resolve([]);
  }

  /** @param format `text`: as it does not say that it copies in binary */
  async copyOut(table: RelationName, columns: readonly string[], format: CopyFormat): Promise<RowStream> {
    if (format !== 'text') throw new Error('a subset travels as text');
    return new RowsAtPlaces(
      (places) => this.#source.copyPlaces!(table, columns, places),
      this.#places(table),
    );
  }

  async copyOutWith(
    table: RelationName,
    columns: readonly string[],
    lookUps: readonly LookUp[],
  ): Promise<RowStream> {
    const read = (places: readonly string[]) =>
      this.#source.copyOutWith!(table, columns, lookUps, { places });
    return new RowsAtPlaces(read, this.#places(table));
  }

  async countRows(table: RelationName): Promise<number> {
    return this.#tablesOf(table).reduce(
      (sum, own) => sum + (this.#chosen.counts.get(printRelationName(own)) ?? 0),
      0,
    );
  }

  async digestRows(table: RelationName, columns: readonly string[], seeds: DigestSeeds): Promise<RowDigest> {
    let sum: RowDigest = [0n, 0n, 0n];
    for (const own of this.#tablesOf(table)) {
      for await (const places of this.#places(own)) {
        const some = await this.#source.digestRows!(own, columns, seeds, places);
        sum = [sum[0] + some[0], sum[1] + some[1], sum[2] + some[2]];
      }
    }
    return sum;
  }

  /** Gives up the choice; the source itself stays open. */
  close(): Promise<void> {
    return this.#chosen.workspace.close();
  }

  #places(table: RelationName): AsyncIterable<readonly string[]> {
    const name = printRelationName(table);
    const { families } = this.#chosen.subset;
    const family = families.findIndex(({ tables }) => tables.some((own) => printRelationName(own) === name));
    const part = families[family].tables.findIndex((own) => printRelationName(own) === name);
    return this.#chosen.workspace.places(family, part);
  }

  /** Those of a partitioned table, or the table itself. */
  #tablesOf(table: RelationName): readonly RelationName[] {
    const name = printRelationName(table);
    return (
      this.#chosen.subset.families.find((family) => printRelationName(family) === name)?.tables ?? [table]
    );
  }
}

/** One stream after the other. */
class RowsAtPlaces implements RowStream {
  readonly #read: (places: readonly string[]) => Promise<RowStream>;
  readonly #places: AsyncIterable<readonly string[]>;
  #current: RowStream | undefined;

  constructor(
    read: (places: readonly string[]) => Promise<RowStream>,
    places: AsyncIterable<readonly string[]>,
  ) {
    this.#read = read;
    this.#places = places;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for await (const places of this.#places) {
      this.#current = await this.#read(places);
      yield* this.#current;
    }
    this.#current = undefined;
  }

  destroy(): void {
    this.#current?.destroy();
  }
}
