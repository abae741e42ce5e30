import { type Catalog, printRelationName, type Table } from '../domain/catalog/catalog.js';
import type { PseudonymFunction } from '../domain/masking/pseudonym/pseudonym-function.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import type { ScrubPlan, TablePlan } from '../domain/scrub/scrub-plan.js';
import type { ScrubSource } from '../engines/scrub-source.js';
import type { ScrubTarget } from '../engines/scrub-target.js';
import { together, type TableResult } from './copy-table.js';
import { bytesOf, divideTables, type Share } from './divide-tables.js';
import type { PartlyCopied } from './resume.js';
import { copyTableRetried } from './retried-copy.js';

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
  /** Names the moment that is read: with it, ranges of large tables are kept one by one. */
  readonly mark?: string;
  /** Tables of which some ranges are there already, by printed name. */
  readonly partly?: ReadonlyMap<string, PartlyCopied>;
  readonly rangeBytes?: number;
  /** Called when the last row of a table is in, before another is begun. */
  readonly onTable?: (result: TableResult) => Promise<void>;
  readonly onRows: (progress: RowProgress) => void;
  readonly signal?: AbortSignal;
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
  const { partly = new Map<string, PartlyCopied>() } = copying;
  const queue = await divideTables({ ...copying, tables: plan.tables, partly });
  const total = sum(plan.tables.map(bytesOf));
  const results = new Map<TablePlan, TableResult>();
  for (const table of plan.tables) {
    const before = partly.get(printRelationName(table))?.result;
    if (before) results.set(table, before);
  }
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

function tableOf(catalog: Catalog, plan: TablePlan): Table {
  return catalog.tables.find(({ schema, name }) => schema === plan.schema && name === plan.name)!;
}

function majorOf(version: string): number {
  return Number.parseInt(version);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
