import { randomBytes, randomInt } from 'node:crypto';
import type { RelationName } from '../domain/catalog/catalog.js';
import { textsOf, type ValueBatch } from '../domain/masking/value-batch.js';
import type { CopiedColumn, CopyFormat, FieldMask } from '../domain/scrub/copy-format/copy-format.js';
import {
  DigestedRows,
  type DigestKeys,
  type StoredDigest,
} from '../domain/scrub/copy-format/digested-rows.js';
import { createRowMasker } from '../domain/scrub/copy-format/row-masker.js';
import { TextBatches } from '../domain/scrub/copy-format/text-batches.js';
import type { LookUp } from '../domain/scrub/look-ups.js';
import type { TablePlan } from '../domain/scrub/scrub-plan.js';
import type { PseudonymFunction } from '../domain/masking/pseudonym/pseudonym-function.js';
import type { DigestSeeds, RowDigest, RowStream } from '../engines/row-source.js';
import type { ScrubSource } from '../engines/scrub-source.js';
import { lookedUpType, type TableResult } from './copy-table.js';
import type { VerifyRun } from './verify-step.js';

export interface MaskedRun extends Pick<
  VerifyRun,
  'target' | 'plan' | 'words' | 'orphans' | 'onProgress' | 'signal'
> {
  /** Of a subset, its rows alone. */
  readonly source: ScrubSource;
  readonly pseudonyms: PseudonymFunction;
  /** What the run copied; unknown when a copy is verified later. */
  readonly tables?: readonly TableResult[];
}

/** How one table is read and masked to have some of its columns. */
export interface Reading {
  readonly plan: TablePlan;
  readonly masks: readonly FieldMask[];
  /** What is compared, in one order for all partitions, then what masks read; what is looked up comes behind it. */
  readonly own: readonly CopiedColumn[];
  readonly lookUps: readonly LookUp[];
}

/** One table's rows, or those of a root with all its partitions. */
export interface Compared {
  readonly table: RelationName;
  readonly readings: readonly Reading[];
  /** What is compared: masked columns, and the primary key where it stays. */
  readonly columns: readonly string[];
  readonly format: CopyFormat;
}

/** For each group of columns, a digest of what the masks give and one of what the copy holds. */
export type Digests = (
  run: MaskedRun,
  compared: Compared,
  groups: readonly (readonly string[])[],
) => Promise<readonly (readonly [made: RowDigest, stored: RowDigest])[]>;

/**
 * Of the bytes that were sent, and of those that the copy gives: for columns of which the server keeps what it is
 * sent. In memory that does not grow.
 */
export const digestsOfBytes: Digests = async (run, compared, groups) => {
  const keys: DigestKeys = [randomBytes(8).readBigUInt64LE(), randomBytes(8).readBigUInt64LE()];
  const made = groups.map((): StoredDigest => [0n, 0n, 0n]);
  const stored = groups.map((): StoredDigest => [0n, 0n, 0n]);
  for (const reading of compared.readings) {
    const { own, lookUps, plan, masks } = reading;
    const { format, columns } = compared;
    const all = [...own, ...lookUps.map(({ name }) => ({ name, type: lookedUpType }))];
    const digestsOf = (fields: readonly CopiedColumn[]) =>
      groups.map((group) => new DigestedRows(fields, new Set(group), format, keys));
    const masker = createRowMasker({ columns: all, masks, format });
    const ofSource = digestsOf(all);
    await read(run, await originalsOf(run, plan, own, lookUps, format), (chunk) => {
      const rows = masker.push(chunk);
      if (rows) for (const digest of ofSource) digest.push(rows);
    });
    const last = masker.end();
    if (last) for (const digest of ofSource) digest.push(last);
    const ofCopy = digestsOf(own.slice(0, columns.length));
    await read(run, await run.target.copyOut(plan, columns, format), (chunk) => {
      for (const digest of ofCopy) digest.push(chunk);
    });
    ofSource.forEach((digest, i) => (made[i] = sumOf(made[i], digest.end())));
    ofCopy.forEach((digest, i) => (stored[i] = sumOf(stored[i], digest.end())));
  }
  return made.map((digest, i) => [digest, stored[i]]);
};

/**
 * By the target's server, of the values as it keeps them: what the masks give goes to it a batch at a time, and is
 * brought to the columns' types as a copy brings it.
 */
export const digestsOfValues: Digests = async (run, { readings, table }, groups) => {
  const seeds: DigestSeeds = [randomInt(2 ** 47), randomInt(2 ** 47)];
  const made = groups.map((): RowDigest => [0n, 0n, 0n]);
  for (const { own, lookUps, plan, masks } of readings) {
    const all = [...own, ...lookUps.map(({ name }) => ({ name, type: lookedUpType }))];
    const masker = createRowMasker({ columns: all, masks, format: 'text' });
    const batches = new TextBatches(all.length);
    const places = groups.map((group) => group.map((column) => own.findIndex(({ name }) => name === column)));
    const add = async (fields: readonly ValueBatch[]): Promise<void> => {
      if (fields[0].count === 0) return;
      const texts = new Map(places.flat().map((place) => [place, textsOf(fields[place])]));
      for (const [i, group] of places.entries()) {
        const columns = group.map((place) => own[place]);
        const values = group.map((place) => texts.get(place)!);
        made[i] = together(made[i], await run.target.digestValues!(columns, values, seeds));
      }
    };
    await read(run, await originalsOf(run, plan, own, lookUps, 'text'), async (chunk) => {
      const rows = masker.push(chunk);
      if (rows) await add(batches.push(rows));
    });
    const last = masker.end();
    if (last) await add(batches.push(last));
    await add(batches.end());
  }
  const stored: RowDigest[] = [];
  for (const group of groups) stored.push(await run.target.digestRows!(table, group, seeds));
  return made.map((digest, i) => [digest, stored[i]]);
};

function originalsOf(
  { source }: MaskedRun,
  plan: TablePlan,
  own: readonly CopiedColumn[],
  lookUps: readonly LookUp[],
  format: CopyFormat,
): Promise<RowStream> {
  const names = own.map(({ name }) => name);
  return lookUps.length > 0
    ? source.copyOutWith!(plan, names, lookUps, {})
    : source.copyOut(plan, names, format);
}

async function read(
  run: MaskedRun,
  rows: RowStream,
  take: (chunk: Buffer) => void | Promise<void>,
): Promise<void> {
  try {
    for await (const chunk of rows) {
      run.signal?.throwIfAborted();
      await take(chunk);
    }
  } finally {
    rows.destroy();
  }
}

function together(one: RowDigest, other: RowDigest): RowDigest {
  return [one[0] + other[0], one[1] + other[1], one[2] + other[2]];
}

function sumOf(one: StoredDigest, other: StoredDigest): StoredDigest {
  const sum = (at: 1 | 2) => BigInt.asUintN(64, one[at] + other[at]);
  return [one[0] + other[0], sum(1), sum(2)];
}

export function areEqual(one: RowDigest, other: RowDigest): boolean {
  return one.every((part, i) => part === other[i]);
}
