import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { pass, warn } from '../../verdict.js';

/** Labels here and sensitivity classifications there: tools act on either. */
export const labelClassifGap = defineCheck({
  id: 'label-classif-gap',
  on: 'sqlserver',
  reads: ['labels', 'classifications'],
  evaluate: ({ labels, classifications }) => {
    const ours = new Set(labels.map(({ printed }) => printed));
    const theirs = new Set(classifications.map(({ printed }) => printed));
    const onlyOurs = [...ours].filter((name) => !theirs.has(name));
    const onlyTheirs = [...theirs].filter((name) => !ours.has(name));
    if (onlyOurs.length + onlyTheirs.length === 0)
      return pass('labels and classifications name the same columns');
    return [
      ...(onlyOurs.length > 0
        ? [
            warn(`${onlyOurs.length} labelled columns have no classification in the database`, {
              subject: 'labels',
              columns: onlyOurs,
            }),
          ]
        : []),
      ...(onlyTheirs.length > 0
        ? [
            warn(
              `${onlyTheirs.length} classified columns have no label: ${onlyTheirs.slice(0, 5).join(', ')}`,
              { subject: 'classifications', columns: onlyTheirs },
            ),
          ]
        : []),
    ];
  },
  remedy: procedure(
    'label what is classified, and classify what is labelled: add sensitivity classification to …',
  ),
  verify: 'select * from sys.sensitivity_classifications;',
});
