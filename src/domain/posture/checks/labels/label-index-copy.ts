import { defineCheck } from '../../check.js';
import { identifier, procedure, relation, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** An index holds a copy of its columns: it lies where its table was decided to lie. */
export const labelIndexCopy = defineCheck({
  id: 'label-index-copy',
  on: 'postgres',
  reads: ['labels', 'indexCopies'],
  evaluate: ({ indexCopies }) =>
    each(
      indexCopies,
      ({ tablespace, tableTablespace, columns, ...index }) => {
        const details = {
          subject: `index ${relation(index)}`,
          columns,
          remedy: sql(`alter index ${relation(index)} set tablespace ${identifier(tableTablespace)};`),
        };
        return tablespace === tableTablespace
          ? pass(`lies in ${tablespace}, as its table does`, details)
          : fail(`lies in ${tablespace}, while its table lies in ${tableTablespace}`, details);
      },
      notApplicable('no index holds a labelled column'),
    ),
  remedy: procedure('move the index to the storage of its table'),
  verify: 'select indexname, tablespace from pg_indexes where tablespace is not null;',
});
