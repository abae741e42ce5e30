import { innerQuery, maskQuery } from './query.js';
import type { StatementRule } from './statement-rule.js';

/** Cursors: what a cursor runs is masked when it is declared. */
export const cursor: StatementRule = {
  kinds: ['DeclareCursorStmt', 'FetchStmt', 'ClosePortalStmt'],

  decide(kind, node, statement) {
    if (kind !== 'DeclareCursorStmt') return { command: 'cursor' };
    innerQuery(node);
    return { ...maskQuery(statement.tree, statement), command: 'cursor' };
  },
};
