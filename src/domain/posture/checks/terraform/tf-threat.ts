import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType, refersTo } from '../../terraform-resources.js';
import { hcl, procedure } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown, warn } from '../../verdict.js';

/** azurerm_mssql_server_security_alert_policy with state Enabled, for each server. VA2060. */
export const tfThreat = defineCheck({
  id: 'tf-threat',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) => {
    const servers = ofType(resources, 'azurerm_mssql_server', 'azurerm_sql_server');
    return each(
      servers,
      (server) => {
        const details = {
          ...detailsOf(server),
          remedy: hcl(
            `resource "azurerm_mssql_server_security_alert_policy" "${server.name}" {`,
            `  resource_group_name = ${server.type}.${server.name}.resource_group_name`,
            `  server_name         = ${server.type}.${server.name}.name`,
            '  state               = "Enabled"',
            '}',
          ),
        };
        const policies = ofType(
          resources,
          'azurerm_mssql_server_security_alert_policy',
          'azurerm_sql_server_security_alert_policy',
        );
        const own = policies.filter(
          (policy) =>
            refersTo(policy, 'server_name', server) || (policies.length === 1 && servers.length === 1),
        );
        const states = own.map((policy) => configured(policy, 'state'));
        if (states.some((state) => state.state === 'known' && state.value === 'Enabled')) {
          const silenced = own.some((policy) => configured(policy, 'disabled_alerts').state === 'known');
          return silenced
            ? warn('threat detection is on, with some alerts switched off', {
                ...details,
                remedy: hcl('disabled_alerts = []'),
              })
            : pass('threat detection is on', details);
        }
        if (states.some(({ state }) => state === 'unknown'))
          return unknown('whether threat detection is on is not known until apply', details);
        return fail(
          own.length === 0
            ? 'no security alert policy is configured'
            : 'its security alert policy is not enabled',
          details,
        );
      },
      notApplicable('no Azure SQL server is configured'),
    );
  },
  remedy: procedure('enable a security alert policy'),
  verify: 'az sql server advanced-threat-protection-setting show --server SERVER --resource-group GROUP',
});
