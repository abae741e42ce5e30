import { randomBytes } from 'node:crypto';
import {
  type Catalog,
  printColumnName,
  printRelationName,
  type RelationName,
  type Table,
} from '../domain/catalog/catalog.js';
import { fingerprintTable } from '../domain/catalog/fingerprint.js';
import { isReviewed, isSensitive } from '../domain/classification/label-decisions.js';
import type { Labels } from '../domain/classification/labels-file.js';
import { createPseudonyms } from '../domain/masking/pseudonym/keyed-pseudonyms.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import type { ColumnMask } from '../domain/policy/column-mask.js';
import type { ScrubPlan, TablePlan } from '../domain/scrub/scrub-plan.js';
import { compareValues } from '../domain/scrub/verification/compare-values.js';
import { type HuntedColumn, type LeakHunt, LeakHuntBuilder } from '../domain/scrub/verification/leak-hunt.js';
import { CopySearch } from '../domain/scrub/verification/needle-search.js';
import {
  addOriginals,
  type DecoySource,
  domainsWrittenBy,
  type SampledColumns,
} from '../domain/scrub/verification/sampled-originals.js';
import {
  CheckRecord,
  type CheckResult,
  type Verification,
  type VerificationCheck,
  verdictOf,
} from '../domain/scrub/verification/verification.js';
import type { RowSource, Session } from '../engines/engine.js';
import type { SettledOrphans } from './settle-orphans.js';

export interface VerifyProgress {
  readonly check: VerificationCheck;
  /** A table or key. */
  readonly doing: string;
  readonly done: number;
  readonly total: number;
}

/** A copy, what it was made from, and what was to be done to it. */
export interface VerifyRun {
  readonly source: RowSource;
  /** Samples the source for the originals to look for. */
  readonly sampler: Session;
  readonly target: RowSource;
  readonly plan: ScrubPlan;
  readonly labels: Labels;
  readonly words: WordLists;
  /** What the run did about rows that referred to nothing; unknown when a copy is verified later. */
  readonly orphans?: readonly SettledOrphans[];
  /** Rows sampled from each table with masked columns; 500 by default. */
  readonly sampleRows?: number;
  /** Milliseconds that sampling one table may take; 30,000 by default. */
  readonly timeoutMs?: number;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
}

/** Types of columns that an original may hide in as text. */
const huntedFamilies = new Set([
  'text',
  'json',
  'xml',
  'array',
  'composite',
  'key-value',
  'enum',
  'uuid',
  'network',
  'search-vector',
  'other',
]);

/**
 * Holds a copy against its source: structure, counts, references, uniqueness, masked values row by row,
 * and a hunt for original values through every column that could hold text, labelled or not. Reads both
 * sides and writes neither; memory does not grow with the rows.
 * @throws errors of the engine, and the signal's reason when aborted
 */
export async function verifyCopy(run: VerifyRun): Promise<Verification> {
  const [source, target] = [await run.source.catalog(), await run.target.catalog()];
  const schema = compareSchemas(source, target, run.plan);
  // Where a table is missing, nothing else can be asked of it.
  if (schema.outcome !== 'passed') return verdictOf([schema]);
  const rowCounts = await countAll(run, source);
  const foreignKeys = await followReferences(run, source);
  const uniqueness = await checkUniqueness(run, source);
  const decoys = { pseudonyms: createPseudonyms(randomBytes(32)), words: run.words };
  const builder = new LeakHuntBuilder();
  const unsampled = new CheckRecord('leak-hunt', 'original values');
  const maskedValues = await sampleOriginals(run, source, { builder, unsampled, decoys });
  const leakHunt = await huntLeaks(run, source, { hunt: builder.build(), record: unsampled, decoys });
  return verdictOf([schema, rowCounts, foreignKeys, uniqueness, maskedValues, leakHunt]);
}

function compareSchemas(source: Catalog, target: Catalog, { orphans }: ScrubPlan): CheckResult {
  const record = new CheckRecord('schema', 'tables');
  const sameVersion = Number.parseInt(source.serverVersion) === Number.parseInt(target.serverVersion);
  const copies = new Map(target.tables.map((table) => [printRelationName(table), table]));
  for (const table of source.tables.filter(({ kind }) => kind !== 'foreign')) {
    record.examined++;
    const name = printRelationName(table);
    const copy = copies.get(name);
    const missing =
      copy && table.columns.filter((column) => !copy.columns.some((c) => c.name === column.name));
    if (!copy) record.fail(name, 'the copy does not have it');
    else if (missing!.length > 0)
      record.fail(name, `the copy lacks ${missing!.map(({ name: column }) => column).join(', ')}`);
    else if (
      sameVersion &&
      fingerprintTable(asPlanned(copy, orphans)) !== fingerprintTable(asPlanned(table, orphans))
    )
      record.fail(name, 'columns, keys or constraints of the copy are others');
  }
  return record.result();
}

/** Where rows that refer to nothing may stay, their keys are not validated. */
function asPlanned(table: Table, orphans: ScrubPlan['orphans']): Table {
  if (orphans !== 'keep') return table;
  return { ...table, foreignKeys: table.foreignKeys.map((key) => ({ ...key, validated: false })) };
}

/** Rows may move between partitions when their key is masked: those are counted at the root. */
async function countAll(run: VerifyRun, catalog: Catalog): Promise<CheckResult> {
  const record = new CheckRecord('row-counts', 'tables');
  const counted = new Map(
    run.plan.tables.map(({ loadsInto }) => [printRelationName(loadsInto), loadsInto] as const),
  );
  const tables = [...counted].filter(([, table]) => find(catalog, table));
  for (const [name, table] of tables) {
    step(run, { check: 'row-counts', doing: name, done: record.examined++, total: tables.length });
    const [original, copied] = [await run.source.countRows(table), await run.target.countRows(table)];
    const dropped = droppedFrom(run, table, original - copied);
    if (original - dropped !== copied)
      record.fail(name, `${original} rows in the source, ${copied} in the copy`);
    else if (dropped > 0) record.note(name, `${dropped} rows were dropped, since they referred to nothing`);
  }
  return record.result();
}

/** Rows that the policy let the run drop; of a copy made earlier, what is missing is taken for that. */
function droppedFrom({ plan, orphans }: VerifyRun, table: RelationName, missing: number): number {
  if (plan.orphans !== 'drop') return 0;
  if (!orphans) return Math.max(0, missing);
  const own = orphans.filter((settled) => printRelationName(settled.table) === printRelationName(table));
  return own.reduce((sum, { rows }) => sum + rows, 0);
}

async function followReferences(run: VerifyRun, catalog: Catalog): Promise<CheckResult> {
  const record = new CheckRecord('foreign-keys', 'keys');
  const keys = catalog.tables.flatMap((table) => table.foreignKeys.map((key) => ({ table, key })));
  for (const { table, key } of keys) {
    const where = `${key.name} of ${printRelationName(table)}`;
    step(run, { check: 'foreign-keys', doing: where, done: record.examined++, total: keys.length });
    const orphans = await run.target.countOrphans(table, key);
    if (orphans === 0) continue;
    // A key that was never validated may have led nowhere before.
    const mayHave = !key.validated || run.plan.orphans === 'keep';
    const before = mayHave ? await run.source.countOrphans(table, key) : 0;
    const [rows, refer] = orphans === 1 ? ['row', 'refers'] : ['rows', 'refer'];
    if (orphans > before) record.fail(where, `${orphans - before} rows refer to nothing`);
    else
      record.note(
        where,
        `${orphans} ${rows} ${refer} to nothing, as in the source${key.validated ? '' : ', whose key is not validated'}`,
      );
  }
  return record.result();
}

async function checkUniqueness(run: VerifyRun, catalog: Catalog): Promise<CheckResult> {
  const record = new CheckRecord('uniqueness', 'keys');
  const keys = catalog.tables.flatMap((table) => table.uniqueKeys.map((key) => ({ table, key })));
  for (const { table, key } of keys) {
    const where = `${key.name} of ${printRelationName(table)}`;
    step(run, { check: 'uniqueness', doing: where, done: record.examined++, total: keys.length });
    const duplicates = await run.target.countDuplicates(table, key);
    if (duplicates > 0) record.fail(where, `${duplicates} rows share their key`);
  }
  return record.result();
}

interface Originals {
  readonly builder: LeakHuntBuilder;
  readonly unsampled: CheckRecord;
  readonly decoys: DecoySource;
}

/** Samples every table with masks: the originals go into the hunt, and rows with a plain key are compared. */
async function sampleOriginals(
  run: VerifyRun,
  catalog: Catalog,
  { builder, unsampled, decoys }: Originals,
): Promise<CheckResult> {
  const record = new CheckRecord('masked-values', 'values');
  const tables = run.plan.tables.filter(({ masks }) => masks.length > 0);
  for (const [done, plan] of tables.entries()) {
    const table = find(catalog, plan)!;
    step(run, { check: 'masked-values', doing: printRelationName(table), done, total: tables.length });
    const { sampleRows: rows = 500, timeoutMs = 30_000 } = run;
    const sampled = await run.sampler.sample(table, { rows, timeoutMs });
    if ('reason' in sampled) {
      unsampled.couldNotSee(printRelationName(table), `its originals are unknown: ${sampled.reason}`);
      continue;
    }
    const sample = sampled.values;
    addOriginals(builder, { table, masks: plan.masks, sample, labels: run.labels }, decoys);
    await compareRows(run, { table, plan, sample, record });
  }
  return record.result();
}

async function compareRows(
  { target }: VerifyRun,
  {
    table,
    plan,
    sample,
    record,
  }: {
    readonly table: Table;
    readonly plan: TablePlan;
    readonly sample: SampledColumns;
    readonly record: CheckRecord;
  },
): Promise<void> {
  const masked = plan.masks.map(({ column }) => column.column);
  const key = table.uniqueKeys.find(
    ({ primary, columns }) => primary && !columns.some((column) => masked.includes(column)),
  )?.columns;
  if (!key) {
    record.note(
      printRelationName(table),
      'has no primary key that stays, so rows were not compared one by one',
    );
    return;
  }
  const rows = sample.get(key[0])?.length ?? 0;
  const keys = Array.from({ length: rows }, (_, row) => key.map((column) => sample.get(column)![row]!));
  const copied = await target.rowsByKey(plan.loadsInto, key, keys, masked);
  const byKey = new Map(copied.map((row) => [JSON.stringify(row.slice(0, key.length)), row]));
  for (const [i, mask] of plan.masks.entries()) {
    const pairs = keys.flatMap((own, row) => {
      const found = byKey.get(JSON.stringify(own));
      return found ? [{ original: sample.get(masked[i])![row], copied: found[key.length + i] }] : [];
    });
    record.examined += pairs.length;
    const problem = compareValues(mask, pairs);
    if (problem !== undefined) record.fail(printColumnName(mask.column), problem);
  }
}

interface Hunt {
  readonly hunt: LeakHunt;
  readonly record: CheckRecord;
  readonly decoys: DecoySource;
}

async function huntLeaks(
  run: VerifyRun,
  catalog: Catalog,
  { hunt, record, decoys }: Hunt,
): Promise<CheckResult> {
  record.examined = hunt.size;
  const masks = new Map(
    run.plan.tables.flatMap(({ masks: own }) => own.map((mask) => [printColumnName(mask.column), mask])),
  );
  const tables = catalog.tables.filter(({ kind }) => kind === 'table' || kind === 'partition');
  for (const [done, table] of tables.entries()) {
    const doing = printRelationName(table);
    step(run, { check: 'leak-hunt', doing, done, total: tables.length });
    const columns = table.columns.filter(
      ({ type, generated }) => !generated && huntedFamilies.has(type.family),
    );
    if (columns.length === 0) continue;
    const search = new CopySearch(hunt.index, columns.length);
    const stream = await run.target.copyOut(
      table,
      columns.map(({ name }) => name),
      'text',
    );
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      run.signal?.throwIfAborted();
      search.push(chunk);
    }
    search.end();
    for (const [i, { name: column }] of columns.entries()) {
      const name = printColumnName({ schema: table.schema, table: table.name, column });
      const hunted = huntedColumn(table, masks.get(name), run.labels, name, decoys);
      for (const { verdict, found, strength, origins } of hunt.judge(search.found[i], hunted)) {
        const says = `holds ${found} original ${found === 1 ? 'value' : 'values'} of ${shorten(origins)}`;
        if (verdict === 'leak') record.fail(name, says);
        else
          record.note(
            name,
            `${says}, ${excuses[verdict]}${strength === 'likely' ? ' (names or numbers that others may share)' : ''}`,
          );
      }
    }
  }
  await huntThroughSchema(run, hunt, record);
  return record.result();
}

/** Originals in comments, defaults, labels and bodies of functions: what the schema says is copied as it is. */
async function huntThroughSchema({ target }: VerifyRun, hunt: LeakHunt, record: CheckRecord): Promise<void> {
  for (const { makes, sql } of await target.definitions()) {
    const search = new CopySearch(hunt.index, 1);
    search.push(Buffer.from(` ${sql.replace(/[\t\n\r\\]/g, ' ')}\n`));
    search.end();
    for (const { found, origins, strength } of hunt.judge(search.found[0], { domains: new Set() })) {
      const says = `holds ${found} original ${found === 1 ? 'value' : 'values'} of ${shorten(origins)}`;
      if (strength === 'certain') record.fail(makes, says);
      else record.note(makes, `${says} (names or numbers that others may share)`);
    }
  }
}

const excuses = {
  chance: 'no more than chance would give',
  decided: 'and somebody decided that they may pass',
};

function huntedColumn(
  table: Table,
  mask: ColumnMask | undefined,
  labels: Labels,
  name: string,
  decoys: DecoySource,
): HuntedColumn {
  if (mask) return { domains: domainsWrittenBy(table, mask, decoys) };
  const domains = new Set<string>();
  const label = labels.columns.get(name);
  if (!label) return { domains };
  if (isSensitive(label)) return { domains, passes: 'kept' };
  return isReviewed(label) ? { domains, passes: 'not-sensitive' } : { domains };
}

function shorten(origins: readonly string[]): string {
  const more = origins.length > 2 ? ` and ${origins.length - 2} more columns` : '';
  return `${origins.slice(0, 2).join(' and ')}${more}`;
}

function find({ tables }: Catalog, { schema, name }: RelationName): Table | undefined {
  return tables.find((table) => table.schema === schema && table.name === name);
}

function step({ onProgress, signal }: VerifyRun, progress: VerifyProgress): void {
  signal?.throwIfAborted();
  onProgress?.(progress);
}
