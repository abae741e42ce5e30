import { Refusal } from '../../refusal.js';
import { analyse } from '../analysis.js';
import { asTemporary } from '../mends.js';
import type { TreeNode } from '../parser.js';
import { resolveRelation } from '../resolve-relation.js';
import { namesIn, nodesOf } from '../tree/walk.js';
import { innerQuery, maskQuery, refuseLasting } from './query.js';
import type { Passed, Statement, StatementRule } from './statement-rule.js';

/** Tables of the session alone: made empty or from a masked query, emptied, dropped. */
export const temporaryTable: StatementRule = {
  kinds: ['CreateStmt', 'CreateTableAsStmt', 'DropStmt', 'TruncateStmt'],

  decide(kind, node, statement) {
    switch (kind) {
      case 'CreateStmt':
        refuseLasting(node.relation as TreeNode, statement);
        analyse(statement.tree, statement);
        return made;
      case 'CreateTableAsStmt':
        return createFromQuery(node, statement);
      case 'DropStmt':
        if (node.removeType !== 'OBJECT_TABLE') throw onlyTemporary();
        for (const { node: list } of nodesOf(node, 'objects')) refuseKept(namesIn(list, 'items'), statement);
        return made;
      default:
        for (const { node: relation } of nodesOf(node, 'relations'))
          refuseKept(
            [relation.schemaname, relation.relname].filter((part) => typeof part === 'string'),
            statement,
          );
        return made;
    }
  },
};

const made: Passed = { command: 'temporary-table', changesSession: true };

function onlyTemporary(mend?: Refusal['mend']): Refusal {
  return new Refusal('statement', 'only temporary tables may be changed', { mend });
}

function createFromQuery(node: TreeNode, statement: Statement): Passed {
  const relation = (node.into as TreeNode).rel as TreeNode;
  if (node.objtype !== 'OBJECT_TABLE') throw onlyTemporary(asTemporary(relation, statement));
  refuseLasting(relation, statement);
  innerQuery(node);
  return { ...maskQuery(statement.tree, statement), ...made };
}

function refuseKept(names: readonly string[], statement: Statement): void {
  const [relname, schemaname] = [names.at(-1), names.at(-2)];
  const node: TreeNode = { relname, ...(schemaname === undefined ? {} : { schemaname }) };
  if (resolveRelation(node, statement).kind !== 'temporary') throw onlyTemporary();
}
