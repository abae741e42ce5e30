import { defineCheck } from '../../check.js';
import { isConfidential } from '../../facts/labelled-column.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { fail, notApplicable, pass } from '../../verdict.js';

/** Where confidential columns lie, the database is encrypted: sys.dm_database_encryption_keys state 3. */
export const labelTdeOff = defineCheck({
  id: 'label-tde-off',
  on: 'sqlserver',
  reads: ['labels', 'encryptionKeys', 'server'],
  evaluate: ({ labels, encryptionKeys, server }) => {
    const columns = labels.filter(isConfidential).map(({ printed }) => printed);
    if (columns.length === 0) return notApplicable('no column is labelled as confidential');
    const state = encryptionKeys.find(({ database }) => database === server.database)?.state ?? 0;
    const details = { columns, remedy: sql(`alter database ${bracket(server.database)} set encryption on;`) };
    return state === 3
      ? pass(`the database of ${columns.length} confidential columns is encrypted`, details)
      : fail(
          `the database holds ${columns.length} confidential columns, and its encryption is in state ${state}`,
          details,
        );
  },
  remedy: procedure('alter database … set encryption on'),
  verify: 'select encryption_state from sys.dm_database_encryption_keys where database_id = db_id();',
});
