import { defineCheck } from '../../check.js';
import { configured, type TerraformResource } from '../../facts/terraform-facts.js';
import { detailsOf, ofType, refersTo } from '../../terraform-resources.js';
import { hcl, procedure } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** azurerm_mssql_server_vulnerability_assessment, or Defender for SQL in its express configuration. */
export const tfVa = defineCheck({
  id: 'tf-va',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) => {
    const servers = ofType(resources, 'azurerm_mssql_server');
    const assessments = ofType(resources, 'azurerm_mssql_server_vulnerability_assessment');
    const policies = ofType(resources, 'azurerm_mssql_server_security_alert_policy');
    // An assessment names the server's alert policy, which names the server.
    const isAssessed = (server: TerraformResource): boolean =>
      assessments.some(
        (assessment) =>
          servers.length === 1 ||
          policies.some(
            (policy) =>
              refersTo(policy, 'server_name', server) &&
              refersTo(assessment, 'server_security_alert_policy_id', policy),
          ),
      );
    const defended = resources.some((resource) => {
      if (resource.type !== 'azurerm_security_center_subscription_pricing') return false;
      const tier = configured(resource, 'tier');
      const covers = configured(resource, 'resource_type');
      return (
        tier.state === 'known' &&
        tier.value === 'Standard' &&
        covers.state === 'known' &&
        String(covers.value).startsWith('SqlServer')
      );
    });
    return each(
      servers,
      (server) => {
        const details = {
          ...detailsOf(server),
          remedy: hcl(
            'resource "azurerm_security_center_subscription_pricing" "sql" {',
            '  tier          = "Standard"',
            '  resource_type = "SqlServers"',
            '}',
          ),
        };
        return defended || isAssessed(server)
          ? pass('is assessed for vulnerabilities', details)
          : warn('nothing assesses it for vulnerabilities', details);
      },
      notApplicable('no Azure SQL server is configured'),
    );
  },
  remedy: procedure('enable Defender for SQL, or a vulnerability assessment'),
  verify: 'az security pricing show --name SqlServers',
});
