import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType } from '../../terraform-resources.js';
import { hcl } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown } from '../../verdict.js';

/** azurerm_mssql_database: transparent_data_encryption_enabled is true unless set to false. */
export const tfAzSqlTde = defineCheck({
  id: 'tf-az-sql-tde',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) =>
    each(
      ofType(resources, 'azurerm_mssql_database', 'azurerm_sql_database'),
      (resource) => {
        const details = { ...detailsOf(resource), remedy: hcl('transparent_data_encryption_enabled = true') };
        const value = configured(resource, 'transparent_data_encryption_enabled');
        if (value.state === 'unknown')
          return unknown(`transparent_data_encryption_enabled is ${value.why}`, details);
        return value.state === 'known' && value.value === false
          ? fail('transparent encryption is switched off', details)
          : pass('transparent encryption is on', details);
      },
      notApplicable('no Azure SQL database is configured'),
    ),
  remedy: hcl('transparent_data_encryption_enabled = true'),
  verify: 'az sql db tde show --database DB --server SERVER --resource-group GROUP',
});
