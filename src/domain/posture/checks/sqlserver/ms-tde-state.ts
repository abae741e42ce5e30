import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** sys.dm_database_encryption_keys: 3 is encrypted; 2, 4, 5 and 6 are on the way from one state to another. VA1219. */
export const msTdeState = defineCheck({
  id: 'ms-tde-state',
  on: 'sqlserver',
  reads: ['databases', 'encryptionKeys'],
  evaluate: ({ databases, encryptionKeys }) =>
    each(
      databases.filter(({ isSystem }) => !isSystem),
      ({ name }) => {
        const key = encryptionKeys.find(({ database }) => database === name);
        const details = {
          subject: `database ${name}`,
          remedy: sql(`alter database ${bracket(name)} set encryption on;`),
        };
        if (key?.state === 3) return pass('is encrypted', details);
        const moving: Readonly<Record<number, string>> = {
          2: 'is being encrypted',
          4: 'changes its key',
          5: 'is being decrypted',
          6: 'changes what protects its key',
        };
        const what = moving[key?.state ?? 0];
        return what
          ? warn(`${what} (${key!.percentComplete} %)`, details)
          : fail('is not encrypted', details);
      },
      notApplicable('there is no user database'),
    ),
  remedy: procedure(
    'make a database encryption key under a certificate or key vault, then alter database … set encryption on',
  ),
  verify: 'select db_name(database_id), encryption_state from sys.dm_database_encryption_keys;',
});
