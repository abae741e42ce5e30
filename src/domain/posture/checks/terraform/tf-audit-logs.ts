import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType, refersTo } from '../../terraform-resources.js';
import { hcl, procedure } from '../../remedy.js';
import { each, notApplicable, pass, unknown, warn } from '../../verdict.js';

/** enabled_cloudwatch_logs_exports (AWS); an extended auditing policy (Azure). */
export const tfAuditLogs = defineCheck({
  id: 'tf-audit-logs',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) =>
    each(
      ofType(resources, 'aws_db_instance', 'aws_rds_cluster', 'azurerm_mssql_server'),
      (resource) => {
        if (resource.type === 'azurerm_mssql_server') {
          const details = {
            ...detailsOf(resource),
            remedy: hcl(
              `resource "azurerm_mssql_server_extended_auditing_policy" "${resource.name}" {`,
              `  server_id              = azurerm_mssql_server.${resource.name}.id`,
              '  log_monitoring_enabled = true',
              '}',
            ),
          };
          const policies = ofType(resources, 'azurerm_mssql_server_extended_auditing_policy');
          const own =
            policies.some((policy) => refersTo(policy, 'server_id', resource)) ||
            configured(resource, 'extended_auditing_policy').state !== 'absent';
          return own ? pass('is audited', details) : warn('no auditing policy is configured', details);
        }
        const details = {
          ...detailsOf(resource),
          remedy: hcl('enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]'),
        };
        const value = configured(resource, 'enabled_cloudwatch_logs_exports');
        if (value.state === 'unknown')
          return unknown(`enabled_cloudwatch_logs_exports is ${value.why}`, details);
        return value.state === 'known' && Array.isArray(value.value) && value.value.length > 0
          ? pass('exports its logs', details)
          : warn('exports no logs', details);
      },
      notApplicable('no database is configured'),
    ),
  remedy: procedure('export the logs of the database'),
  verify: 'terraform show -json PLAN',
});
