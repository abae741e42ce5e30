import { defineCheck } from '../../check.js';
import { isConfidential } from '../../facts/labelled-column.js';
import { identifier, procedure, relation, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** What a publication sends leaves the server and its rights: name the columns that may. */
export const labelPublished = defineCheck({
  id: 'label-published',
  on: 'postgres',
  reads: ['labels', 'publishedTables'],
  evaluate: ({ labels, publishedTables }) =>
    each(
      publishedTables,
      ({ publication, allTables, columns, keyColumns, ...table }) => {
        const leaving = labels.filter(
          (label) =>
            isConfidential(label) &&
            label.schema === table.schema &&
            label.table === table.name &&
            columns.includes(label.column) &&
            !keyColumns.includes(label.column),
        );
        const names = leaving.map(({ column }) => column);
        const kept = columns.filter((column) => !names.includes(column)).map(identifier);
        const details = {
          subject: `publication ${publication}: ${relation(table)}`,
          columns: leaving.map(({ printed }) => printed),
          remedy: allTables
            ? procedure(`make the publication ${publication} anew with the tables and columns that may leave`)
            : sql(
                `alter publication ${identifier(publication)} drop table ${relation(table)};`,
                `alter publication ${identifier(publication)} add table ${relation(table)} (${kept.join(', ')});`,
              ),
        };
        if (leaving.length > 0) return fail(`sends ${names.join(', ')}`, details);
        return allTables
          ? warn('sends all tables, those that come later too', details)
          : pass('sends no confidential column', details);
      },
      notApplicable('no publication sends a labelled table'),
    ),
  remedy: procedure('publish a list of columns without the labelled ones'),
  verify: 'select pubname, schemaname, tablename, attnames from pg_publication_tables;',
});
