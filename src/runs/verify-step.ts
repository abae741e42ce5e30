import type { Catalog, RelationName, Table } from '../domain/catalog/catalog.js';
import type { Labels } from '../domain/classification/labels-file.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import type { ScrubPlan } from '../domain/scrub/scrub-plan.js';
import type { CheckResult, VerificationCheck } from '../domain/scrub/verification/verification.js';
import type { Session } from '../engines/engine.js';
import type { RowSource } from '../engines/row-source.js';
import type { SettledOrphans } from './settle-orphans.js';

/** Which originals are looked for in the copy: all, or those of sampled rows. */
export const leakHuntScopes = ['full', 'sample'] as const;
export type LeakHuntScope = (typeof leakHuntScopes)[number];

export interface VerifyProgress {
  readonly check: VerificationCheck;
  /** A table or key. */
  readonly doing: string;
  readonly done: number;
  readonly total: number;
}

/** A copy, what it was made from, and what was to be done to it. */
export interface VerifyRun {
  /** Of a subset, its rows alone. */
  readonly source: RowSource;
  /** Where originals are read from; the source when absent. */
  readonly originals?: RowSource;
  /** Samples the source for the originals to look for. */
  readonly sampler: Session;
  readonly target: RowSource;
  readonly plan: ScrubPlan;
  readonly labels: Labels;
  readonly words: WordLists;
  /** What the run did about rows that referred to nothing; unknown when a copy is verified later. */
  readonly orphans?: readonly SettledOrphans[];
  /** How unmasked values compare, where that was found out before; else it is found out now. */
  readonly contents?: CheckResult;
  /** How masked values compare with what their masks give, where that was found out. */
  readonly remasked?: CheckResult;
  /** `full` by default: it reads every masked column of the source once more. */
  readonly leakHunt?: LeakHuntScope;
  /** Rows sampled from each table with masked columns; 500 by default. */
  readonly sampleRows?: number;
  /** Milliseconds that sampling one table may take; 30,000 by default. */
  readonly timeoutMs?: number;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
}

/** What was sampled of each table with masks, by printed name; the reason where it could not be. */
export type TableSamples = ReadonlyMap<
  string,
  { readonly rows?: number; readonly values?: SampledColumns; readonly reason?: string }
>;

export type SampledColumns = ReadonlyMap<string, readonly (string | null)[]>;

export function find({ tables }: Catalog, { schema, name }: RelationName): Table | undefined {
  return tables.find((table) => table.schema === schema && table.name === name);
}

/** Of a copy that is verified later nobody knows what was chosen, dropped or emptied. */
export function mayLackRows({ plan, orphans }: Pick<VerifyRun, 'plan' | 'orphans'>): boolean {
  const { orphans: rule, subset } = plan;
  return orphans === undefined && (subset !== undefined || rule === 'drop' || rule === 'empty');
}

export function step(
  { onProgress, signal }: Pick<VerifyRun, 'onProgress' | 'signal'>,
  progress: VerifyProgress,
): void {
  signal?.throwIfAborted();
  onProgress?.(progress);
}
