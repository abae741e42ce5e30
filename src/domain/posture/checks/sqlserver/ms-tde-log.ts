import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { notApplicable, pass, warn } from '../../verdict.js';

/** sys.dm_db_log_info: virtual log files that were written before encryption keep rows in clear. */
export const msTdeLog = defineCheck({
  id: 'ms-tde-log',
  on: 'sqlserver',
  reads: ['encryptionKeys', 'logFiles', 'server'],
  evaluate: ({ encryptionKeys, logFiles, server }) => {
    const own = encryptionKeys.find(({ database }) => database === server.database);
    if (own?.state !== 3) return notApplicable('the database is not encrypted');
    const clear = logFiles.active - logFiles.encrypted;
    return clear > 0
      ? warn(`${clear} of ${logFiles.active} active log files were written in clear`)
      : pass(`all ${logFiles.active} active log files are encrypted`);
  },
  remedy: procedure('back up the log until the old virtual log files are reused', 'checkpoint;'),
  verify:
    'select vlf_active, vlf_encryptor_thumbprint from sys.dm_db_log_info(db_id()) where vlf_active = 1;',
});
