import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { sql } from '../../remedy.js';
import { fail, pass, unknown, warn } from '../../verdict.js';

/** The login with principal_id 1, whatever its name. VA1058, VA1053. */
export const msSa = defineCheck({
  id: 'ms-sa',
  on: 'sqlserver',
  reads: ['sqlLogins'],
  evaluate: ({ sqlLogins }) => {
    const sa = sqlLogins.find(({ principalId }) => principalId === 1);
    if (!sa) return unknown('the login of principal_id 1 cannot be seen');
    const details = { remedy: sql(`alter login ${bracket(sa.name)} disable;`) };
    if (sa.disabled) return pass('is disabled', details);
    return sa.name === 'sa'
      ? fail('sa is enabled', details)
      : warn(`is enabled under the name ${sa.name}`, details);
  },
  remedy: sql('alter login sa disable;'),
  verify: 'select name, is_disabled from sys.sql_logins where principal_id = 1;',
});
