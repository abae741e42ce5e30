import { z } from 'zod';
import {
  type Catalog,
  parseNameParts,
  printRelationName,
  type RelationName,
  type Table,
} from '../../catalog/catalog.js';
import type { PlanProblem } from '../scrub-plan.js';

const tableName = z.string().describe('A table as schema.table.');

const startSchema = z
  .strictObject({
    table: tableName,
    rows: z.int().min(0).optional().describe('So many rows of it.'),
    share: z.number().min(0).max(1).optional().describe('A share of its rows, from 0 to 1.'),
    where: z
      .string()
      .min(1)
      .optional()
      .describe('Only rows for which this condition holds: SQL of the source.'),
  })
  .describe('A table, and how much of it: rows, share or where.');

/** Which rows of a database are copied; the file format of `--subset`. */
export const subsetSchema = z.strictObject({
  start: z.array(startSchema).min(1).describe('Tables that the choice begins with.'),
  children: z
    .strictObject({
      depth: z
        .int()
        .min(0)
        .optional()
        .describe('Generations of referring rows that come along; all when left out.'),
      perRow: z
        .int()
        .min(1)
        .optional()
        .describe('At most so many of one kind for each row that they refer to.'),
      skip: z
        .array(z.string())
        .default([])
        .describe('References that are not followed to referring rows, by name.'),
    })
    .prefault({})
    .describe('How far rows that refer to chosen ones come along.'),
  whole: z.array(tableName).default([]).describe('Tables that are copied whole.'),
});

export type Subset = z.infer<typeof subsetSchema>;
export type SubsetStart = Subset['start'][number];

/** A start by name that is in the catalog, or a mistake. */
export function subsetProblems(subset: Subset, catalog: Catalog): PlanProblem[] {
  const unknown = [...subset.start.map(({ table }) => table), ...subset.whole].filter(
    (name) => !tableNamed(catalog, name),
  );
  const unsaid = subset.start.filter(
    ({ rows, share, where }) => rows === undefined && share === undefined && !where,
  );
  const twofold = subset.start.filter(({ rows, share }) => rows !== undefined && share !== undefined);
  const begun = new Set<string>();
  const repeated = subset.start.filter(({ table }) => begun.size === begun.add(table).size);
  return [
    ...unknown.map((where) => ({
      code: 'unknown-table',
      where,
      problem: 'the subset names it, and the source has no such table',
      hint: 'write it as schema.table',
    })),
    ...[...unsaid, ...twofold, ...repeated].map(({ table }) => ({
      code: 'unclear-subset',
      where: table,
      problem: 'the subset does not say how much of it is copied, or says it twice',
      hint: "name it once, with one of 'rows' and 'share', or with 'where'",
    })),
  ];
}

/** A table by its printed name, the schema `public` left out or not. */
export function tableNamed({ tables }: Catalog, name: string): Table | undefined {
  const parts = parseNameParts(name) ?? [];
  const [schema, table] = parts.length === 1 ? ['public', parts[0]] : parts;
  return tables.find((own) => own.schema === schema && own.name === table);
}

/** Tables whose rows are chosen together: a partitioned table with all its parts, or a table alone. */
export interface SubsetFamily extends RelationName {
  /** Tables that hold rows. */
  readonly tables: readonly RelationName[];
}

export function familiesOf(catalog: Catalog): readonly SubsetFamily[] {
  const holding = catalog.tables.filter(({ kind }) => kind === 'table' || kind === 'partition');
  const families = Map.groupBy(holding, (table) => printRelationName(rootOf(table, catalog)));
  return [...families.values()].map((tables) => {
    const { schema, name } = rootOf(tables[0], catalog);
    return { schema, name, tables: tables.map((table) => ({ schema: table.schema, name: table.name })) };
  });
}

/** The topmost partitioned table that a table is a part of, else the table itself. */
export function rootOf(table: Table, catalog: Catalog): Table {
  const above = table.parents
    .map((parent) => catalog.tables.find((own) => own.schema === parent.schema && own.name === parent.name))
    .find((parent) => parent?.kind === 'partitioned');
  return above ? rootOf(above, catalog) : table;
}
