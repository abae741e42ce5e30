import { defineCheck } from '../../check.js';
import { relationOf } from '../../facts/labelled-column.js';
import { identifier, literal, procedure, relation, sql } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';
import { unreadColumn } from '../../unread-column.js';

/**
 * Statistics keep the most common values and a histogram of a column, in clear, and go with dumps that
 * carry statistics. SET STATISTICS 0 stops new ones; those there are go by a call from 18 on, and before by
 * setting the column's type again, which no view may depend on.
 */
export const labelStatsLeak = defineCheck({
  id: 'label-stats-leak',
  on: 'postgres',
  reads: ['labels', 'columnStates', 'server'],
  evaluate: ({ labels, columnStates, server }) => {
    const states = new Map(columnStates.map((state) => [state.printed, state]));
    return each(
      labels.filter(({ sensitivity }) => sensitivity === 'restricted'),
      (column) => {
        const state = states.get(column.printed);
        if (!state || state.statistics === null) return unreadColumn(column, server.role);
        const table = relation(relationOf(column));
        const name = identifier(column.column);
        const details = {
          subject: column.printed,
          columns: [column.printed],
          remedy: sql(
            `alter table ${table} alter column ${name} set statistics 0;`,
            server.versionNumber >= 180000
              ? `select pg_clear_attribute_stats(${literal(column.schema)}, ${literal(column.table)}, ${literal(column.column)}, false);`
              : `alter table ${table} alter column ${name} type ${state.type};`,
          ),
        };
        return state.statistics
          ? warn('the statistics of the column keep some of its values', details)
          : pass('the statistics keep no value of it', details);
      },
      notApplicable('no column is labelled as restricted'),
    );
  },
  remedy: procedure('keep no statistics of restricted columns'),
  verify: "select attname from pg_stats where most_common_vals is not null and tablename = 'TABLE';",
});
