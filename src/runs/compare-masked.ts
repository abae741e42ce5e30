import {
  type Catalog,
  type Column,
  printColumnName,
  printRelationName,
  type Table,
} from '../domain/catalog/catalog.js';
import { chooseFormat } from '../domain/scrub/copy-format/choose-format.js';
import type { CopyFormat } from '../domain/scrub/copy-format/copy-format.js';
import { isStoredAsSent } from '../domain/scrub/copy-format/stored-form.js';
import type { TablePlan } from '../domain/scrub/scrub-plan.js';
import { CheckRecord, type CheckResult } from '../domain/scrub/verification/verification.js';
import { prepareFieldMask } from './copy-table.js';
import {
  areEqual,
  type Compared,
  type Digests,
  digestsOfBytes,
  digestsOfValues,
  type MaskedRun,
  type Reading,
} from './masked-digests.js';
import { find, mayLackRows, step } from './verify-step.js';

/**
 * Reads the source once more, masks it once more, and holds what comes out against every row of the copy: by
 * digests of a multiset, table by table, in memory that does not grow. Types that a server keeps in another form
 * than it is sent (`numeric(10,2)`, `jsonb`, arrays) the copy's own server brings to it. Undefined between servers
 * that may not give back the bytes that were sent.
 */
export async function compareMasked(run: MaskedRun, catalog: Catalog): Promise<CheckResult | undefined> {
  const { source, target, plan } = run;
  const copy = await target.catalog();
  if (target.copiesInBinary !== true || copy.engine !== catalog.engine) return undefined;
  const inBinary =
    source.copiesInBinary === true &&
    Number.parseInt(copy.serverVersion) === Number.parseInt(catalog.serverVersion);
  const record = new CheckRecord('remasked-values', 'masked values');
  if (mayLackRows(run)) {
    record.note(
      'all tables',
      'not all rows were copied, and nobody knows which: they were not masked once more',
    );
    return record.result();
  }
  const groups = [
    ...Map.groupBy(plan.tables, ({ loadsInto }) => printRelationName(loadsInto)).values(),
  ].filter((plans) => plans.some(({ masks }) => masks.length > 0));
  for (const [done, plans] of groups.entries()) {
    const table = plans[0].loadsInto;
    const where = printRelationName(table);
    step(run, { check: 'remasked-values', doing: where, done, total: groups.length });
    const changed = changedColumns(run, plans);
    if (changed === undefined) {
      record.note(
        where,
        'rows that referred to nothing were dropped, so its values were not masked once more',
      );
      continue;
    }
    const all = new Set(plans.flatMap(({ masks }) => masks.map(({ column }) => column.column)));
    const asSent = comparedAsSent(run, catalog, plans, changed, inBinary);
    const sent = asSent.columns.filter((column) => all.has(column));
    const kept = [...all].filter((column) => !sent.includes(column) && !changed.has(column));
    for (const [column, why] of changed)
      if (all.has(column)) record.note(where, `${column}: ${why}; its values were not compared one by one`);
    if (sent.length > 0) await compare(run, record, asSent, sent, digestsOfBytes);
    if (kept.length > 0) {
      const asKept = comparedAsKept(run, catalog, plans, new Set(kept));
      await compare(run, record, asKept, kept, digestsOfValues);
    }
  }
  record.note('all tables', `masked values compared: ${record.examined}${ofThoseCopied(run)}`);
  return record.result();
}

/** Of a copy that is verified later nobody has counted them. */
function ofThoseCopied({ tables }: MaskedRun): string {
  if (!tables) return '';
  const counts = tables.flatMap(({ masked }) => masked.map(({ values, nulls }) => values + nulls));
  return ` of ${counts.reduce((sum, count) => sum + count, 0)}`;
}

/** Holds some columns of a table, and with them its key, against the copy; then each by itself, to tell which differs. */
async function compare(
  run: MaskedRun,
  record: CheckRecord,
  compared: Compared,
  masked: readonly string[],
  digests: Digests,
): Promise<void> {
  const { table, columns } = compared;
  const [[made, stored]] = await digests(run, compared, [columns]);
  record.examined += Number(made[0]) * masked.length;
  if (areEqual(made, stored)) return;
  const each = await digests(
    run,
    compared,
    masked.map((column) => [column]),
  );
  const differ = masked.filter((_, i) => !areEqual(...each[i]));
  for (const column of differ)
    record.fail(
      printColumnName({ schema: table.schema, table: table.name, column }),
      'holds other values than its mask gives for those of the source',
    );
  if (differ.length === 0)
    record.fail(printRelationName(table), 'its masked values are in other rows than they should be');
}

/** Columns that the run changed after the copy, each with why; undefined where rows were dropped. */
function changedColumns(
  { orphans = [] }: MaskedRun,
  plans: readonly TablePlan[],
): ReadonlyMap<string, string> | undefined {
  const names = new Set(plans.flatMap((plan) => [plan, plan.loadsInto].map(printRelationName)));
  const own = orphans.filter(({ table }) => names.has(printRelationName(table)));
  if (own.some(({ rule }) => rule === 'drop')) return undefined;
  const emptied = own.filter(({ rule }) => rule === 'empty').flatMap(({ columns }) => columns);
  const rebuilt = plans.flatMap(({ searchVectors = [] }) => searchVectors.map(({ column }) => column));
  return new Map([
    ...emptied.map((column) => [column, 'emptied where it referred to nothing'] as const),
    ...rebuilt.map((column) => [column, 'built anew from columns of the copy'] as const),
  ]);
}

/** Of the masked columns those of which the server keeps what it is sent. */
function comparedAsSent(
  run: MaskedRun,
  catalog: Catalog,
  plans: readonly TablePlan[],
  changed: ReadonlyMap<string, string>,
  inBinary: boolean,
): Compared {
  const masked = new Set(plans.flatMap(({ masks }) => masks.map(({ column }) => column.column)));
  const inFormat = (format: CopyFormat): Compared =>
    comparedOf(run, catalog, plans, {
      format,
      masked: ({ name, type }) => masked.has(name) && isStoredAsSent(type, format) && !changed.has(name),
    });
  const binary = inFormat('binary');
  const fits = ({ lookUps, own, masks }: Reading) =>
    lookUps.length === 0 &&
    chooseFormat(own, new Set(masks.flatMap(({ column, reads }) => [column, ...reads]))) === 'binary';
  return inBinary && binary.readings.every(fits) ? binary : inFormat('text');
}

/** The others, which go to the server as text and come back as it keeps them. */
function comparedAsKept(
  run: MaskedRun,
  catalog: Catalog,
  plans: readonly TablePlan[],
  kept: ReadonlySet<string>,
): Compared {
  return comparedOf(run, catalog, plans, { format: 'text', masked: ({ name }) => kept.has(name) });
}

/** Masked columns, and the primary key where nothing masks it, so that values cannot change their rows unseen. */
function comparedOf(
  run: MaskedRun,
  catalog: Catalog,
  plans: readonly TablePlan[],
  { format, masked }: { readonly format: CopyFormat; readonly masked: (column: Column) => boolean },
): Compared {
  const table = plans[0].loadsInto;
  const touched = new Set(plans.flatMap(({ masks }) => masks.map(({ column }) => column.column)));
  const { columns, uniqueKeys } = find(catalog, table)!;
  const key = new Set(uniqueKeys.find(({ primary }) => primary)?.columns);
  const names = columns
    .filter((column) =>
      touched.has(column.name) ? masked(column) : key.has(column.name) && keyFamilies.has(column.type.family),
    )
    .map(({ name }) => name);
  const readings = plans.map((plan) => readingOf(run, plan, find(catalog, plan)!, new Set(names)));
  return { table, readings, columns: names, format };
}

/** Types that every server of a kind writes alike. */
const keyFamilies = new Set(['integer', 'text', 'uuid', 'date', 'enum', 'boolean']);

function readingOf(run: MaskedRun, plan: TablePlan, table: Table, columns: ReadonlySet<string>): Reading {
  const { pseudonyms, words, source } = run;
  const lookUps = (source.copyOutWith && plan.lookUps) ?? [];
  // The same masks as the copy's: what they may read is not what happens to be read here.
  const known = new Set([...plan.columns, ...lookUps.map(({ name }) => name)]);
  const masks = plan.masks
    .filter(({ column }) => columns.has(column.column))
    .map((mask) => prepareFieldMask(mask, { table, pseudonyms, words }, known));
  const read = new Set([...columns, ...masks.flatMap(({ reads }) => reads)]);
  return {
    plan,
    masks,
    own: [...read]
      .filter((name) => plan.columns.includes(name))
      .map((name) => table.columns.find((column) => column.name === name)!),
    lookUps: lookUps.filter(({ name }) => read.has(name)),
  };
}
