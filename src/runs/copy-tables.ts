import { type Catalog, printRelationName, type Table } from '../domain/catalog/catalog.js';
import type { PseudonymFunction } from '../domain/masking/pseudonym/pseudonym-function.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import type { ScrubPlan, TablePlan } from '../domain/scrub/scrub-plan.js';
import type { RowRange, ScrubSource, ScrubTarget } from '../engines/engine.js';
import type { TableResult } from './copy-table.js';
import { copyTableRetried } from './retried-copy.js';

/** A table below this is not worth a second session. */
const SMALLEST_PART_BYTES = 64 * 1024 * 1024;

/**
 * With two at once a second session gains less than the loss of frozen rows costs: the two ends of one copy
 * are busy together already (measured by bench/scrub on two cores).
 */
const DIVIDED_FROM = 3;

export interface RowProgress {
  /** The table that rows came from last. */
  readonly doing: string;
  /** Bytes of rows, of a total that is estimated. */
  readonly done: number;
  readonly total: number;
  /** Of all tables. */
  readonly rows: number;
}

export interface TablesCopy {
  readonly source: ScrubSource;
  readonly target: ScrubTarget;
  readonly plan: ScrubPlan;
  readonly catalog: Catalog;
  readonly pseudonyms: PseudonymFunction;
  readonly words: WordLists;
  /** Tables, or ranges of them, at the same time: so many sessions on either side. */
  readonly atOnce: number;
  readonly smallestPartBytes?: number;
  /** Called when the last row of a table is in, before another is begun. */
  readonly onTable?: (result: TableResult) => Promise<void>;
  readonly onRows: (progress: RowProgress) => void;
  readonly signal?: AbortSignal;
}

/** What one worker copies at one go. */
interface Share {
  readonly table: TablePlan;
  readonly range?: RowRange;
}

/**
 * Copies all tables of a plan, several at once. The largest go first, and one that is larger than what a
 * worker has to do in all is divided, so that none is left to the end alone.
 * @returns what became of each table
 */
export async function copyTables(copying: TablesCopy): Promise<TableResult[]> {
  const { source, target, plan, catalog, signal, onRows } = copying;
  const mayTravelInBinary =
    source.copiesInBinary === true &&
    target.copiesInBinary === true &&
    majorOf((await source.identity()).serverVersion) === majorOf((await target.identity()).serverVersion);
  const queue = await shares(copying);
  const total = sum(plan.tables.map(bytesOf));
  const results = new Map<TablePlan, TableResult>();
  const waiting = new Map<TablePlan, number>();
  for (const { table } of queue) waiting.set(table, (waiting.get(table) ?? 0) + 1);
  const stop = new AbortController();
  const signals = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
  let bytes = 0;
  let rows = 0;

  const copy = async ({ table, range }: Share): Promise<void> => {
    let counted = { rows: 0, bytes: 0 };
    const onChunk = (progress: { rows: number; bytes: number }) => {
      rows += progress.rows - counted.rows;
      bytes += progress.bytes - counted.bytes;
      counted = progress;
      onRows({ doing: printRelationName(table), done: bytes, total: Math.max(total, bytes), rows });
    };
    const result = await copyTableRetried({
      ...copying,
      plan: table,
      table: tableOf(catalog, table),
      mayTravelInBinary,
      ...(range ? { range } : {}),
      onChunk,
      signal: signals,
    });
    const before = results.get(table);
    const all = before ? together(before, result) : result;
    results.set(table, all);
    waiting.set(table, waiting.get(table)! - 1);
    if (waiting.get(table) === 0) await copying.onTable?.(all);
  };
  const work = async (): Promise<void> => {
    for (let share = queue.shift(); share; share = queue.shift()) {
      signals.throwIfAborted();
      await copy(share);
    }
  };
  let failure: { readonly reason: unknown } | undefined;
  const stopAll = (reason: unknown): void => {
    // One table lost loses the run; what the others say when they are stopped is not the cause.
    failure ??= { reason };
    stop.abort();
  };
  await Promise.all(Array.from({ length: copying.atOnce }, () => work().catch(stopAll)));
  if (failure) throw failure.reason;
  return [...results.values()];
}

/** Tables and ranges, the largest first. */
async function shares({
  source,
  plan,
  atOnce,
  smallestPartBytes = SMALLEST_PART_BYTES,
}: TablesCopy): Promise<Share[]> {
  const tables = [...plan.tables].sort((a, b) => bytesOf(b) - bytesOf(a));
  if (atOnce < DIVIDED_FROM) return tables.map((table) => ({ table }));
  const evenBytes = Math.max(sum(tables.map(bytesOf)) / atOnce, smallestPartBytes);
  const found: Share[] = [];
  for (const table of tables) {
    const parts = Math.min(atOnce, Math.ceil(bytesOf(table) / evenBytes));
    const ranges = parts > 1 ? await source.splitRows(table, parts) : [];
    if (ranges.length > 1) found.push(...ranges.map((range) => ({ table, range })));
    else found.push({ table });
  }
  return found;
}

/** Of two ranges of one table. */
function together(one: TableResult, other: TableResult): TableResult {
  return {
    ...one,
    rows: one.rows + other.rows,
    bytes: one.bytes + other.bytes,
    masked: one.masked.map((column, i) => ({
      ...column,
      values: column.values + other.masked[i].values,
      nulls: column.nulls + other.masked[i].nulls,
    })),
  };
}

function tableOf(catalog: Catalog, plan: TablePlan): Table {
  return catalog.tables.find(({ schema, name }) => schema === plan.schema && name === plan.name)!;
}

function bytesOf({ estimatedBytes = 0 }: TablePlan): number {
  return estimatedBytes;
}

function majorOf(version: string): number {
  return Number.parseInt(version);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
