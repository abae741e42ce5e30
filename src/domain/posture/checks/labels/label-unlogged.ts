import { defineCheck } from '../../check.js';
import { columnsByTable } from '../../facts/labelled-column.js';
import { procedure, relation, sql } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** An unlogged table is emptied by a crash and is not there after a failover. */
export const labelUnlogged = defineCheck({
  id: 'label-unlogged',
  on: 'postgres',
  reads: ['labels', 'labelledRelations'],
  evaluate: ({ labels, labelledRelations }) => {
    const columnsOf = columnsByTable(labels);
    return each(
      labelledRelations.filter(({ kind }) => kind === 'table'),
      ({ unlogged, ...table }) => {
        const name = relation(table);
        const details = {
          subject: name,
          columns: columnsOf(table).map(({ printed }) => printed),
          remedy: sql(`alter table ${name} set logged;`),
        };
        return unlogged
          ? warn('is unlogged: lost after a crash, absent on standbys', details)
          : pass('is logged', details);
      },
      notApplicable('none of the labelled tables is there'),
    );
  },
  remedy: procedure('set the table logged'),
  verify: "select relname from pg_class where relpersistence = 'u';",
});
