import { Refusal } from '../refusal.js';
import type { RelationUse } from './analysis.js';
import { quoteIdentifier, quoteRelation } from './known-relation.js';
import { withoutEscapes } from './mends.js';
import { parseStatements, type TreeNode } from './parser.js';
import type { Edit, QueryText } from './query-text.js';
import { namesIn, nodesOf } from './tree/walk.js';

/** A relation's place in the text, and what to write there. */
export interface Replacement {
  readonly edits: readonly Edit[];
  /** The node that stood there, inside its wrapper. */
  readonly node: TreeNode;
  /** What the parser will read in its place. */
  readonly wrapped: TreeNode;
}

/** Puts a subquery of masked columns in the place of a relation; its alias, or its name, stays. */
export function replaceRelation(use: RelationUse, text: QueryText): Replacement {
  const { node, sample, refname } = use;
  const place = placeOf(use, text);
  const sampled = sample ? samplePlace(sample, text) : undefined;
  const subquery = maskedSubquery(use, sampled && text.slice(sampled.start, sampled.end));
  const alias = node.alias === undefined ? ` as ${quoteIdentifier(refname)}` : '';
  return {
    edits: [
      ...tableCommand(place.start, text),
      { ...place, text: `(${subquery})${alias}` },
      ...(sampled ? [{ ...sampled, text: '' }] : []),
    ],
    node: sample ?? node,
    wrapped: subselect(subquery, (node.alias as TreeNode | undefined) ?? { aliasname: refname }),
  };
}

/** `TABLE customers` says no more than a name: it becomes the query that it stands for. */
function tableCommand(start: number, text: QueryText): readonly Edit[] {
  const before = text.tokens[text.tokenAt(start) - 1];
  return before?.text.toLowerCase() === 'table'
    ? [{ start: before.start, end: before.end, text: 'select * from' }]
    : [];
}

/** All columns in their order, each as it is or as the role sees it. */
export function maskedSubquery(
  { relation, node }: Pick<RelationUse, 'relation' | 'node'>,
  sample?: string,
): string {
  if (relation.maskedDefinition !== undefined) {
    if (sample !== undefined) throw new Refusal('construct', 'TABLESAMPLE of a view cannot be masked');
    return relation.maskedDefinition;
  }
  const columns = relation.columns.map((name) => {
    const masked = relation.masks.get(name);
    return masked === undefined ? quoteIdentifier(name) : `${masked} as ${quoteIdentifier(name)}`;
  });
  const only = node.inh === true || relation.kind === 'system' ? '' : 'only ';
  const sampling = sample === undefined ? '' : ` ${sample}`;
  return `select ${columns.join(', ')} from ${only}${quoteRelation(relation)}${sampling}`;
}

export function subselect(subquery: string, alias: TreeNode): TreeNode {
  const parsed = parseStatements(`select from (${subquery}) a`);
  if ('outcome' in parsed) throw new Refusal('mask', 'the mask of a column is no SQL');
  const [statement] = parsed;
  const [{ node }] = nodesOf(statement.stmt!.SelectStmt as TreeNode, 'fromClause');
  return { RangeSubselect: { ...node, alias } };
}

/** From ONLY, where it stands, to the last part of the name and the star or parenthesis behind it. */
export function placeOf({ node }: Pick<RelationUse, 'node'>, text: QueryText): Pick<Edit, 'start' | 'end'> {
  const parts = [node.catalogname, node.schemaname, node.relname].filter((part) => part !== undefined).length;
  let first = text.tokenAt((node.location as number | undefined) ?? 0);
  let last = first + 2 * (parts - 1);
  const tokens = text.tokens;
  const is = (index: number, word: string) => tokens[index]?.text.toLowerCase() === word;
  if (first < 0 || is(last + 1, 'uescape'))
    throw new Refusal('construct', 'a name with UESCAPE cannot be masked', {
      mend: withoutEscapes(node, text),
      location: (node.location as number | undefined) ?? 0,
    });
  if (is(last + 1, '*')) last += 1;
  if (node.inh !== true) {
    if (is(first - 1, '(') && is(first - 2, 'only')) {
      first -= 2;
      last += 1;
    } else if (is(first - 1, 'only')) first -= 1;
  }
  return { start: tokens[first].start, end: tokens[last].end };
}

const samplingMethods = new Set(['bernoulli', 'system', 'system_rows', 'system_time']);

/** `TABLESAMPLE method (…) [REPEATABLE (…)]`: it moves into the subquery, so its arguments are constants. */
function samplePlace(sample: TreeNode, text: QueryText): Pick<Edit, 'start' | 'end'> {
  const location = (sample.location as number | undefined) ?? 0;
  const method = namesIn(sample, 'method');
  const args = [...nodesOf(sample, 'args'), ...nodesOf(sample, 'repeatable')];
  if (method.length !== 1 || !samplingMethods.has(method[0]) || args.some(({ kind }) => kind !== 'A_Const'))
    throw new Refusal('construct', 'this TABLESAMPLE cannot be masked', { location });
  const { tokens } = text;
  const at = text.tokenAt(location);
  let last = closing(tokens, at + 1);
  if (sample.repeatable !== undefined) last = closing(tokens, last + 2);
  return { start: tokens[at - 1].start, end: tokens[last].end };
}

/** Index of the parenthesis that closes the one at `open`. */
function closing(tokens: QueryText['tokens'], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i].text === '(') depth++;
    else if (tokens[i].text === ')' && --depth === 0) return i;
  }
  throw new Refusal('construct', 'this TABLESAMPLE cannot be masked');
}
