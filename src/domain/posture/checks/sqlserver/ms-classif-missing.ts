import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** ISO/IEC 27001 A.5.13: what is labelled is labelled where the database itself acts on it. */
export const msClassifMissing = defineCheck({
  id: 'ms-classif-missing',
  on: 'sqlserver',
  reads: ['labels', 'classifications'],
  evaluate: ({ labels, classifications }) =>
    each(
      labels,
      ({ printed, schema, table, column, informationType, sensitivity }) => {
        const details = {
          subject: printed,
          columns: [printed],
          remedy: sql(
            `add sensitivity classification to ${bracket(schema)}.${bracket(table)}.${bracket(column)} with (label = '${sensitivity}', information_type = '${informationType}');`,
          ),
        };
        return classifications.some((each) => each.printed === printed)
          ? pass('is classified in the database', details)
          : warn('is labelled, and not classified in the database', details);
      },
      notApplicable('no column is labelled'),
    ),
  remedy: procedure(
    'scrubjay classify URL --labels labels.yaml --write-native comment',
    'or add sensitivity classification to each column',
  ),
  verify: 'select * from sys.sensitivity_classifications;',
});
