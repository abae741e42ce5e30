import { defineCheck } from '../../check.js';
import { changeMethod, printRule } from '../../host-rules.js';
import { procedure } from '../../remedy.js';
import { each, fail, pass, warn } from '../../verdict.js';

/** `password` sends it in clear, `ident` believes the client's machine, `md5` is SCRAM only where SCRAM is stored. */
export const pgHbaWeak = defineCheck({
  id: 'pg-hba-weak',
  on: 'postgres',
  reads: ['hostRules'],
  evaluate: ({ hostRules }) =>
    each(
      hostRules.filter(({ method }) => method !== null && ['password', 'ident', 'md5'].includes(method)),
      (rule) => {
        const details = {
          subject: printRule(rule),
          place: rule,
          remedy: changeMethod(rule, 'scram-sha-256'),
        };
        return rule.method === 'md5'
          ? warn('asks for MD5: SCRAM only for roles whose password is kept as SCRAM', details)
          : fail(`uses the method ${rule.method}`, details);
      },
      pass('no rule uses password, ident or md5'),
    ),
  remedy: procedure('replace the method by scram-sha-256'),
  verify:
    "select line_number, auth_method from pg_hba_file_rules where auth_method in ('password', 'ident', 'md5');",
});
