import { randomInt } from 'node:crypto';
import {
  type Catalog,
  printColumnName,
  printRelationName,
  type RelationName,
} from '../domain/catalog/catalog.js';
import type { TablePlan } from '../domain/scrub/scrub-plan.js';
import { CheckRecord, type CheckResult } from '../domain/scrub/verification/verification.js';
import type { DigestSeeds, RowSource } from '../engines/row-source.js';
import type { SettledOrphans } from './settle-orphans.js';
import { find, mayLackRows, step, type VerifyRun } from './verify-step.js';

export type ContentsRun = Pick<VerifyRun, 'source' | 'target' | 'plan' | 'orphans' | 'onProgress' | 'signal'>;

/**
 * Compares what is not masked, table by table, by multiset digests that each server computes: the order of
 * rows does not matter, their number and every value does. Undefined where an engine has no such digests.
 */
export async function compareContents(run: ContentsRun, catalog: Catalog): Promise<CheckResult | undefined> {
  const { source, target } = run;
  if (!source.digestRows || !target.digestRows) return undefined;
  const record = new CheckRecord('unmasked-values', 'tables');
  const tables = Map.groupBy(run.plan.tables, ({ loadsInto }) => printRelationName(loadsInto));
  for (const [name, plans] of tables) {
    step(run, { check: 'unmasked-values', doing: name, done: record.examined++, total: tables.size });
    const relation = plans[0].loadsInto;
    if (!find(catalog, relation)) continue;
    const columns = comparableColumns(run, plans);
    if (columns === undefined)
      record.note(name, 'not all rows were copied, and nobody knows which: they were not compared');
    else if (!(await agree(run, relation, columns))) {
      const others = await columnsThatDiffer(run, relation, columns);
      for (const column of others)
        record.fail(
          printColumnName({ schema: relation.schema, table: relation.name, column }),
          'nothing masks it, and it holds other values than in the source',
        );
      if (others.length === 0)
        record.fail(name, 'its unmasked values are those of the source, in other rows than they were');
    }
  }
  return record.result();
}

/** Columns that no mask touches; undefined where rows were dropped. */
function comparableColumns(run: ContentsRun, plans: readonly TablePlan[]): readonly string[] | undefined {
  const { orphans = [] } = run;
  const own = (settled: SettledOrphans) =>
    plans.some((table) => [table, table.loadsInto].some((name) => same(name, settled.table)));
  const settled = orphans.filter(own);
  if (settled.some(({ rule }) => rule === 'drop') || mayLackRows(run)) return undefined;
  const touched = new Set([
    ...plans.flatMap(({ masks }) => masks.map(({ column }) => column.column)),
    ...settled.filter(({ rule }) => rule === 'empty').flatMap(({ columns }) => columns),
  ]);
  return plans[0].columns.filter((column) => !touched.has(column));
}

async function agree(
  { source, target }: { readonly source: RowSource; readonly target: RowSource },
  table: RelationName,
  columns: readonly string[],
): Promise<boolean> {
  // Random, so that nobody can have prepared rows that would agree.
  const seeds: DigestSeeds = [randomInt(2 ** 47), randomInt(2 ** 47)];
  const [original, copied] = await Promise.all([
    source.digestRows!(table, columns, seeds),
    target.digestRows!(table, columns, seeds),
  ]);
  return original.every((part, i) => part === copied[i]);
}

async function columnsThatDiffer(
  run: ContentsRun,
  table: RelationName,
  columns: readonly string[],
): Promise<readonly string[]> {
  const differ: string[] = [];
  for (const column of columns) if (!(await agree(run, table, [column]))) differ.push(column);
  return differ;
}

function same(one: RelationName, other: RelationName): boolean {
  return one.schema === other.schema && one.name === other.name;
}
