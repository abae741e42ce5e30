import { defineCheck } from '../../check.js';
import { changeMethod, printRule } from '../../host-rules.js';
import { procedure } from '../../remedy.js';
import { each, fail, pass, warn } from '../../verdict.js';

/** `trust` asks for nothing: anybody who reaches the server is anybody. CIS PostgreSQL 5.3, 5.4. */
export const pgHbaTrust = defineCheck({
  id: 'pg-hba-trust',
  on: 'postgres',
  reads: ['hostRules'],
  evaluate: ({ hostRules }) =>
    each(
      hostRules.filter(({ method }) => method === 'trust'),
      (rule) => {
        const details = {
          subject: printRule(rule),
          place: rule,
          remedy: changeMethod(rule, 'scram-sha-256'),
        };
        return rule.type === 'local'
          ? warn('lets in whoever is on the machine, without a password', details)
          : fail(`lets in whoever comes from ${rule.address ?? 'anywhere'}, without a password`, details);
      },
      pass('no rule trusts without asking'),
    ),
  remedy: procedure('replace trust by scram-sha-256, or by peer for local sockets'),
  verify: "select line_number, type, address from pg_hba_file_rules where auth_method = 'trust';",
});
