import {
  type Catalog,
  type Column,
  printColumnName,
  printRelationName,
  type Table,
} from '../domain/catalog/catalog.js';
import type { PseudonymFunction } from '../domain/masking/pseudonym/pseudonym-function.js';
import { batchOf, textsOf, ValueBatchWriter } from '../domain/masking/value-batch.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import type { ColumnMask } from '../domain/policy/column-mask.js';
import type { PlanProblem, ScrubPlan, TablePlan } from '../domain/scrub/scrub-plan.js';
import type { RowTrial, ScrubSource } from '../engines/scrub-source.js';
import { prepareFieldMask } from './copy-table.js';

/** Rows of each table that masks are tried on: a technique that cannot fit shows in the first few. */
const TRIED_ROWS = 100;

/** Any text is a value of these; others are tried. */
const takesAnyText = ({ type }: Column): boolean =>
  type.family === 'text' && type.domain === undefined && type.maxLength === undefined;

export interface MaskTrial {
  readonly source: ScrubSource;
  readonly plan: ScrubPlan;
  readonly pseudonyms: PseudonymFunction;
  readonly words: WordLists;
}

/**
 * Masks some rows of the source and asks it whether types, domains and checks would take them, so that a
 * technique that cannot fit is found before anything is copied. Values stay in memory, and no problem
 * quotes one.
 */
export async function tryMasks(trial: MaskTrial): Promise<readonly PlanProblem[]> {
  const { source, plan } = trial;
  if (!source.trial) return [];
  const catalog = await source.catalog();
  const problems: PlanProblem[] = [];
  for (const planned of plan.tables) {
    const asked = whatToAsk(planned, tableOf(catalog, planned));
    if (asked) problems.push(...(await tryTable(asked, source.trial, trial)));
  }
  return problems;
}

interface Asked {
  readonly table: Table;
  readonly masks: readonly ColumnMask[];
  readonly types: readonly Column[];
  readonly checks: Table['checks'];
}

/** Undefined for a table whose columns take whatever they are given. */
function whatToAsk({ masks }: TablePlan, table: Table): Asked | undefined {
  const masked = new Set(masks.map(({ column }) => column.column));
  const types = table.columns.filter((column) => masked.has(column.name) && !takesAnyText(column));
  const checks = table.checks.filter(
    ({ columns, validated }) => validated && columns.some((column) => masked.has(column)),
  );
  return types.length + checks.length > 0 ? { table, masks, types, checks } : undefined;
}

async function tryTable(
  { table, masks, types, checks }: Asked,
  server: RowTrial,
  { pseudonyms, words }: MaskTrial,
): Promise<PlanProblem[]> {
  const prepared = masks.map((mask) => prepareFieldMask(mask, { table, pseudonyms, words }));
  const names = new Set([
    ...prepared.flatMap(({ column, reads }) => [column, ...reads]),
    ...checks.flatMap(({ columns }) => columns),
  ]);
  const columns = table.columns.filter(({ name }) => names.has(name));
  const rows = await server.someRows(
    table,
    columns.map(({ name }) => name),
    TRIED_ROWS,
  );
  const values = new Map(columns.map(({ name }, i) => [name, rows.map((row) => row[i])]));
  const originals = new Map([...values].map(([name, texts]) => [name, batchOf(texts)]));
  for (const { column, mask, reads } of prepared) {
    const output = new ValueBatchWriter();
    mask(originals.get(column)!, output, new Map(reads.map((name) => [name, originals.get(name)!])));
    values.set(column, textsOf(output));
  }

  const techniqueOf = new Map(masks.map(({ column, technique }) => [column.column, technique]));
  const problems: PlanProblem[] = [];
  for (const column of types) {
    if (!(await server.isRefusedByType(column, values.get(column.name)!))) continue;
    problems.push({
      code: 'stand-in-not-of-type',
      where: printColumnName({ schema: table.schema, table: table.name, column: column.name }),
      problem: `'${techniqueOf.get(column.name)}' gives values that ${column.type.name} does not take`,
      hint: "choose a technique whose values fit ('fixed' with an allowed one, 'pick-label', 'null'), or keep the column by a rule",
    });
  }
  for (const check of checks) {
    const read = table.columns.filter(({ name }) => check.columns.includes(name));
    const tried = rows.map((_, i) => read.map(({ name }) => values.get(name)![i]));
    if (!(await server.isRefusedByCheck(check, read, tried))) continue;
    const causes = check.columns.filter((name) => techniqueOf.has(name));
    problems.push({
      code: 'stand-in-breaks-check',
      where: `${printRelationName(table)}, check ${check.name}`,
      problem: `${causes.map((name) => `'${techniqueOf.get(name)}' for ${name}`).join(' and ')} gives values that the check does not allow`,
      hint: "choose a technique whose values fit ('fixed' with an allowed one, 'pick-label' with a list, 'null'), or keep the column by a rule",
    });
  }
  return problems;
}

function tableOf({ tables }: Catalog, plan: TablePlan): Table {
  return tables.find(({ schema, name }) => schema === plan.schema && name === plan.name)!;
}
