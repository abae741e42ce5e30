import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** NIST SP 800-131A rev. 2: three-key triple DES is withdrawn. AES-128 is warned of, AES-192 and AES-256 pass. VA1221. */
export const msTdeAlgo = defineCheck({
  id: 'ms-tde-algo',
  on: 'sqlserver',
  reads: ['encryptionKeys'],
  evaluate: ({ encryptionKeys }) =>
    each(
      encryptionKeys.filter(({ database, state }) => state !== 0 && database !== 'tempdb'),
      ({ database, algorithm, keyBits }) => {
        const details = {
          subject: `database ${database}`,
          remedy: sql(
            `use ${bracket(database)};`,
            'alter database encryption key regenerate with algorithm = AES_256;',
          ),
        };
        const says = `is encrypted with ${algorithm} ${keyBits}`;
        if (!/^AES/i.test(algorithm)) return fail(says, details);
        return keyBits < 192 ? warn(says, details) : pass(says, details);
      },
      notApplicable('no database is encrypted'),
    ),
  remedy: procedure('regenerate the database encryption key with AES_256'),
  verify: 'select db_name(database_id), key_algorithm, key_length from sys.dm_database_encryption_keys;',
});
