import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** sys.column_master_keys: a store on a machine is no vault. Two values of a key: a rotation that was not finished. */
export const msAeInventory = defineCheck({
  id: 'ms-ae-inventory',
  on: 'sqlserver',
  reads: ['columnMasterKeys'],
  evaluate: ({ columnMasterKeys }) =>
    each(
      columnMasterKeys,
      ({ name, provider, rotationOpen }) => {
        const details = { subject: `column master key ${name}` };
        if (/MSSQL_CERTIFICATE_STORE|MSSQL_CNG|MSSQL_CSP/i.test(provider))
          return warn(`lies in ${provider}, on the machines of clients`, details);
        return rotationOpen > 0
          ? warn(`${rotationOpen} of its keys have two values: a rotation was not finished`, details)
          : pass(`lies in ${provider}`, details);
      },
      notApplicable('there is no column master key'),
    ),
  remedy: procedure(
    'keep the column master key in a key vault',
    'finish the rotation: Complete-SqlColumnMasterKeyRotation',
  ),
  verify: 'select name, key_store_provider_name from sys.column_master_keys;',
});
