import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** UNMASK shows what dynamic data masking covers; the mask itself is for the eye and counts as no encryption. */
export const msDdmUnmask = defineCheck({
  id: 'ms-ddm-unmask',
  on: 'sqlserver',
  reads: ['columnEncryption', 'unmaskGrants', 'declarations'],
  evaluate: ({ columnEncryption, unmaskGrants, declarations }) => {
    const columns = columnEncryption.filter(({ dynamicMask }) => dynamicMask).map(({ printed }) => printed);
    if (columns.length === 0) return notApplicable('no column is under dynamic data masking');
    return each(
      unmaskGrants,
      ({ principal }) => {
        const details = {
          subject: principal,
          columns,
          remedy: sql(`revoke unmask from ${bracket(principal)};`),
        };
        return principal === 'public' || declarations.roles.applications.includes(principal)
          ? fail('sees through every mask', details)
          : warn('sees through every mask', details);
      },
      pass('nobody holds UNMASK', { columns }),
    );
  },
  remedy: procedure('revoke UNMASK'),
  verify:
    "select grantee_principal_id, permission_name from sys.database_permissions where permission_name = 'UNMASK';",
});
