import { randomBytes } from 'node:crypto';
import { type Catalog, printColumnName, printRelationName, type Table } from '../domain/catalog/catalog.js';
import { chooseFormat } from '../domain/scrub/copy-format/choose-format.js';
import type { CopiedColumn, CopyFormat, FieldMask } from '../domain/scrub/copy-format/copy-format.js';
import type { LookUp } from '../domain/scrub/look-ups.js';
import {
  DigestedRows,
  type DigestKeys,
  type StoredDigest,
} from '../domain/scrub/copy-format/digested-rows.js';
import { createRowMasker } from '../domain/scrub/copy-format/row-masker.js';
import { isStoredAsSent } from '../domain/scrub/copy-format/stored-form.js';
import type { TablePlan } from '../domain/scrub/scrub-plan.js';
import { CheckRecord, type CheckResult } from '../domain/scrub/verification/verification.js';
import type { PseudonymFunction } from '../domain/masking/pseudonym/pseudonym-function.js';
import type { RowStream } from '../engines/row-source.js';
import type { ScrubSource } from '../engines/scrub-source.js';
import { lookedUpType, prepareFieldMask, type TableResult } from './copy-table.js';
import { find, step, type VerifyRun } from './verify-step.js';

export interface MaskedRun extends Pick<
  VerifyRun,
  'target' | 'plan' | 'words' | 'orphans' | 'onProgress' | 'signal'
> {
  /** Of a subset, its rows alone. */
  readonly source: ScrubSource;
  readonly pseudonyms: PseudonymFunction;
  /** What the run copied. */
  readonly tables: readonly TableResult[];
}

/** How one table is read and masked to have some of its columns. */
interface Reading {
  readonly plan: TablePlan;
  readonly masks: readonly FieldMask[];
  /** What is compared, in one order for all partitions, then what masks read; what is looked up comes behind it. */
  readonly own: readonly CopiedColumn[];
  readonly lookUps: readonly LookUp[];
}

/** One table's rows, or those of a root with all its partitions. */
interface Compared {
  readonly readings: readonly Reading[];
  /** What is compared: masked columns, and the primary key where it stays. */
  readonly columns: readonly string[];
  readonly format: CopyFormat;
}

/**
 * Reads the source once more, masks it once more, and holds what comes out against every row of the copy: by
 * digests of a multiset, table by table, in memory that does not grow. Undefined between servers that may not
 * give back the bytes that were sent.
 */
export async function compareMasked(run: MaskedRun, catalog: Catalog): Promise<CheckResult | undefined> {
  const { source, target, plan } = run;
  const copy = await target.catalog();
  if (target.copiesInBinary !== true || copy.engine !== catalog.engine) return undefined;
  const inBinary =
    source.copiesInBinary === true &&
    Number.parseInt(copy.serverVersion) === Number.parseInt(catalog.serverVersion);
  const record = new CheckRecord('remasked-values', 'masked values');
  const groups = [
    ...Map.groupBy(plan.tables, ({ loadsInto }) => printRelationName(loadsInto)).values(),
  ].filter((plans) => plans.some(({ masks }) => masks.length > 0));
  for (const [done, plans] of groups.entries()) {
    const table = plans[0].loadsInto;
    const where = printRelationName(table);
    step(run, { check: 'remasked-values', doing: where, done, total: groups.length });
    const emptied = emptiedColumns(run, plans);
    if (emptied === undefined) {
      record.note(
        where,
        'rows that referred to nothing were dropped, so its values were not masked once more',
      );
      continue;
    }
    const all = new Set(plans.flatMap(({ masks }) => masks.map(({ column }) => column.column)));
    const compared = comparedOf(run, catalog, plans, emptied, inBinary);
    const masked = compared.columns.filter((column) => all.has(column));
    const others = [...all].filter((column) => !masked.includes(column));
    if (others.length > 0)
      record.note(
        where,
        `${others.join(', ')}: the server may keep another form than was sent, or they were emptied; only samples were compared`,
      );
    if (masked.length === 0) continue;
    const [[made, stored]] = await digests(run, compared, [compared.columns]);
    record.examined += Number(made[0]) * masked.length;
    if (areEqual(made, stored)) continue;
    const each = await digests(
      run,
      compared,
      masked.map((column) => [column]),
    );
    const differ = masked.filter((_, i) => !areEqual(...each[i]));
    for (const column of differ)
      record.fail(
        printColumnName({ schema: table.schema, table: table.name, column }),
        'holds other values than its mask gives for those of the source',
      );
    if (differ.length === 0) record.fail(where, 'its masked values are in other rows than they should be');
  }
  const counts = run.tables.flatMap(({ masked }) => masked.map(({ values, nulls }) => values + nulls));
  const total = counts.reduce((sum, count) => sum + count, 0);
  record.note('all tables', `masked values compared: ${record.examined} of ${total}`);
  return record.result();
}

/** Columns that were emptied after the copy; undefined where rows were dropped. */
function emptiedColumns(
  { orphans = [] }: MaskedRun,
  plans: readonly TablePlan[],
): ReadonlySet<string> | undefined {
  const names = new Set(plans.flatMap((plan) => [plan, plan.loadsInto].map(printRelationName)));
  const own = orphans.filter(({ table }) => names.has(printRelationName(table)));
  if (own.some(({ rule }) => rule === 'drop')) return undefined;
  return new Set(own.filter(({ rule }) => rule === 'empty').flatMap(({ columns }) => columns));
}

function comparedOf(
  run: MaskedRun,
  catalog: Catalog,
  plans: readonly TablePlan[],
  emptied: ReadonlySet<string>,
  inBinary: boolean,
): Compared {
  const masked = new Set(plans.flatMap(({ masks }) => masks.map(({ column }) => column.column)));
  const { columns, uniqueKeys } = find(catalog, plans[0].loadsInto)!;
  const key = new Set(uniqueKeys.find(({ primary }) => primary)?.columns);
  const inFormat = (format: CopyFormat): Compared => {
    const names = columns
      .filter(({ name, type }) =>
        masked.has(name) ? isStoredAsSent(type, format) : key.has(name) && keyFamilies.has(type.family),
      )
      .map(({ name }) => name)
      .filter((name) => !emptied.has(name));
    const readings = plans.map((plan) => readingOf(run, plan, find(catalog, plan)!, new Set(names)));
    return { readings, columns: names, format };
  };
  const binary = inFormat('binary');
  const fits = ({ lookUps, own, masks }: Reading) =>
    lookUps.length === 0 &&
    chooseFormat(own, new Set(masks.flatMap(({ column, reads }) => [column, ...reads]))) === 'binary';
  return inBinary && binary.readings.every(fits) ? binary : inFormat('text');
}

/** Types that every server of a kind writes alike. */
const keyFamilies = new Set(['integer', 'text', 'uuid', 'date', 'enum', 'boolean']);

function readingOf(run: MaskedRun, plan: TablePlan, table: Table, columns: ReadonlySet<string>): Reading {
  const { pseudonyms, words, source } = run;
  const lookUps = (source.copyOutWith && plan.lookUps) ?? [];
  // The same masks as the copy's: what they may read is not what happens to be read here.
  const known = new Set([...plan.columns, ...lookUps.map(({ name }) => name)]);
  const masks = plan.masks
    .filter(({ column }) => columns.has(column.column))
    .map((mask) => prepareFieldMask(mask, { table, pseudonyms, words }, known));
  const read = new Set([...columns, ...masks.flatMap(({ reads }) => reads)]);
  return {
    plan,
    masks,
    own: [...read]
      .filter((name) => plan.columns.includes(name))
      .map((name) => table.columns.find((column) => column.name === name)!),
    lookUps: lookUps.filter(({ name }) => read.has(name)),
  };
}

/** For each group of columns, a digest of what the masks give and one of what the copy holds. */
async function digests(
  run: MaskedRun,
  compared: Compared,
  groups: readonly (readonly string[])[],
): Promise<readonly (readonly [made: StoredDigest, stored: StoredDigest])[]> {
  const keys: DigestKeys = [randomBytes(8).readBigUInt64LE(), randomBytes(8).readBigUInt64LE()];
  const made = groups.map((): StoredDigest => [0n, 0n, 0n]);
  const stored = groups.map((): StoredDigest => [0n, 0n, 0n]);
  for (const reading of compared.readings) {
    const { own, lookUps, plan, masks } = reading;
    const { format, columns } = compared;
    const names = own.map(({ name }) => name);
    const all = [...own, ...lookUps.map(({ name }) => ({ name, type: lookedUpType }))];
    const digestsOf = (fields: readonly CopiedColumn[]) =>
      groups.map((group) => new DigestedRows(fields, new Set(group), format, keys));
    const masker = createRowMasker({ columns: all, masks, format });
    const ofSource = digestsOf(all);
    const originals =
      lookUps.length > 0
        ? await run.source.copyOutWith!(plan, names, lookUps, {})
        : await run.source.copyOut(plan, names, format);
    await read(run, originals, (chunk) => {
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
}

async function read(run: MaskedRun, rows: RowStream, take: (chunk: Buffer) => void): Promise<void> {
  try {
    for await (const chunk of rows) {
      run.signal?.throwIfAborted();
      take(chunk);
    }
  } finally {
    rows.destroy();
  }
}

function sumOf(one: StoredDigest, other: StoredDigest): StoredDigest {
  const sum = (at: 1 | 2) => BigInt.asUintN(64, one[at] + other[at]);
  return [one[0] + other[0], sum(1), sum(2)];
}

function areEqual(one: StoredDigest, other: StoredDigest): boolean {
  return one.every((part, i) => part === other[i]);
}
