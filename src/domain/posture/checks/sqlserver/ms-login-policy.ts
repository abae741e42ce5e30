import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** sys.sql_logins: is_policy_checked, is_expiration_checked. VA1046, VA1047. */
export const msLoginPolicy = defineCheck({
  id: 'ms-login-policy',
  on: 'sqlserver',
  reads: ['sqlLogins'],
  evaluate: ({ sqlLogins }) =>
    each(
      sqlLogins.filter(({ disabled, name }) => !disabled && !name.startsWith('##')),
      ({ name, policyChecked, expirationChecked }) => {
        const details = {
          subject: `login ${name}`,
          remedy: sql(`alter login ${bracket(name)} with check_policy = on, check_expiration = on;`),
        };
        const off = [...(policyChecked ? [] : ['policy']), ...(expirationChecked ? [] : ['expiration'])];
        return off.length > 0
          ? warn(`${off.join(' and ')} of its password is not checked`, details)
          : pass('follows the password policy', details);
      },
      notApplicable('no SQL login is enabled'),
    ),
  remedy: procedure('alter login … with check_policy = on, check_expiration = on'),
  verify: 'select name, is_policy_checked, is_expiration_checked from sys.sql_logins;',
});
