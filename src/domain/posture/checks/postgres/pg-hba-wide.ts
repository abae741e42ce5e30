import { defineCheck } from '../../check.js';
import type { HostRule } from '../../facts/postgres-facts.js';
import { editLine, isLoopback, isNetworkRule, printRule } from '../../host-rules.js';
import { procedure } from '../../remedy.js';
import { each, pass, warn } from '../../verdict.js';

/** CIS PostgreSQL 5.9 to 5.11: from where it is needed, to what is needed, for whom. */
export const pgHbaWide = defineCheck({
  id: 'pg-hba-wide',
  on: 'postgres',
  reads: ['hostRules'],
  evaluate: ({ hostRules }) =>
    each(
      hostRules.filter((rule) => isNetworkRule(rule) && !isLoopback(rule) && widthOf(rule) !== undefined),
      (rule) =>
        warn(widthOf(rule)!, {
          subject: printRule(rule),
          place: rule,
          remedy: editLine(rule, rule.address === 'all' ? narrowAll : narrowMask),
        }),
      pass('no rule admits the whole world'),
    ),
  remedy: procedure('name the networks, databases and roles that are meant'),
  verify: 'select line_number, database, user_name, address, netmask from pg_hba_file_rules;',
});

const narrowAll = 's/[[:space:]]all\\([[:space:]][[:space:]]*[a-z0-9-]*\\)$/ samenet\\1/';
const narrowMask = 's#[[:space:]][0-9.:]*/0# samenet#';

function widthOf({ address, netmask }: HostRule): string | undefined {
  if (address === 'all' || /^(0\.0\.0\.0|::)$/.test(netmask ?? '')) return 'admits clients from everywhere';
  return undefined;
}
