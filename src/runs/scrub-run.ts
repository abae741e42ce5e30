import { availableParallelism } from 'node:os';
import { type Catalog, printRelationName } from '../domain/catalog/catalog.js';
import { fingerprintCatalog } from '../domain/catalog/fingerprint.js';
import { ScrubjayError } from '../domain/errors.js';
import type { PseudonymFunction } from '../domain/masking/pseudonym/pseudonym-function.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import type { PlanProblem, ScrubPlan, TablePlan } from '../domain/scrub/scrub-plan.js';
import type { SchemaStatement } from '../engines/schema-statements.js';
import type { ScrubSource } from '../engines/scrub-source.js';
import type { ScrubTarget } from '../engines/scrub-target.js';
import { chooseSubset } from './choose-subset.js';
import type { SubsetSource } from './subset-source.js';
import { buildKeys } from './build-keys.js';
import type { TableResult } from './copy-table.js';
import { copyTables } from './copy-tables.js';
import { makeKey, type SettledOrphans } from './settle-orphans.js';
import { emptyForCopy, type WorkLeft, workLeft } from './resume.js';

/** A plan that may not run was to be run. */
export class PlanRefusedError extends ScrubjayError {
  readonly code = 'plan-refused';

  constructor(readonly refusals: readonly PlanProblem[]) {
    const shown = refusals.slice(0, 5).map(({ where, problem }) => `${where}: ${problem}`);
    const more = refusals.length > shown.length ? `; and ${refusals.length - shown.length} more` : '';
    const count = refusals.length === 1 ? 'one refusal' : `${refusals.length} refusals`;
    super(`the plan has ${count}: ${shown.join('; ')}${more}`, refusals[0].hint);
  }
}

/** The source is not what the plan was made for. */
export class SourceDriftError extends ScrubjayError {
  readonly code = 'source-drift';

  constructor() {
    super(
      'the source’s schema changed since the plan was made',
      'scan it again, review what is new, and plan again',
    );
  }
}

/** Somebody stopped the run. */
export class ScrubCancelledError extends ScrubjayError {
  readonly code = 'scrub-cancelled';

  constructor() {
    super('the run was cancelled; the target shows what it showed before', 'start it again when you like');
  }
}

/** The source's snapshot was held for as long as it may be. */
export class SnapshotHeldTooLongError extends ScrubjayError {
  readonly code = 'snapshot-held-too-long';

  constructor(limitMs: number) {
    super(
      `the copy was given up after ${Math.ceil(limitMs / 60_000)} minutes, to let the source clean up behind it`,
      'allow more time, copy fewer rows, or copy from a replica',
    );
  }
}

/** The copy was built, and is not what it should be. */
export class VerificationFailedError extends ScrubjayError {
  readonly code = 'verification-failed';

  constructor(problems: readonly string[]) {
    super(
      `the copy was not published: ${problems.slice(0, 5).join('; ')}`,
      'the work database keeps it for a look; mend labels or policy, and run again',
    );
  }
}

export type ScrubPhase = 'schema' | 'subset' | 'rows' | 'keys' | 'verification' | 'publication';

export interface ScrubProgress {
  readonly phase: ScrubPhase;
  /** What is under way: a table, an index. */
  readonly doing: string;
  /** Of the phase: statements, or bytes of rows as estimated. */
  readonly done: number;
  readonly total: number;
  /** Rows copied so far, in all tables. */
  readonly rows: number;
}

/** What verification says of a copy: an empty list of problems lets it be published. */
export interface Verdict {
  readonly problems: readonly string[];
}

export interface ScrubRun<Verification extends Verdict> {
  readonly source: ScrubSource;
  readonly target: ScrubTarget;
  readonly plan: ScrubPlan;
  readonly pseudonyms: PseudonymFunction;
  readonly words: WordLists;
  /** Looks at the finished copy before anybody else can. */
  readonly verify: (built: BuiltCopy) => Promise<Verification>;
  /** Called when the copy is verified, and waited for: what it rejects with keeps the copy from being published. */
  readonly beforePublishing?: (result: ScrubResult<Verification>) => Promise<void>;
  /** The mark that the published copy bears. */
  readonly publicationMark?: string;
  readonly onProgress?: (progress: ScrubProgress) => void;
  /** Told once, before rows are copied: what of an earlier run's work stands. */
  readonly onResume?: (left: WorkLeft) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds that the source's snapshot may hold back its vacuum; no limit when absent. */
  readonly snapshotLimitMs?: number;
  /**
   * Tables copied, and indexes and keys built, at the same time; by default 2, or as many as there are
   * cores, up to 4. A run holds one session more than that on either side.
   */
  readonly concurrency?: number;
  /** Bytes of a range that a large table is copied, and kept, by; 2 GiB by default. */
  readonly rangeBytes?: number;
}

const CONCURRENCY = Math.min(4, Math.max(2, availableParallelism()));

/** What was built, before it is verified. */
export interface BuiltCopy {
  /** The source, as far as it was copied: of a subset, those rows alone. */
  readonly copied: ScrubSource;
  readonly tables: readonly TableResult[];
  readonly orphans: readonly SettledOrphans[];
}

export interface ScrubResult<Verification> extends BuiltCopy {
  readonly verification: Verification;
}

/**
 * Carries out a plan: schema, rows, keys, verification, publication. Whatever fails, the target's name
 * shows what it showed before, and the work database says that it is incomplete. Closes the target;
 * the source is the caller's.
 * @throws PlanRefusedError, SourceDriftError, ScrubCancelledError, VerificationFailedError, and errors of
 *   the engine
 */
export async function runScrub<Verification extends Verdict>(
  asked: ScrubRun<Verification>,
): Promise<ScrubResult<Verification>> {
  const limit = asked.snapshotLimitMs === undefined ? undefined : AbortSignal.timeout(asked.snapshotLimitMs);
  const signals = [asked.signal, limit].filter((signal) => signal !== undefined);
  const run = { ...asked, ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}) };
  let subset: SubsetSource | undefined;
  try {
    const built = await build(run, (chosen) => (subset = chosen));
    const { tables } = built;
    const report = run.onProgress ?? (() => undefined);
    const verification = await run.verify(built);
    if (verification.problems.length > 0) throw new VerificationFailedError(verification.problems);
    throwIfCancelled(run.signal);
    await subset?.close();
    report({
      phase: 'publication',
      doing: 'renaming',
      done: 0,
      total: 1,
      rows: sum(tables.map(({ rows }) => rows)),
    });
    await run.beforePublishing?.({ ...built, verification });
    await run.target.publish(run.publicationMark);
    return { tables, orphans: built.orphans, copied: asked.source, verification };
  } catch (error) {
    const failure = asked.signal?.aborted
      ? new ScrubCancelledError()
      : limit?.aborted
        ? new SnapshotHeldTooLongError(asked.snapshotLimitMs!)
        : error;
    const reason = failure instanceof ScrubjayError ? failure.code : 'internal error';
    // The first failure is the one to tell; that marking failed too shows in the missing mark.
    await subset?.close();
    await run.target.abandon(reason).catch(() => undefined);
    throw failure;
  }
}

async function build<Verification extends Verdict>(
  run: ScrubRun<Verification>,
  onSubset: (chosen: SubsetSource) => void,
): Promise<BuiltCopy> {
  const { source, plan } = run;
  if (plan.refusals.length > 0) throw new PlanRefusedError(plan.refusals);
  const catalog = await source.catalog();
  if (fingerprintCatalog(catalog) !== plan.catalogFingerprint) throw new SourceDriftError();
  const schema = await source.schema();
  await run.target.refuseMissing(schema);
  const { checkpoints } = run.target;
  const checkpoint = await checkpoints?.read();
  const left = await workLeft(source, plan, checkpoint);
  run.onResume?.(left);
  if (left.hasSchema) await emptyForCopy(run.target, left);
  else {
    if (left.changed.length > 0 || checkpoint?.hasSchema) await run.target.beginAnew();
    await execute(run, 'schema', schema.preData, 0);
    await run.target.checkpoints?.schemaMade();
  }
  const chosen = await subsetOf(run, catalog);
  if (chosen) onSubset(chosen);
  // Which rows a subset has is chosen anew by every run.
  const mark = chosen ? undefined : await source.snapshotMark?.();
  const copied = await copyTables({
    ...run,
    source: chosen ?? source,
    plan: { ...plan, tables: chosen ? await sizedFor(chosen, left.toCopy) : left.toCopy },
    catalog,
    atOnce: run.concurrency ?? CONCURRENCY,
    ...(mark === undefined || !run.target.checkpoints?.tableDivided ? {} : { mark, partly: left.partly }),
    onRows: (progress) => run.onProgress?.({ phase: 'rows', ...progress }),
    onTable: async (result) => {
      const name = printRelationName(result);
      if (mark !== undefined) await run.target.checkpoints?.tableCopied({ name, mark, result });
    },
  });
  const results = [...left.kept, ...copied];
  const rows = sum(results.map((result) => result.rows));
  await run.target.checkpoints?.keysBegun();
  await rebuildSearchVectors(run);
  const orphans: SettledOrphans[] = [];
  const keys = [...schema.sequences, ...schema.postData];
  await buildKeys({
    statements: keys,
    atOnce: run.concurrency ?? CONCURRENCY,
    make: async (statement, done) => {
      throwIfCancelled(run.signal);
      run.onProgress?.({ phase: 'keys', doing: statement.makes, done, total: keys.length, rows });
      const settled = await makeKey(run.target, catalog, statement, plan.orphans);
      if (settled) orphans.push(settled);
    },
  });
  await run.target.checkpoints?.clear();
  return { tables: results, orphans, copied: chosen ?? source };
}

async function subsetOf<V extends Verdict>(
  run: ScrubRun<V>,
  catalog: Catalog,
): Promise<SubsetSource | undefined> {
  const { source, target, plan, signal, onProgress } = run;
  if (!plan.subset) return undefined;
  return chooseSubset({
    ...{ source, target, catalog, signal, subset: plan.subset },
    onProgress: (doing, done, total) => onProgress?.({ phase: 'subset', doing, done, total, rows: 0 }),
  });
}

/** Progress is measured by the bytes of the rows that were chosen. */
async function sizedFor(chosen: SubsetSource, tables: readonly TablePlan[]): Promise<TablePlan[]> {
  const sized = tables.map(async (table) => {
    const { estimatedRows = 0, estimatedBytes = 0 } = table;
    const rows = await chosen.countRows(table);
    const share = estimatedRows > 0 ? Math.min(1, rows / estimatedRows) : 1;
    return { ...table, estimatedRows: rows, estimatedBytes: Math.ceil(estimatedBytes * share) };
  });
  return Promise.all(sized);
}

/** Before there are indexes to keep. */
async function rebuildSearchVectors<V extends Verdict>({ plan, target, signal }: ScrubRun<V>): Promise<void> {
  for (const { loadsInto, searchVectors = [] } of plan.tables) {
    for (const vector of searchVectors) {
      throwIfCancelled(signal);
      await target.rebuildSearchVector(loadsInto, vector);
    }
  }
}

async function execute<V extends Verdict>(
  { target, onProgress, signal }: ScrubRun<V>,
  phase: ScrubPhase,
  statements: readonly SchemaStatement[],
  rows: number,
): Promise<void> {
  for (const [done, statement] of statements.entries()) {
    throwIfCancelled(signal);
    onProgress?.({ phase, doing: statement.makes, done, total: statements.length, rows });
    await target.execute([statement]);
  }
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ScrubCancelledError();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
