import { printColumnName } from '../../catalog/catalog.js';
import { Refusal } from '../refusal.js';
import { type Analysis, refuseClosed, type RelationUse } from './analysis.js';
import { extendGroups } from './extend-groups.js';
import { quoteIdentifier } from './known-relation.js';
import { parseStatements, type RawStatement, type TreeNode } from './parser.js';
import type { PostgresProtection } from './postgres-protection.js';
import type { Edit, QueryText } from './query-text.js';
import { placeOf, replaceRelation } from './replace-relation.js';
import { touchesMasked } from './touched.js';
import { ExpectedTree } from './tree/expected-tree.js';
import { nodesOf, namesIn } from './tree/walk.js';

/** How a statement has to change for everything that it reads to be masked. */
export interface MaskedReads {
  readonly edits: Edit[];
  readonly expected: ExpectedTree;
  /** Relations of which a masked column may be read. */
  readonly masked: readonly RelationUse[];
  /** Printed names of the columns masked in them. */
  readonly maskedColumns: readonly string[];
}

/** Works out the edits of one statement; nothing is refused but what may not be read at all. */
export function maskReads(analysis: Analysis, text: QueryText, protection: PostgresProtection): MaskedReads {
  refuseClosed(analysis);
  const edits: Edit[] = [];
  const expected = new ExpectedTree();
  const masked = analysis.relations.filter((use) => use.role === 'read' && touchesMasked(use, analysis));
  for (const use of masked) {
    const replacement = replaceRelation(use, text);
    edits.push(...replacement.edits);
    expected.replace(replacement.node, replacement.wrapped);
    unqualifyColumns(use, analysis, text, edits, expected);
  }
  extendGroups(masked, analysis, edits, expected);
  for (const use of analysis.relations)
    if (!masked.includes(use)) pinName(use, text, protection, edits, expected);
  const columns = masked.flatMap(({ relation }) =>
    [...relation.masks.keys()].map((column) =>
      printColumnName({ schema: relation.schema, table: relation.name, column }),
    ),
  );
  return { edits: withoutRepeats(edits), expected, masked, maskedColumns: [...new Set(columns)] };
}

/**
 * Applies the edits and proves the outcome: the text parses to the tree that was meant, node for node.
 * @throws Refusal with `unproven` when it does not
 */
export function applyEdits(
  text: QueryText,
  statements: readonly RawStatement[],
  edits: readonly Edit[],
  expected: readonly ExpectedTree[],
): string {
  if (edits.length === 0) return text.sql;
  const sql = text.withEdits(edits);
  const parsed = parseStatements(sql);
  const holds =
    !('outcome' in parsed) &&
    parsed.length === statements.length &&
    statements.every(({ stmt }, i) => expected[i].matches(stmt, parsed[i].stmt));
  if (!holds)
    throw new Refusal('unproven', 'the masked query does not read as it was meant, and is not sent');
  return sql;
}

/** `shop.customers.email` cannot name a column of a subquery: `customers.email` can. */
function unqualifyColumns(
  { node, refname }: RelationUse,
  { columns }: Analysis,
  text: QueryText,
  edits: Edit[],
  expected: ExpectedTree,
): void {
  if (node.alias !== undefined) return;
  for (const column of columns) {
    const parts = column.star ? [...column.names, '*'] : column.names;
    if (parts.length < 3 || parts.at(-2) !== refname || column.node.fields === undefined) continue;
    const first = text.tokenAt((column.node.location as number | undefined) ?? 0);
    const keep = first + 2 * (parts.length - 2);
    if (first < 0 || !text.tokens[keep])
      throw new Refusal('construct', 'a column name with UESCAPE cannot be masked');
    edits.push({ start: text.tokens[first].start, end: text.tokens[keep].start, text: '' });
    expected.replace(column.node, {
      ColumnRef: { ...column.node, fields: (column.node.fields as TreeNode[]).slice(-2) },
    });
  }
}

/**
 * PostgreSQL may resolve the names of a prepared statement again, under another search path. Where that
 * could lead to a relation with masked columns, the name is written out as it was resolved.
 */
function pinName(
  use: RelationUse,
  text: QueryText,
  protection: PostgresProtection,
  edits: Edit[],
  expected: ExpectedTree,
): void {
  const { node, relation } = use;
  if (node.schemaname !== undefined || relation.kind === 'system') return;
  const others = protection
    .relationsCalled(relation.name)
    .filter((other) => other !== relation && (other.reachesMasked || other.closed !== undefined));
  if (others.length === 0) return;
  const { start } = placeOf({ node: { ...node, inh: true } }, text);
  edits.push({ start, end: start, text: `${quoteIdentifier(relation.schema)}.` });
  expected.replace(node, { RangeVar: { ...node, schemaname: relation.schema } });
}

/** The parser prints the source of `SET (a, b) = (…)` once a column. */
function withoutRepeats(edits: readonly Edit[]): Edit[] {
  return [...new Map(edits.map((edit) => [`${edit.start} ${edit.end} ${edit.text}`, edit])).values()];
}

/** Names of the columns that a target list or a column list writes. */
export function namesWritten(node: TreeNode, field: string): readonly string[] {
  return nodesOf(node, field).flatMap(({ kind, node: target }) =>
    kind === 'ResTarget' && typeof target.name === 'string' ? [target.name] : namesIn(target, 'names'),
  );
}
