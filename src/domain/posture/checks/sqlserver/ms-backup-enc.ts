import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown, warn } from '../../verdict.js';

/** msdb.dbo.backupset of the last 30 days; a backup of an encrypted database is encrypted with its key at best. */
export const msBackupEnc = defineCheck({
  id: 'ms-backup-enc',
  on: 'sqlserver',
  reads: ['databases', 'encryptionKeys', 'backups'],
  evaluate: ({ databases, encryptionKeys, backups }) =>
    each(
      databases.filter(({ isSystem }) => !isSystem),
      ({ name }) => {
        const own = backups.filter(({ database }) => database === name);
        const details = {
          subject: `database ${name}`,
          remedy: sql(
            `backup database ${bracket(name)} to disk = N'$(folder)/${name.replaceAll("'", "''")}.bak' with compression, encryption (algorithm = AES_256, server certificate = [$(certificate)]);`,
          ),
        };
        if (own.length === 0) return unknown('no backup of the last 30 days is recorded here', details);
        const clear = own.filter(({ keyAlgorithm }) => keyAlgorithm === null).length;
        if (clear === 0) return pass(`all ${own.length} backups are encrypted`, details);
        const encrypted = encryptionKeys.some(({ database, state }) => database === name && state === 3);
        return encrypted
          ? warn(
              `${clear} of ${own.length} backups have no encryption of their own beside the database's`,
              details,
            )
          : fail(`${clear} of ${own.length} backups are in clear`, details);
      },
      notApplicable('there is no user database'),
    ),
  remedy: procedure('back up with encryption, under a certificate that is kept apart'),
  verify: 'select database_name, key_algorithm, backup_finish_date from msdb.dbo.backupset;',
});
