import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType } from '../../terraform-resources.js';
import { hcl, procedure } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown } from '../../verdict.js';

/** What makes a database public, by resource, and what holds where it is left out. */
const publicBy: Readonly<Record<string, { readonly attribute: string; readonly byDefault: boolean }>> = {
  aws_db_instance: { attribute: 'publicly_accessible', byDefault: false },
  aws_rds_cluster_instance: { attribute: 'publicly_accessible', byDefault: false },
  aws_redshift_cluster: { attribute: 'publicly_accessible', byDefault: true },
  azurerm_mssql_server: { attribute: 'public_network_access_enabled', byDefault: true },
  azurerm_postgresql_server: { attribute: 'public_network_access_enabled', byDefault: true },
  azurerm_postgresql_flexible_server: { attribute: 'public_network_access_enabled', byDefault: true },
  azurerm_mysql_server: { attribute: 'public_network_access_enabled', byDefault: true },
  azurerm_mariadb_server: { attribute: 'public_network_access_enabled', byDefault: true },
  google_sql_database_instance: { attribute: 'settings.ip_configuration.ipv4_enabled', byDefault: true },
};

/** publicly_accessible (AWS, default false), public_network_access_enabled (Azure, default true), ipv4_enabled (Google, default true). */
export const tfPublic = defineCheck({
  id: 'tf-public',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) =>
    each(
      ofType(resources, ...Object.keys(publicBy)),
      (resource) => {
        const { attribute, byDefault } = publicBy[resource.type];
        const details = { ...detailsOf(resource), remedy: hcl(`${attribute.replace(/^.*\./, '')} = false`) };
        const value = configured(resource, attribute);
        if (value.state === 'unknown') return unknown(`${attribute} is ${value.why}`, details);
        // A flexible server in a subnet of its own has no public address, whatever else is said.
        if (configured(resource, 'delegated_subnet_id').state !== 'absent')
          return pass('stands in a subnet of its own', details);
        const isPublic = value.state === 'absent' ? byDefault : value.value === true;
        return isPublic
          ? fail(
              value.state === 'absent'
                ? `${attribute} is left out: the default is true`
                : `${attribute} is true`,
              details,
            )
          : pass('has no public address', details);
      },
      notApplicable('no database is configured'),
    ),
  remedy: procedure('take the public address away, and reach the database by a private endpoint'),
  verify: 'terraform show -json PLAN',
});
