import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType, refersTo } from '../../terraform-resources.js';
import { hcl, procedure } from '../../remedy.js';
import { each, notApplicable, pass, unknown, warn } from '../../verdict.js';

/** The logs that are exported by AWS, by resource, and which of them tell who did what. */
const exportsOf: Readonly<Record<string, { readonly attribute: string; readonly telling: RegExp }>> = {
  aws_db_instance: { attribute: 'enabled_cloudwatch_logs_exports', telling: /./ },
  aws_rds_cluster: { attribute: 'enabled_cloudwatch_logs_exports', telling: /./ },
  aws_docdb_cluster: { attribute: 'enabled_cloudwatch_logs_exports', telling: /^(audit|profiler)$/ },
  aws_neptune_cluster: { attribute: 'enable_cloudwatch_logs_exports', telling: /^(audit|slowquery)$/ },
};

const azureServers = ['azurerm_mssql_server', 'azurerm_sql_server'];

/** enabled_cloudwatch_logs_exports (AWS); an extended auditing policy (Azure). */
export const tfAuditLogs = defineCheck({
  id: 'tf-audit-logs',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) =>
    each(
      ofType(resources, ...Object.keys(exportsOf), ...azureServers),
      (resource) => {
        if (azureServers.includes(resource.type)) {
          const details = {
            ...detailsOf(resource),
            remedy: hcl(
              `resource "azurerm_mssql_server_extended_auditing_policy" "${resource.name}" {`,
              `  server_id              = ${resource.type}.${resource.name}.id`,
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
        const { attribute, telling } = exportsOf[resource.type];
        const wanted = telling.test('postgresql') ? '["postgresql", "upgrade"]' : '["audit"]';
        const details = { ...detailsOf(resource), remedy: hcl(`${attribute} = ${wanted}`) };
        const value = configured(resource, attribute);
        if (value.state === 'unknown') return unknown(`${attribute} is ${value.why}`, details);
        const exported = value.state === 'known' ? [value.value].flat() : [];
        return exported.some((log) => telling.test(String(log)))
          ? pass('exports its logs', details)
          : warn('exports no logs that tell who did what', details);
      },
      notApplicable('no database is configured'),
    ),
  remedy: procedure('export the logs of the database'),
  verify: 'terraform show -json PLAN',
});
