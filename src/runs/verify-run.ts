import {
  type Catalog,
  printColumnName,
  printRelationName,
  type RelationName,
  type Table,
} from '../domain/catalog/catalog.js';
import { fingerprintTable } from '../domain/catalog/fingerprint.js';
import type { ScrubPlan, TablePlan } from '../domain/scrub/scrub-plan.js';
import { compareValues } from '../domain/scrub/verification/compare-values.js';
import {
  CheckRecord,
  type CheckResult,
  type Verification,
  verdictOf,
} from '../domain/scrub/verification/verification.js';
import { compareContents } from './compare-contents.js';
import { huntLeaks } from './hunt-leaks.js';
import { find, type SampledColumns, step, type TableSamples, type VerifyRun } from './verify-step.js';

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
  const checks = await checkConstraints(run, source);
  const contents = run.contents ?? (await compareContents(run, source));
  const [maskedValues, samples] = await compareSamples(run, source);
  const leakHunt = await huntLeaks(run, source, samples);
  const all = [
    schema,
    rowCounts,
    contents,
    foreignKeys,
    uniqueness,
    checks,
    maskedValues,
    run.remasked,
    leakHunt,
  ];
  return verdictOf(all.filter((check) => check !== undefined));
}

function compareSchemas(source: Catalog, target: Catalog, { orphans }: ScrubPlan): CheckResult {
  const record = new CheckRecord('schema', 'tables');
  const sameEngine = source.engine === target.engine;
  const sameVersion =
    sameEngine && Number.parseInt(source.serverVersion) === Number.parseInt(target.serverVersion);
  const copies = new Map(target.tables.map((table) => [printRelationName(table), table]));
  for (const table of source.tables.filter(({ kind }) => kind !== 'foreign')) {
    record.examined++;
    const name = printRelationName(table);
    const copy = copies.get(name);
    const missing =
      copy &&
      table.columns
        // What the source computes, another engine does not.
        .filter(({ generated }) => sameEngine || !generated)
        .filter((column) => !copy.columns.some((c) => c.name === column.name));
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
    else if (dropped > 0)
      record.note(
        name,
        run.plan.subset
          ? `${dropped} rows are not in the subset`
          : `${dropped} rows were dropped, since they referred to nothing`,
      );
  }
  return record.result();
}

/** Rows that the policy let the run drop; of a copy made earlier, what is missing is taken for that. */
function droppedFrom({ plan, orphans }: VerifyRun, table: RelationName, missing: number): number {
  // Which rows a subset had, only the run knew; those that it has too many are still found.
  if (plan.subset && !orphans) return Math.max(0, missing);
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

/** Rows that a check constraint does not let in; one that was never validated may have let them in before. */
async function checkConstraints(run: VerifyRun, catalog: Catalog): Promise<CheckResult | undefined> {
  const { source, target } = run;
  if (!source.countViolations || !target.countViolations) return undefined;
  const record = new CheckRecord('check-constraints', 'constraints');
  const checks = catalog.tables.flatMap((table) => table.checks.map((check) => ({ table, check })));
  for (const { table, check } of checks) {
    const where = `${check.name} of ${printRelationName(table)}`;
    step(run, { check: 'check-constraints', doing: where, done: record.examined++, total: checks.length });
    const violations = await target.countViolations(table, check);
    if (violations === 0) continue;
    const before = check.validated ? 0 : await source.countViolations(table, check);
    if (violations > before) record.fail(where, `${violations - before} rows do not meet it`);
    else record.note(where, `${violations} rows do not meet it, as in the source, where it is not validated`);
  }
  return record.result();
}

/** Samples every table with masks, and compares rows with a plain key one by one. */
async function compareSamples(run: VerifyRun, catalog: Catalog): Promise<[CheckResult, TableSamples]> {
  const record = new CheckRecord('masked-values', 'values');
  const samples = new Map<string, { rows?: number; values?: SampledColumns; reason?: string }>();
  const tables = run.plan.tables.filter(({ masks }) => masks.length > 0);
  for (const [done, plan] of tables.entries()) {
    const table = find(catalog, plan)!;
    const name = printRelationName(table);
    step(run, { check: 'masked-values', doing: name, done, total: tables.length });
    const { sampleRows: rows = 500, timeoutMs = 30_000 } = run;
    const sampled = await run.sampler.sample(table, { rows, timeoutMs });
    samples.set(name, sampled);
    if ('reason' in sampled) record.couldNotSee(name, `its rows could not be sampled: ${sampled.reason}`);
    else await compareRows(run, { table, plan, sample: sampled.values, record });
  }
  return [record.result(), samples];
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
