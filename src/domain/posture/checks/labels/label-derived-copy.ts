import { printColumnName } from '../../../catalog/catalog.js';
import { defineCheck } from '../../check.js';
import { procedure, relation, shell } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** A materialised view is one more copy: what it reads of labelled columns is labelled there too. */
export const labelDerivedCopy = defineCheck({
  id: 'label-derived-copy',
  on: 'postgres',
  reads: ['labels', 'derivedRelations'],
  evaluate: ({ labels, derivedRelations }) =>
    each(
      derivedRelations.filter(({ kind }) => kind === 'materialised-view'),
      ({ reads, columnNames, ...view }) => {
        const labelled = labels.filter(({ schema, table }) => schema === view.schema && table === view.name);
        // By name: the catalog does not tell which column came from which.
        const owed = labels.filter(
          ({ printed, column }) => reads.includes(printed) && columnNames.includes(column),
        );
        const missing = owed.filter(({ column }) => !labelled.some((each) => each.column === column));
        const details = {
          subject: `materialized view ${relation(view)}`,
          columns: reads,
          remedy: shell(
            ...missing.map(({ column, informationType, sensitivity }) => {
              const name = printColumnName({ schema: view.schema, table: view.name, column });
              return `scrubjay labels set labels.yaml '${name}' ${informationType} --sensitivity ${sensitivity}`;
            }),
          ),
        };
        if (missing.length > 0)
          return fail(`copies ${missing.length} labelled columns, and has no label for them`, details);
        if (owed.length === 0 && labelled.length === 0) {
          return warn(`reads ${reads.length} labelled columns under other names, and has no label`, {
            ...details,
            remedy: procedure(`label the columns of ${relation(view)}, or mask them in its definition`),
          });
        }
        return pass('carries the labels of what it copies', details);
      },
      notApplicable('no materialised view reads a labelled column'),
    ),
  remedy: procedure('label the columns of the materialised view, or mask them in its definition'),
  verify: "scrubjay labels show labels.yaml 'schema.view.*'",
});
