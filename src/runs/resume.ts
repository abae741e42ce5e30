import { createHash } from 'node:crypto';
import { printRelationName } from '../domain/catalog/catalog.js';
import { canonicalJson } from '../domain/scrub/attestation/canonical-json.js';
import type { ScrubPlan, TablePlan } from '../domain/scrub/scrub-plan.js';
import type { Checkpoint } from '../engines/checkpoints.js';
import type { DataSourceIdentity } from '../engines/engine.js';
import type { RowRange } from '../engines/row-source.js';
import type { ScrubSource } from '../engines/scrub-source.js';
import type { ScrubTarget } from '../engines/scrub-target.js';
import { together, type TableResult } from './copy-table.js';

/**
 * Names what a run would build: source, structure, policy, labels, key and masks. A run may go on with
 * another's work exactly when both would build the same.
 */
export function digestOfWork(plan: ScrubPlan, source: DataSourceIdentity): string {
  const tables = plan.tables.map(({ estimatedRows: _, estimatedBytes: __, ...table }) => table);
  const { catalogFingerprint, policy, labelsSha256, keyId, orphans } = plan;
  const subset = plan.subset?.asked;
  const work = {
    source: source.id,
    catalogFingerprint,
    policy,
    labelsSha256,
    keyId,
    orphans,
    subset,
    tables,
  };
  // Options that were left out are no part of it; JSON leaves them out too.
  const plain = JSON.parse(JSON.stringify(work)) as Parameters<typeof canonicalJson>[0];
  return createHash('sha256').update(canonicalJson(plain)).digest('hex');
}

/** A table of which some ranges stand. */
export interface PartlyCopied {
  /** Of those that do. */
  readonly result: TableResult;
  readonly left: readonly RowRange[];
}

/** What of a broken-off run stands, and what is copied again. */
export interface WorkLeft {
  readonly hasSchema: boolean;
  /** Results of tables that stay as they are. */
  readonly kept: readonly TableResult[];
  readonly toCopy: readonly TablePlan[];
  /** Of these, some ranges stand: by printed name. */
  readonly partly: ReadonlyMap<string, PartlyCopied>;
  /** Printed names of tables that changed in the source since they were copied. */
  readonly changed: readonly string[];
}

const everything = (plan: ScrubPlan, changed: readonly string[] = []): WorkLeft => ({
  hasSchema: false,
  kept: [],
  toCopy: plan.tables,
  partly: new Map(),
  changed,
});

/**
 * Decides what a run has left to do. A table stays when not a row of it changed since it was copied; rows
 * that were routed to partitions stay or go together. Where keys were being built and a table changed,
 * everything is built anew, since rows cannot be exchanged under them.
 */
export async function workLeft(
  source: ScrubSource,
  plan: ScrubPlan,
  checkpoint: Checkpoint | undefined,
): Promise<WorkLeft> {
  if (!checkpoint?.hasSchema || !source.unchangedSince) return everything(plan);
  const done = new Map(checkpoint.tables.map((table) => [table.name, table]));
  const kept = new Map<string, TableResult>();
  const partly = new Map<string, PartlyCopied>();
  const changed: string[] = [];
  for (const table of plan.tables) {
    const name = printRelationName(table);
    const copied = done.get(name);
    if (!copied) {
      const some = isRouted(table) ? undefined : await rangesLeft(source, table, checkpoint);
      if (some === 'changed') changed.push(name);
      else if (some) partly.set(name, some);
      continue;
    }
    const result = copied.result as TableResult;
    if (await source.unchangedSince(table, copied.mark, result.rows)) kept.set(name, result);
    else changed.push(name);
  }
  const toCopy = plan.tables.filter((table) => !kept.has(printRelationName(table)));
  const routed = new Set(toCopy.filter(isRouted).map(({ loadsInto }) => printRelationName(loadsInto)));
  for (const table of plan.tables.filter(isRouted)) {
    if (routed.has(printRelationName(table.loadsInto))) kept.delete(printRelationName(table));
  }
  const left = plan.tables.filter((table) => !kept.has(printRelationName(table)));
  if (checkpoint.hasKeysBegun && left.length > 0) return everything(plan, changed);
  return { hasSchema: true, kept: [...kept.values()], toCopy: left, partly, changed };
}

/** Ranges stay together or not at all: which rows of the target are of one that changed, nobody knows. */
async function rangesLeft(
  source: ScrubSource,
  table: TablePlan,
  { divided, ranges = [] }: Checkpoint,
): Promise<PartlyCopied | 'changed' | undefined> {
  const name = printRelationName(table);
  const all = divided?.get(name) ?? [];
  const done = ranges.filter((range) => range.name === name);
  if (done.length === 0) return undefined;
  for (const { mark, range, result } of done)
    if (!(await source.unchangedSince!(table, mark, (result as TableResult).rows, range))) return 'changed';
  const results = done.map(({ result }) => result as TableResult);
  return {
    result: results.reduce(together),
    left: all.filter(({ from }) => !done.some(({ range }) => range.from === from)),
  };
}

/** Takes away what a broken-off run left of tables that are copied again. */
export async function emptyForCopy(target: ScrubTarget, { toCopy, partly }: WorkLeft): Promise<void> {
  const whole = toCopy.filter((table) => !partly.has(printRelationName(table)));
  const relations = new Map(whole.map(({ loadsInto }) => [printRelationName(loadsInto), loadsInto]));
  for (const relation of relations.values()) await target.empty(relation);
}

function isRouted(table: TablePlan): boolean {
  return printRelationName(table) !== printRelationName(table.loadsInto);
}
