import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { notApplicable, pass, warn } from '../../verdict.js';

/** tempdb (database_id 2) is encrypted with the first user database that is, and holds its spilled rows. */
export const msTdeTempdb = defineCheck({
  id: 'ms-tde-tempdb',
  on: 'sqlserver',
  reads: ['encryptionKeys'],
  evaluate: ({ encryptionKeys }) => {
    const encrypted = encryptionKeys.some(({ database, state }) => database !== 'tempdb' && state === 3);
    if (!encrypted) return notApplicable('no database is encrypted');
    return encryptionKeys.some(({ database, state }) => database === 'tempdb' && state === 3)
      ? pass('tempdb is encrypted')
      : warn('a database is encrypted, and tempdb is not');
  },
  remedy: procedure(
    'restart the instance: tempdb is made anew, encrypted; if it is not then, look at the error log',
  ),
  verify: 'select encryption_state from sys.dm_database_encryption_keys where database_id = 2;',
});
