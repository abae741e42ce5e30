import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType, refersTo } from '../../terraform-resources.js';
import { hcl, procedure } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** azurerm_mssql_server_transparent_data_encryption.key_vault_key_id; customer_managed_key of flexible servers. */
export const tfAzCmk = defineCheck({
  id: 'tf-az-cmk',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) => {
    const keyed = ofType(resources, 'azurerm_mssql_server_transparent_data_encryption').filter(
      (resource) => configured(resource, 'key_vault_key_id').state !== 'absent',
    );
    return each(
      ofType(
        resources,
        'azurerm_mssql_server',
        'azurerm_postgresql_flexible_server',
        'azurerm_mysql_flexible_server',
      ),
      (resource) => {
        const isSql = resource.type === 'azurerm_mssql_server';
        const details = {
          ...detailsOf(resource),
          remedy: isSql
            ? hcl(
                `resource "azurerm_mssql_server_transparent_data_encryption" "${resource.name}" {`,
                `  server_id        = ${resource.type}.${resource.name}.id`,
                '  key_vault_key_id = azurerm_key_vault_key.database.id',
                '}',
              )
            : hcl(
                'customer_managed_key {',
                '  key_vault_key_id                  = azurerm_key_vault_key.database.id',
                '  primary_user_assigned_identity_id = azurerm_user_assigned_identity.database.id',
                '}',
              ),
        };
        const own = isSql
          ? keyed.some((each) => refersTo(each, 'server_id', resource)) ||
            configured(resource, 'transparent_data_encryption_key_vault_key_id').state !== 'absent'
          : configured(resource, 'customer_managed_key').state !== 'absent';
        return own
          ? pass('names a key', details)
          : warn('is encrypted with the key that Microsoft manages', details);
      },
      notApplicable('no Azure database server is configured'),
    );
  },
  remedy: procedure('name a key of your own'),
  verify: 'az sql server tde-key show --server SERVER --resource-group GROUP',
});
