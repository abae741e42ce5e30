import { printRelationName } from '../domain/catalog/catalog.js';
import type { TablePlan } from '../domain/scrub/scrub-plan.js';
import type { RowRange } from '../engines/row-source.js';
import type { ScrubSource } from '../engines/scrub-source.js';
import type { ScrubTarget } from '../engines/scrub-target.js';
import type { PartlyCopied } from './resume.js';

/** A table below this is not worth a second session. */
const SMALLEST_PART_BYTES = 64 * 1024 * 1024;

/** Of a table this large, what was copied is kept range by range, so that a break costs no more. */
const RANGE_BYTES = 2 * 1024 ** 3;

/**
 * With two at once a second session gains less than the loss of frozen rows costs: the two ends of one copy
 * are busy together already (measured by bench/scrub on two cores).
 */
const DIVIDED_FROM = 3;

/** What one worker copies at one go. */
export interface Share {
  readonly table: TablePlan;
  readonly range?: RowRange;
}

export interface Division {
  readonly source: ScrubSource;
  readonly target: ScrubTarget;
  readonly tables: readonly TablePlan[];
  readonly atOnce: number;
  /** Names the moment that is read; without it nothing is kept by range. */
  readonly mark?: string;
  /** Tables of which some ranges are there already, by printed name. */
  readonly partly: ReadonlyMap<string, PartlyCopied>;
  readonly smallestPartBytes?: number;
  readonly rangeBytes?: number;
}

/** Tables and ranges, the largest first: for sessions to share, and to be kept one by one. */
export async function divideTables(division: Division): Promise<Share[]> {
  const { source, target, mark, partly } = division;
  const tables = [...division.tables].sort((a, b) => bytesOf(b) - bytesOf(a));
  const found: Share[] = [];
  for (const table of tables) {
    const left = partly.get(printRelationName(table))?.left;
    const parts = left ? 1 : Math.max(partsToShare(division, table), partsToKeep(division, table));
    const ranges = left ?? (parts > 1 ? await source.splitRows(table, parts) : []);
    if (!left && ranges.length <= 1) {
      found.push({ table });
      continue;
    }
    if (!left && mark !== undefined)
      await target.checkpoints?.tableDivided?.(printRelationName(table), ranges);
    found.push(...ranges.map((range) => ({ table, range })));
  }
  return found;
}

function partsToShare(
  { tables, atOnce, smallestPartBytes = SMALLEST_PART_BYTES }: Division,
  table: TablePlan,
): number {
  if (atOnce < DIVIDED_FROM) return 1;
  const evenBytes = Math.max(tables.reduce((sum, one) => sum + bytesOf(one), 0) / atOnce, smallestPartBytes);
  return Math.min(atOnce, Math.ceil(bytesOf(table) / evenBytes));
}

function partsToKeep({ target, mark, rangeBytes = RANGE_BYTES }: Division, table: TablePlan): number {
  if (mark === undefined || !target.checkpoints?.tableDivided) return 1;
  return Math.ceil(bytesOf(table) / rangeBytes);
}

export function bytesOf({ estimatedBytes = 0 }: TablePlan): number {
  return estimatedBytes;
}
