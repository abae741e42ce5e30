import { defineCheck } from '../../check.js';
import { clearColumn } from '../../clear-column.js';
import { isCardNumber } from '../../facts/labelled-column.js';
import { unreadColumn } from '../../unread-column.js';
import { procedure } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** Rows up to which a sample is the whole table. */
const SAMPLE = 1000;

/** PCI DSS 4.0.1 req. 3.5.1; card numbers are 13 to 19 digits with a Luhn digit (ISO/IEC 7812-1). */
export const labelPanInClear = defineCheck({
  id: 'label-pan-in-clear',
  on: 'postgres',
  reads: ['labels', 'columnContents', 'columnStates', 'server'],
  evaluate: ({ labels, columnContents, columnStates, server }) =>
    each(
      labels.filter(isCardNumber),
      (column) => {
        const content = columnContents.find(({ printed }) => printed === column.printed);
        if (!content) return unreadColumn(column, server.role);
        const details = clearColumn(column, columnStates);
        const { values, cardNumbers } = content;
        if (cardNumbers > 0)
          return fail(`${cardNumbers} of ${values} values are card numbers in clear`, details);
        if (values >= SAMPLE)
          return warn(`no card number among ${values} sampled values; others were not seen`, details);
        return pass(`none of its ${values} values is a card number in clear`, details);
      },
      notApplicable('no column is labelled as card number'),
    ),
  remedy: procedure('encrypt or tokenise the column, then write the table anew'),
  verify: 'run the check again: it counts Luhn-valid numbers in the column',
});
