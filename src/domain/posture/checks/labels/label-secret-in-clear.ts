import { defineCheck } from '../../check.js';
import { clearColumn } from '../../clear-column.js';
import { isSecret } from '../../facts/labelled-column.js';
import { procedure } from '../../remedy.js';
import { unreadColumn } from '../../unread-column.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** Credentials that are readable in a table open something else: PCI DSS 4.0.1 req. 8.6.2. */
export const labelSecretInClear = defineCheck({
  id: 'label-secret-in-clear',
  on: 'postgres',
  reads: ['labels', 'columnContents', 'columnStates', 'server'],
  evaluate: ({ labels, columnContents, columnStates, server }) =>
    each(
      labels.filter(isSecret),
      (column) => {
        const content = columnContents.find(({ printed }) => printed === column.printed);
        if (!content) return unreadColumn(column, server.role);
        const details = clearColumn(column, columnStates);
        return content.clearSecrets > 0
          ? fail(
              `${content.clearSecrets} of ${content.values} values are credentials in clear; rotate them`,
              details,
            )
          : pass(`none of ${content.values} values has the form of a known credential`, details);
      },
      notApplicable('no column is labelled as credential'),
    ),
  remedy: procedure('rotate the credentials, then keep them in a vault, and a reference in the table'),
  verify: 'run the check again: it counts values in the form of cloud keys, tokens, PEM keys and JWTs',
});
