import type { KnownRelation } from '../known-relation.js';
import { namesWritten } from '../mask-reads.js';
import type { TreeNode } from '../parser.js';
import { nodesOf, type Visited } from '../tree/walk.js';

export type WriteEvent = 'insert' | 'update' | 'delete';

/** One thing that a write does to rows of its target, and the columns that it gives values. */
export interface RowWrite {
  readonly event: WriteEvent;
  readonly columns: readonly string[];
}

export function writesOf({ kind, node }: Visited, relation: KnownRelation): readonly RowWrite[] {
  switch (kind) {
    case 'InsertStmt':
      return [{ event: 'insert', columns: inserted(node, 'cols', relation) }, ...onConflict(node, relation)];
    case 'UpdateStmt':
      return [{ event: 'update', columns: withComputed(namesWritten(node, 'targetList'), relation) }];
    case 'DeleteStmt':
      return [{ event: 'delete', columns: [] }];
    default:
      return nodesOf(node, 'mergeWhenClauses').flatMap(({ node: clause }) => ofMerge(clause, relation));
  }
}

function onConflict(node: TreeNode, relation: KnownRelation): readonly RowWrite[] {
  const clause = node.onConflictClause as TreeNode | undefined;
  if (clause?.action !== 'ONCONFLICT_UPDATE' || isNever(clause)) return [];
  return [{ event: 'update', columns: withComputed(namesWritten(clause, 'targetList'), relation) }];
}

/** `WHERE false`: how an INSERT asks for RETURNING of a row that is there already, changing nothing. */
function isNever(clause: TreeNode): boolean {
  const [condition] = nodesOf(clause, 'whereClause');
  const value = condition?.kind === 'A_Const' ? (condition.node.boolval as TreeNode | undefined) : undefined;
  return value !== undefined && value.boolval !== true;
}

function ofMerge(clause: TreeNode, relation: KnownRelation): readonly RowWrite[] {
  switch (clause.commandType) {
    case 'CMD_INSERT':
      return [{ event: 'insert', columns: inserted(clause, 'targetList', relation) }];
    case 'CMD_UPDATE':
      return [{ event: 'update', columns: withComputed(namesWritten(clause, 'targetList'), relation) }];
    case 'CMD_DELETE':
      return [{ event: 'delete', columns: [] }];
    default:
      return [];
  }
}

function inserted(node: TreeNode, field: string, relation: KnownRelation): readonly string[] {
  const named = namesWritten(node, field);
  return withComputed(named.length > 0 ? named : relation.columns, relation);
}

/** What the database computes of a row changes with it. */
function withComputed(columns: readonly string[], { table }: KnownRelation): readonly string[] {
  const computed =
    table?.columns.filter(({ generated }) => generated !== undefined).map(({ name }) => name) ?? [];
  return [...new Set([...columns, ...computed])];
}
