import { Refusal } from '../../refusal.js';
import { nodesOf } from '../tree/walk.js';
import { plainExplain, withoutExplain } from '../mends.js';
import { innerQuery, maskQuery } from './query.js';
import type { StatementRule } from './statement-rule.js';

const options = new Set([
  'analyze',
  'verbose',
  'costs',
  'settings',
  'generic_plan',
  'buffers',
  'serialize',
  'wal',
  'timing',
  'summary',
  'memory',
  'format',
]);

const explainable = ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'];

/**
 * Plans of tables that hold no masked column. The planner's estimates come from statistics of the real
 * values, and ANALYZE counts rows of the real conditions, so that both answer questions about them.
 */
export const explain: StatementRule = {
  kinds: ['ExplainStmt'],

  decide(_kind, node, statement) {
    const inner = innerQuery(node, explainable);
    const passed = maskQuery(statement.tree, statement);
    const masked = passed.relations?.find(({ relation }) => relation.reachesMasked);
    if (masked) {
      throw new Refusal(
        'explain',
        `EXPLAIN of '${masked.relation.schema}.${masked.relation.name}' would tell of masked values by its estimates`,
        {
          hint: 'run the query itself',
          location: (masked.node.location as number | undefined) ?? 0,
          mend: withoutExplain(node, statement),
        },
      );
    }
    const mend = plainExplain(node, statement);
    for (const { node: option } of nodesOf(node, 'options')) {
      const name = option.defname as string;
      if (!options.has(name))
        throw new Refusal('explain', `EXPLAIN with '${name}' is not on the list`, { mend });
      if (
        name === 'analyze' &&
        (inner.SelectStmt === undefined || passed.relations?.some(({ role }) => role === 'target'))
      )
        throw new Refusal('explain', 'EXPLAIN ANALYZE would run a write', { mend });
    }
    return { ...passed, command: 'explain' };
  },
};
