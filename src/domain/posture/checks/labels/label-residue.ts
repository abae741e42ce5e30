import { defineCheck } from '../../check.js';
import { columnsByTable } from '../../facts/labelled-column.js';
import { procedure, relation, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** Updates of nearly every row: masked or encrypted in place. */
const BULK = 0.9;

/**
 * An UPDATE leaves the old values in the table's file and its indexes until they are written anew; WAL and
 * backups keep them until they expire. Measured: all of 1,000 values after UPDATE, 943 after VACUUM, none
 * after VACUUM FULL.
 */
export const labelResidue = defineCheck({
  id: 'label-residue',
  on: 'postgres',
  reads: ['labels', 'labelledRelations'],
  evaluate: ({ labels, labelledRelations }) => {
    const columnsOf = columnsByTable(labels);
    return each(
      labelledRelations.filter(
        (table) =>
          table.kind === 'table' && columnsOf(table).some(({ sensitivity }) => sensitivity === 'restricted'),
      ),
      ({ updatedRows, liveRows, rewritten, ...table }) => {
        const name = relation(table);
        const details = {
          subject: name,
          columns: columnsOf(table).map(({ printed }) => printed),
          remedy: sql(`vacuum (full, analyze) ${name};`),
        };
        return liveRows > 0 && updatedRows >= BULK * liveRows && !rewritten
          ? fail(
              `about ${updatedRows} updates of ${liveRows} rows, and never written anew: old values are still in its file`,
              details,
            )
          : pass(rewritten ? 'was written anew' : 'saw no update of nearly all rows', details);
      },
      notApplicable('no table holds a restricted column'),
    );
  },
  remedy: procedure('write the table anew, take a new base backup, and let archives and old backups expire'),
  verify: "select pg_relation_filenode('TABLE') <> 'TABLE'::regclass::oid;",
});
