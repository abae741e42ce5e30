import { defineCheck } from '../../check.js';
import { editLine, isLoopback, isNetworkRule, printRule } from '../../host-rules.js';
import { procedure } from '../../remedy.js';
import { each, fail, pass } from '../../verdict.js';

/** A `host` line lets clients in without TLS, whatever the server offers. CIS PostgreSQL 5.8. */
export const pgHbaNossl = defineCheck({
  id: 'pg-hba-nossl',
  on: 'postgres',
  reads: ['hostRules'],
  evaluate: ({ hostRules }) =>
    each(
      hostRules.filter(
        (rule) =>
          isNetworkRule(rule) && (rule.type === 'host' || rule.type === 'hostnossl') && !isLoopback(rule),
      ),
      (rule) =>
        fail(`lets clients from ${rule.address ?? 'anywhere'} in without TLS`, {
          subject: printRule(rule),
          place: rule,
          remedy: editLine(rule, 's/^[[:space:]]*host[a-z]*/hostssl/'),
        }),
      pass('every rule for other machines asks for TLS'),
    ),
  remedy: procedure('write hostssl in place of host'),
  verify: "select line_number, type, address from pg_hba_file_rules where type in ('host', 'hostnossl');",
});
