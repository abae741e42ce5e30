import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** A certificate without a backup of its private key makes every backup of the database worthless with the server. */
export const msTdeCertBackup = defineCheck({
  id: 'ms-tde-cert-backup',
  on: 'sqlserver',
  reads: ['encryptionKeys', 'certificates'],
  evaluate: ({ encryptionKeys, certificates }) => {
    const protecting = new Set(encryptionKeys.map(({ encryptorThumbprint }) => encryptorThumbprint));
    return each(
      certificates.filter(({ database, thumbprint }) => database === 'master' && protecting.has(thumbprint)),
      ({ name, privateKeyBackedUp, created }) => {
        const details = {
          subject: `certificate ${name}`,
          remedy: sql(
            'use master;',
            `backup certificate ${bracket(name)} to file = N'$(folder)/${name.replaceAll("'", "''")}.cer' with private key (file = N'$(folder)/${name.replaceAll("'", "''")}.key', encryption by password = N'$(password)');`,
          ),
        };
        if (privateKeyBackedUp === null) return fail('its private key was never backed up', details);
        return privateKeyBackedUp < created
          ? fail('its private key was not backed up since it was made', details)
          : pass(`its private key was backed up on ${privateKeyBackedUp.slice(0, 10)}`, details);
      },
      notApplicable('no certificate protects a database'),
    );
  },
  remedy: procedure(
    'back up the certificate with its private key, and keep both apart from the database backups',
  ),
  verify: 'select name, pvt_key_last_backup_date from master.sys.certificates;',
});
