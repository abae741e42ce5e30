import { analyse } from '../analysis.js';
import { innerQuery, maskQuery } from './query.js';
import type { StatementRule } from './statement-rule.js';

const preparable = ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'];

/** Prepared statements in SQL: masked when they are prepared, with names that stay as resolved then. */
export const prepare: StatementRule = {
  kinds: ['PrepareStmt', 'ExecuteStmt', 'DeallocateStmt'],

  decide(kind, node, statement) {
    if (kind === 'DeallocateStmt') return { command: 'prepare' };
    if (kind === 'PrepareStmt') {
      innerQuery(node, preparable);
      // What it does to the session it does when it is executed, of which every one counts as a change.
      return { ...maskQuery(statement.tree, statement), command: 'prepare' };
    }
    analyse(statement.tree, statement);
    return { command: 'execute', changesSession: true };
  },
};
