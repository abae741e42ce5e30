import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** sys.database_permissions of public on labelled tables. VA1054. */
export const msPublicGrants = defineCheck({
  id: 'ms-public-grants',
  on: 'sqlserver',
  reads: ['labels', 'publicGrants'],
  evaluate: ({ labels, publicGrants }) => {
    const tables = [
      ...new Map(labels.map(({ schema, table }) => [`${schema}.${table}`, { schema, table }])).entries(),
    ];
    return each(
      tables,
      ([printed, { schema, table }]) => {
        const columns = labels
          .filter((label) => label.schema === schema && label.table === table)
          .map((label) => label.printed);
        const found = publicGrants
          .filter((grant) => grant.printed === printed)
          .map(({ permission }) => permission);
        const details = {
          subject: printed,
          columns,
          remedy: sql(
            `revoke ${found.join(', ') || 'select'} on ${bracket(schema)}.${bracket(table)} from public;`,
          ),
        };
        return found.length > 0
          ? fail(`public holds ${found.join(', ')}`, details)
          : pass('public holds nothing', details);
      },
      notApplicable('no table is labelled'),
    );
  },
  remedy: procedure('revoke the permissions of public'),
  verify:
    'select object_name(major_id), permission_name from sys.database_permissions where grantee_principal_id = 0 and class = 1;',
});
