import { baseTypeName } from '../catalog/column-type.js';
import { z } from 'zod';
import type { Column, Table } from '../catalog/catalog.js';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]);

const tests = z.strictObject({
  column: z.string().min(1),
  equals: scalar.optional(),
  in: z.array(scalar).min(1).max(200).optional(),
  isNull: z.boolean().optional(),
  before: moment.optional(),
  after: moment.optional(),
});

/**
 * A condition on another column of the same row: one test of a closed form, never SQL. `before` and `after`
 * leave out the moment itself, and may stand together.
 */
export const rowConditionSchema = tests.refine(
  ({ equals, in: among, isNull, before, after }) =>
    [equals, among, isNull, before ?? after].filter((test) => test !== undefined).length === 1,
  { error: "say one of 'equals', 'in', 'isNull', or 'before' and 'after'" },
);

export type RowCondition = z.infer<typeof tests>;
type Scalar = z.infer<typeof scalar>;

/** The values that a condition compares with; empty for `isNull`, `before` and `after`. */
export function valuesOf({ equals, in: among }: RowCondition): readonly Scalar[] {
  return among ?? (equals === undefined ? [] : [equals]);
}

/** Why a condition cannot be asked of a table; undefined when it can. */
export function conditionProblem(table: Table, condition: RowCondition): string | undefined {
  const column = table.columns.find(({ name }) => name === condition.column);
  if (!column) return `its rows are told by '${condition.column}', which the table does not have`;
  if (column.generated !== undefined)
    return `its rows are told by '${column.name}', which is computed from other columns`;
  const problem = typeProblem(column, condition);
  return problem && `its rows are told by '${column.name}' (${column.type.name}), which ${problem}`;
}

function typeProblem({ type }: Column, condition: RowCondition): string | undefined {
  const { before, after } = condition;
  const wrong = valuesOf(condition).find((value) => !fits(type, value));
  if (wrong !== undefined) return `is not compared with a ${typeof wrong} of that kind`;
  for (const moment of [before, after].filter((given) => given !== undefined)) {
    if (type.family !== 'date' && type.family !== 'timestamp') return 'is no date and no time';
    const hasTime = moment.includes('T');
    const hasOffset = /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(moment);
    if (type.family === 'date' && hasTime) return 'is compared with a date alone';
    // Without an offset it would depend on the session, with one on nothing that the column holds.
    if (type.family === 'timestamp' && hasOffset !== hasTimeZone(baseTypeName(type)))
      return hasOffset ? 'holds no time zone' : 'is compared with a time and its offset, such as …T00:00:00Z';
  }
  return undefined;
}

/** Whether a type of times holds a zone: PostgreSQL's name for it, or SQL Server's. */
export function hasTimeZone(typeName: string): boolean {
  return /with time zone|^datetimeoffset/i.test(typeName);
}

function fits({ name, family, labels }: Column['type'], value: Scalar): boolean {
  switch (family) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
    case 'float':
      return typeof value === 'number';
    case 'decimal':
      return typeof value === 'number' && !/money/i.test(name);
    case 'text':
      return typeof value === 'string' && !value.includes('\0');
    case 'uuid':
      return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
    case 'enum':
      return typeof value === 'string' && (labels === undefined || labels.includes(value));
    default:
      return false;
  }
}

/** `country in NL, BE`: what a condition asks, in words. */
export function printRowCondition(condition: RowCondition): string {
  const { column, isNull, before, after } = condition;
  const values = valuesOf(condition);
  const asked = [
    ...(values.length === 1 ? [`is ${String(values[0])}`] : []),
    ...(values.length > 1 ? [`is one of ${values.join(', ')}`] : []),
    ...(isNull === undefined ? [] : [isNull ? 'is NULL' : 'is not NULL']),
    ...(after === undefined ? [] : [`is after ${after}`]),
    ...(before === undefined ? [] : [`is before ${before}`]),
  ];
  return `'${column}' ${asked.join(' and ')}`;
}
