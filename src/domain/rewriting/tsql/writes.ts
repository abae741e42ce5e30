import { Refusal } from '../refusal.js';
import { hasOneSpelling } from './one-spelling.js';
import type { TsqlTree } from './parser.js';
import { readStatement, type TsqlReading } from './read-statement.js';
import { resolveTable } from './resolve-table.js';
import type { TsqlProtection, TsqlRelation } from './tsql-protection.js';
import { writtenTable } from './written-table.js';

/**
 * Writes of a masked role: none that reads or returns masked columns, none that a constraint or a trigger
 * could make tell of them.
 * @throws Refusal with `write`
 */
export function checkTsqlWrite(
  kind: string,
  statement: TsqlTree,
  reading: TsqlReading,
  readsMasked: boolean,
  protection: TsqlProtection,
  defaultSchema: string,
): void {
  const target = targetOf(writtenTable(kind, statement, reading), protection, defaultSchema);
  const printed = `'${target.schema}.${target.name}'`;
  const refuse = (reason: string) => {
    throw new Refusal('write', `a write to ${printed} ${reason}`);
  };
  if (!target.isTable) refuse('goes through a view');
  if (readsMasked) refuse('names masked columns, or all columns, of a masked table');
  const named = [...target.masks.keys()].some(
    (column) => !hasOneSpelling(column) || reading.identifiers.has(column),
  );
  if (target.masks.size > 0 && (named || reading.mayNameAnyColumn))
    refuse('names masked columns, or returns all');
  if (target.masks.size > 0 && kind === 'Insert' && insertedColumns(statement) === 0)
    refuse('gives values to masked columns');
  const telling = [...(target.tellsRows ?? [])].find((column) => updatedNames(statement).has(column));
  if (telling !== undefined) refuse(`changes '${telling}', which tells which rows are masked`);
  if (tiesMasked(target, kind, protection)) refuse('could break a constraint that compares masked values');
  if (protection.catalog.triggers.some(({ table }) => sameName(table, target)))
    refuse('fires a trigger, whose code is not known');
}

function targetOf(
  names: readonly string[] | undefined,
  protection: TsqlProtection,
  defaultSchema: string,
): TsqlRelation {
  const target =
    names &&
    resolveTable(names, protection, defaultSchema, { identifiers: new Set(), mayNameAnyColumn: false });
  if (!target) throw new Refusal('write', 'the target of the write is not known');
  return target;
}

/** Every name in what an UPDATE assigns to, in lower case. */
function updatedNames({ Update: update }: TsqlTree): ReadonlySet<string> {
  const assignments = ((update as TsqlTree | undefined)?.assignments ?? []) as { target: unknown }[];
  return readStatement({ Query: assignments.map(({ target }) => target) }).identifiers;
}

function insertedColumns(statement: TsqlTree): number {
  return (((statement.Insert as TsqlTree).columns ?? []) as unknown[]).length;
}

/** Keys and checks that hold masked columns together with others, or that other tables refer to. */
function tiesMasked(target: TsqlRelation, kind: string, { catalog }: TsqlProtection): boolean {
  const table = catalog.catalog.tables.find((known) => sameName(known, target));
  if (!table) return true;
  const isMasked = (column: string) => target.masks.has(column.toLowerCase());
  const mixed = (columns: readonly string[]) =>
    columns.some(isMasked) && columns.some((column) => !isMasked(column));
  if (kind === 'Delete')
    return (
      target.masks.size > 0 &&
      catalog.catalog.tables.some(({ foreignKeys }) =>
        foreignKeys.some(
          ({ references }) => sameName(references, target) && references.columns.some(isMasked),
        ),
      )
    );
  return [...table.uniqueKeys, ...table.foreignKeys, ...table.checks].some(({ columns }) => mixed(columns));
}

function sameName(a: { schema: string; name: string }, b: { schema: string; name: string }): boolean {
  return a.schema.toLowerCase() === b.schema.toLowerCase() && a.name.toLowerCase() === b.name.toLowerCase();
}
