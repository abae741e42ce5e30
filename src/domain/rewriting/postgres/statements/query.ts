import { Refusal } from '../../refusal.js';
import type { StatementCommand } from '../../rewriting.js';
import { analyse } from '../analysis.js';
import { maskReads } from '../mask-reads.js';
import { asTemporary } from '../mends.js';
import type { TreeNode } from '../parser.js';
import { isTemporarySchema } from '../resolve-relation.js';
import { checkWrites } from '../writes/check-writes.js';
import type { Passed, Statement, StatementRule } from './statement-rule.js';

const commands: Readonly<Record<string, StatementCommand>> = {
  SelectStmt: 'select',
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
  MergeStmt: 'merge',
};

/** SELECT, VALUES, TABLE and the writes: masked relations are replaced, writes are held to their rules. */
export const query: StatementRule = {
  kinds: Object.keys(commands),

  decide(kind, node, statement) {
    const into = node.intoClause as TreeNode | undefined;
    if (into) refuseLasting(into.rel as TreeNode, statement);
    const passed = maskQuery(statement.tree, statement);
    return {
      ...passed,
      command: into ? 'temporary-table' : commands[kind],
      changesSession: passed.changesSession === true || into !== undefined,
    };
  },
};

/** A query, wherever it stands: by itself, in a cursor, a prepared statement, a COPY. */
export function maskQuery(tree: TreeNode, statement: Statement): Passed {
  const analysis = analyse(tree, statement);
  const reads = maskReads(analysis, statement.text, statement.protection);
  checkWrites(analysis, reads, statement);
  return {
    command: 'select',
    reads,
    relations: analysis.relations,
    changesSession: analysis.callsSetConfig,
  };
}

/** Only the one query inside another statement, and none that makes a table on its way. */
export function innerQuery(node: TreeNode, allowed: readonly string[] = ['SelectStmt']): TreeNode {
  const inner = node.query as TreeNode;
  const [kind] = Object.keys(inner);
  if (!allowed.includes(kind))
    throw new Refusal('statement', 'this statement inside another is not on the list');
  if ((inner[kind] as TreeNode).intoClause !== undefined)
    throw new Refusal('statement', 'SELECT INTO inside another statement is not on the list');
  return inner;
}

/** Masked values may rest in a temporary table, which ends with the session; nowhere else. */
export function refuseLasting(relation: TreeNode, statement: Statement): void {
  const { schemaname, relpersistence, location } = relation as {
    schemaname?: string;
    relpersistence?: string;
    location?: number;
  };
  if (relpersistence === 't' || (schemaname !== undefined && isTemporarySchema(schemaname))) return;
  throw new Refusal('statement', 'only temporary tables may be made', {
    hint: 'write CREATE TEMPORARY TABLE',
    location: location ?? 0,
    mend: asTemporary(relation, statement),
  });
}
