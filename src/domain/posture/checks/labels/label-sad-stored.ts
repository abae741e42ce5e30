import { defineCheck } from '../../check.js';
import { isCardAuthentication, relationOf } from '../../facts/labelled-column.js';
import { identifier, procedure, relation, sql } from '../../remedy.js';
import { unreadColumn } from '../../unread-column.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** PCI DSS 4.0.1 req. 3.3.1: sensitive authentication data is not kept after authorisation, not even encrypted. */
export const labelSadStored = defineCheck({
  id: 'label-sad-stored',
  on: 'postgres',
  reads: ['labels', 'columnContents', 'server'],
  evaluate: ({ labels, columnContents, server }) =>
    each(
      labels.filter(isCardAuthentication),
      (column) => {
        const content = columnContents.find(({ printed }) => printed === column.printed);
        if (!content) return unreadColumn(column, server.role);
        const table = relation(relationOf(column));
        const name = identifier(column.column);
        const remedy = sql(
          `alter table ${table} alter column ${name} drop not null;`,
          `update ${table} set ${name} = null where ${name} is not null;`,
          `vacuum (full, analyze) ${table};`,
        );
        const details = { subject: column.printed, columns: [column.printed], remedy };
        return content.values > 0
          ? fail(`at least ${content.values} rows keep a value`, details)
          : pass('no row keeps a value', details);
      },
      notApplicable('no column is labelled as card verification code'),
    ),
  remedy: procedure('delete the values, write the table anew, and drop the column'),
  verify: 'run the check again: it counts values that are not NULL',
});
