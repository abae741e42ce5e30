import {
  type Catalog,
  printColumnName,
  printRelationName,
  type ForeignKey,
  type Table,
  type UniqueKey,
} from '../catalog/catalog.js';
import { findTechnique } from '../masking/technique-registry.js';
import type { ColumnMask } from '../policy/column-mask.js';
import type { PlanProblem } from './scrub-plan.js';

/** What masks would do to keys, checks and exclusions of their tables. */
export function constraintProblems(catalog: Catalog, masks: ReadonlyMap<string, ColumnMask>): PlanProblem[] {
  return catalog.tables.flatMap((table) => [
    ...table.uniqueKeys.flatMap((key) => keyProblems(table, key, masks)),
    ...table.uniqueKeys.flatMap((key) => predicateProblems(table, key, masks)),
    ...table.uniqueKeys.flatMap((key) => temporalProblems(table, key, masks)),
    ...table.foreignKeys.flatMap((key) => matchFullProblems(table, key, masks)),
    ...table.checks.flatMap((check) => checkProblems(table, check, masks)),
    ...exclusionProblems(table, masks),
  ]);
}

function maskedIn(
  table: Table,
  columns: readonly string[],
  masks: ReadonlyMap<string, ColumnMask>,
): ColumnMask[] {
  const { schema, name } = table;
  return columns.flatMap((column) => masks.get(printColumnName({ schema, table: name, column })) ?? []);
}

/** A single-column key is the technique's own business; here are those that it cannot see. */
function keyProblems(table: Table, key: UniqueKey, masks: ReadonlyMap<string, ColumnMask>): PlanProblem[] {
  const masked = maskedIn(table, key.columns, masks);
  const where = `${printRelationName(table)}, key ${key.name}`;
  const allMasked = masked.length === key.columns.length;
  return masked.flatMap(({ technique, column }) => {
    const { keepsUniqueness = false, deterministic } = findTechnique(technique).properties;
    if (technique === 'null' && key.nullsNotDistinct && !isForValuesOf(key, column.column)) {
      return [
        {
          code: 'one-null-only',
          where,
          problem: `at most one row may have NULL in ${column.column}`,
          hint: 'choose a technique that keeps values apart',
        },
      ];
    }
    if (keepsUniqueness || technique === 'null') return [];
    // With an unmasked column beside it, equal stand-ins only collide where that column is equal too.
    const problem = `'${technique}' may give two values of ${column.column} one stand-in, and the key forbids equal rows`;
    const hint =
      "choose a technique that keeps values apart, such as 'pseudonymise-identifier' or 'keyed-hash'";
    return allMasked || !deterministic || key.primary
      ? [{ code: 'key-may-collide', where, problem, hint }]
      : [];
  });
}

/** A mask on a column of the predicate may bring rows under the key that were not before. */
function predicateProblems(
  table: Table,
  key: UniqueKey,
  masks: ReadonlyMap<string, ColumnMask>,
): PlanProblem[] {
  const { name, predicate } = key;
  if (predicate === undefined) return [];
  const columns = table.columns.map((column) => column.name);
  return maskedIn(table, columns, masks).flatMap(({ technique, column: { column } }) => {
    const mentions = [...predicate.matchAll(new RegExp(`${mentionOf(column)}( IS (NOT )?NULL)?`, 'gi'))];
    const keepsNull = technique !== 'null' && !findTechnique(technique).properties.replacesNull;
    const onlyAsksForNull = mentions.every(([, isNull]) => isNull !== undefined);
    if (mentions.length === 0 || (keepsNull && onlyAsksForNull)) return [];
    // No row is left under such a key.
    if (technique === 'null' && isForValuesOf(key, column)) return [];
    return [
      {
        code: 'partial-key-may-collide',
        where: `${printRelationName(table)}, key ${name}`,
        problem: `the key covers rows by the value of ${column}, and masked values may bring others under it`,
        hint: 'keep the column by a rule of its own',
      },
    ];
  });
}

/** True for a key of the rows that have a value in the column, and of them all: `([email] IS NOT NULL)`. */
function isForValuesOf({ predicate }: UniqueKey, column: string): boolean {
  return (
    predicate !== undefined && new RegExp(`^\\(*${mentionOf(column)} IS NOT NULL\\)*$`, 'i').test(predicate)
  );
}

/** The pattern of a column's name as a predicate has it: as a word, in quotes, or in brackets as SQL Server prints it. */
function mentionOf(column: string): string {
  const [word, quoted, bracketed] = [
    column,
    `"${column.replaceAll('"', '""')}"`,
    `[${column.replaceAll(']', ']]')}]`,
  ].map((spelling) => spelling.replace(/[^\w]/g, '\\$&'));
  return `(?:${bracketed}|${quoted}|(?<![\\w"[])${word}(?![\\w"\\]]))`;
}

/** Periods that must not overlap would, when each is moved by itself. */
function temporalProblems(
  table: Table,
  key: UniqueKey,
  masks: ReadonlyMap<string, ColumnMask>,
): PlanProblem[] {
  if (!key.withoutOverlaps || maskedIn(table, key.columns.slice(-1), masks).length === 0) return [];
  return [
    {
      code: 'temporal-key',
      where: `${printRelationName(table)}, key ${key.name}`,
      problem: `the masked periods of ${key.columns.at(-1)} may overlap, which the key forbids`,
      hint: 'keep the period by a rule for the column, or drop the key from the source of the copy',
    },
  ];
}

/** A MATCH FULL key is NULL in all its columns or in none. */
function matchFullProblems(
  table: Table,
  { name, columns, matchFull }: ForeignKey,
  masks: ReadonlyMap<string, ColumnMask>,
): PlanProblem[] {
  const emptied = maskedIn(table, columns, masks).filter(({ technique }) => technique === 'null');
  if (!matchFull || emptied.length === 0 || emptied.length === columns.length) return [];
  return [
    {
      code: 'match-full-half-null',
      where: `${printRelationName(table)}, foreign key ${name}`,
      problem: `${emptied.map(({ column }) => column.column).join(', ')} would be NULL beside values, which MATCH FULL forbids`,
      hint: 'mask all columns of the key by null, or none',
    },
  ];
}

/**
 * Whether a stand-in satisfies a check cannot be told without evaluating it; a check that only asks for
 * presence, length or a sign is left to the copy, which evaluates every one before it is published.
 */
function checkProblems(
  table: Table,
  { name, columns, expression }: Table['checks'][number],
  masks: ReadonlyMap<string, ColumnMask>,
): PlanProblem[] {
  const masked = maskedIn(table, columns, masks);
  if (masked.length === 0 || columns.length < 2 || !/[<>=]/.test(expression)) return [];
  const shifted = masked.filter(({ technique }) => technique === 'date-shift');
  const together =
    shifted.length === columns.length &&
    new Set(shifted.map(({ options }) => String(options.per))).size === 1 &&
    shifted[0].options.per !== undefined;
  if (together) return [];
  return [
    {
      code: 'check-across-masked-columns',
      where: `${printRelationName(table)}, check ${name}`,
      problem: `the check compares ${columns.join(' and ')}, which would be masked apart`,
      hint: "mask them as one (date-shift with the same 'per'), or keep them by a rule for the columns",
    },
  ];
}

function exclusionProblems(table: Table, masks: ReadonlyMap<string, ColumnMask>): PlanProblem[] {
  return table.exclusions.flatMap(({ name, columns }) =>
    maskedIn(table, columns, masks).length === 0
      ? []
      : [
          {
            code: 'exclusion-constraint',
            where: `${printRelationName(table)}, constraint ${name}`,
            problem: 'masked values may overlap, which the constraint forbids',
            hint: 'keep the columns of the constraint by a rule, or drop it from the source of the copy',
          },
        ],
  );
}
