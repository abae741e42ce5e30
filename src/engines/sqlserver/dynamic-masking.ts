import { type Catalog, type Column, type ColumnName, printColumnName } from '../../domain/catalog/catalog.js';
import type { ColumnMask } from '../../domain/policy/column-mask.js';
import type { SchemaStatement } from '../schema-statements.js';
import type { SqlServerConnection } from './connection.js';
import { quoteName, quoteRelation } from './identifiers.js';
import { ownObjects } from './introspection.js';

/** A column masked by SQL Server's Dynamic Data Masking, with its function as the catalog prints it. */
export interface DynamicMask {
  readonly column: ColumnName;
  /** `partial(2, "xxxx", 0)` */
  readonly maskedWith: string;
}

/** What brings the server to a policy's masks, and back; a steward reads it before it runs. */
export interface DynamicMaskingPlan {
  /** The masks that the server has afterwards. */
  readonly masks: readonly DynamicMask[];
  readonly statements: readonly SchemaStatement[];
  readonly revert: readonly SchemaStatement[];
  /** Columns that the server cannot mask, and what to do instead. */
  readonly unmaskable: readonly { readonly column: ColumnName; readonly why: string }[];
  /** What a login without UNMASK can still find out, by column. */
  readonly inference: readonly { readonly column: ColumnName; readonly how: string }[];
}

/** The masks that are on the server. */
export async function readDynamicMasks(connection: SqlServerConnection): Promise<DynamicMask[]> {
  const rows = await connection.query<Record<'schema' | 'table' | 'column' | 'maskedWith', string>>(`
    select s.name as [schema], o.name as [table], c.name as [column], c.masking_function as maskedWith
    from sys.masked_columns c
    join sys.tables o on o.object_id = c.object_id
    join sys.schemas s on s.schema_id = o.schema_id
    where c.is_masked = 1 and ${ownObjects}
    order by s.name, o.name, c.column_id`);
  return rows.map(({ maskedWith, ...column }) => ({ column, maskedWith }));
}

/**
 * Compares what a policy wants with what is there. Masks that the policy does not ask for go; a column
 * that cannot be masked is listed, and never passed over in silence.
 */
export function planDynamicMasking(
  catalog: Catalog,
  masks: readonly ColumnMask[],
  present: readonly DynamicMask[],
): DynamicMaskingPlan {
  const columns = new Map(
    catalog.tables.flatMap(({ schema, name: table, columns: own }) =>
      own.map((column) => [printColumnName({ schema, table, column: column.name }), column] as const),
    ),
  );
  const before = new Map(present.map((mask) => [printColumnName(mask.column), mask]));
  const wanted = new Map<string, DynamicMask>();
  const unmaskable: { column: ColumnName; why: string }[] = [];
  for (const mask of masks) {
    const name = printColumnName(mask.column);
    const column = columns.get(name);
    if (!column) continue;
    const why = whyUnmaskable(column);
    if (why === undefined && mask.rows) unmaskable.push({ column: mask.column, why: ofRows });
    if (why !== undefined) unmaskable.push({ column: mask.column, why });
    else wanted.set(name, { column: mask.column, maskedWith: dynamicFunctionOf(mask, column) });
  }
  const changed = [...wanted.values()].filter(
    ({ column, maskedWith }) =>
      normalised(before.get(printColumnName(column))?.maskedWith) !== normalised(maskedWith),
  );
  const surplus = present.filter(({ column }) => !wanted.has(printColumnName(column)));
  return {
    masks: [...wanted.values()],
    statements: [
      ...changed.flatMap((mask) => fromTo(before.get(printColumnName(mask.column)), mask)),
      ...surplus.flatMap((mask) => fromTo(mask, undefined)),
    ],
    revert: [
      ...changed.flatMap((mask) => fromTo(mask, before.get(printColumnName(mask.column)))),
      ...surplus.flatMap((mask) => fromTo(undefined, mask)),
    ],
    unmaskable,
    inference: [...wanted.keys()].map((name) => ({
      column: wanted.get(name)!.column,
      how: inferenceOf(columns.get(name)!),
    })),
  };
}

/** The function nearest to a technique, at least as strong: what has no match is covered whole. */
export function dynamicFunctionOf({ technique, options, rows }: ColumnMask, { type }: Column): string {
  if (rows) return 'default()';
  const kept = (name: string) => Number((options as Record<string, unknown>)[name] ?? 0);
  if (type.family === 'text') {
    if (technique === 'pseudonymise-email') return 'email()';
    if (technique === 'partial') return `partial(${kept('keepStart')}, "xxxx", ${kept('keepEnd')})`;
  }
  return 'default()';
}

const ofRows =
  'the policy decides by row, which Dynamic Data Masking cannot say: it is covered whole in every row; query through Scrubjay to see rows as the policy means them';

function whyUnmaskable(column: Column): string | undefined {
  if (column.clientEncrypted)
    return 'Dynamic Data Masking takes no Always Encrypted column: whoever lacks its keys sees ciphertext as it is';
  if (column.generated !== undefined)
    return 'a computed column has no mask of its own: it shows masks where what it is computed from is masked';
  return undefined;
}

/** Dynamic Data Masking covers the result alone: conditions, joins and order see the values. */
function inferenceOf({ type }: Column): string {
  switch (type.family) {
    case 'integer':
    case 'decimal':
    case 'float':
    case 'date':
    case 'time':
    case 'timestamp':
      return 'a value is found by halving: where … between … and …, some twenty queries each; order by shows ranks';
    default:
      return 'a guess is tested by where … = …, a value read letter by letter by where … like …; joins and group by show equal values';
  }
}

/** A mask is not added to a column that has one: the old one goes first, in the same transaction. */
function fromTo(old: DynamicMask | undefined, mask: DynamicMask | undefined): SchemaStatement[] {
  return [...(old ? [dropMask(old)] : []), ...(mask ? [addMask(mask)] : [])];
}

function addMask({ column, maskedWith }: DynamicMask): SchemaStatement {
  return {
    makes: `mask of ${printColumnName(column)}`,
    sql: `alter table ${tableOf(column)} alter column ${quoteName(column.column)} add masked with (function = '${maskedWith.replaceAll("'", "''")}')`,
  };
}

function dropMask({ column }: DynamicMask): SchemaStatement {
  return {
    makes: `mask of ${printColumnName(column)}`,
    sql: `alter table ${tableOf(column)} alter column ${quoteName(column.column)} drop masked`,
  };
}

function tableOf({ schema, table }: ColumnName): string {
  return quoteRelation({ schema, name: table });
}

/** The catalog prints functions with spaces of its own. */
function normalised(maskedWith: string | undefined): string | undefined {
  return maskedWith?.toLowerCase().replaceAll(' ', '');
}
