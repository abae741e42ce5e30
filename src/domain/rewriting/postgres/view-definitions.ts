import type { RelationName } from '../../catalog/catalog.js';
import { Refusal } from '../refusal.js';
import { type Analysis, analyse, type AnalysisContext } from './analysis.js';
import { applyEdits, maskReads } from './mask-reads.js';
import { parseStatements, type TreeNode } from './parser.js';
import { QueryText } from './query-text.js';
import { touchesMasked } from './touched.js';
import { namesIn, nodesOf } from './tree/walk.js';

/** What a view's definition reads of masked columns, and how it reads once they are masked. */
export interface MaskedDefinition {
  readonly sql: string;
  /** True when a relation under it has masked columns, read or not. */
  readonly reachesMasked: boolean;
  /** Places in its target list, from 0, whose values come from masked columns. */
  readonly tainted: ReadonlySet<number>;
  /** True when conditions, groups, joins or subqueries read masked columns: they shape every row. */
  readonly readsMaskedElsewhere: boolean;
  /** Places whose value is a masked column just as it is. */
  readonly plainSources: ReadonlyMap<number, RelationName & { readonly column: string }>;
}

/** @throws Refusal when it cannot be read or masked */
export function maskDefinition(definition: string, context: AnalysisContext): MaskedDefinition {
  const text = new QueryText(definition.trim().replace(/;$/, ''));
  const statements = parseStatements(text.sql);
  if ('outcome' in statements || statements.length !== 1 || !statements[0].stmt)
    throw new Refusal('syntax', 'it cannot be parsed');
  const [{ stmt }] = statements;
  const select = stmt.SelectStmt as TreeNode | undefined;
  if (!select) throw new Refusal('statement', 'it is no SELECT');
  const analysis = analyse(stmt, context);
  const reads = maskReads(analysis, text, context.protection);
  const sql = applyEdits(text, statements, reads.edits, [reads.expected]);
  const reachesMasked = analysis.relations.some(({ relation }) => relation.reachesMasked);
  const none = {
    sql,
    reachesMasked,
    tainted: new Set<number>(),
    readsMaskedElsewhere: false,
    plainSources: new Map(),
  };
  if (reads.masked.length === 0) return none;
  const targets = nodesOf(select, 'targetList');
  const touchedBy = (targetList: readonly TreeNode[]) =>
    touchesAny(analyse({ SelectStmt: { ...select, targetList } }, context));
  const isPlain = select.op === 'SETOP_NONE' && select.distinctClause === undefined && targets.length > 0;
  if (!isPlain || touchedBy([])) return { ...none, readsMaskedElsewhere: true };
  const tainted = new Set(
    targets.flatMap((target, i) => (touchedBy([{ [target.kind]: target.node }]) ? [i] : [])),
  );
  return { ...none, tainted, plainSources: plainSources(tainted, select, analysis) };
}

function touchesAny(analysis: Analysis): boolean {
  return analysis.relations.some((use) => touchesMasked(use, analysis));
}

function plainSources(
  tainted: ReadonlySet<number>,
  select: TreeNode,
  { relations }: Analysis,
): MaskedDefinition['plainSources'] {
  const sources = new Map<number, RelationName & { readonly column: string }>();
  const targets = nodesOf(select, 'targetList');
  for (const place of tainted) {
    const [value] = nodesOf(targets[place].node, 'val');
    if (value.kind !== 'ColumnRef') continue;
    const names = namesIn(value.node, 'fields');
    const [column, qualifier] = [names.at(-1)!, names.at(-2)];
    const owners = relations.filter(
      ({ relation, refname, query }) =>
        query === select &&
        relation.table &&
        relation.masks.has(column) &&
        (qualifier ?? refname) === refname,
    );
    if (owners.length !== 1) continue;
    const [{ relation }] = owners;
    sources.set(place, { schema: relation.schema, name: relation.name, column });
  }
  return sources;
}
