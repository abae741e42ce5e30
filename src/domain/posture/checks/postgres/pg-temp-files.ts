import { defineCheck } from '../../check.js';
import { judgeDisk } from '../../disk-evidence.js';
import { procedure } from '../../remedy.js';

/** Sorts and hashes spill rows to temp_tablespaces; pg_tde does not encrypt them. */
export const pgTempFiles = defineCheck({
  id: 'pg-temp-files',
  on: 'postgres',
  reads: ['settings.temp_tablespaces', 'declarations', 'today'],
  evaluate: ({ settings: { temp_tablespaces: spaces = '' }, declarations: { disk }, today }) => {
    const where = spaces === '' ? 'the default tablespace' : spaces;
    const verdict = judgeDisk(today, disk);
    return { ...verdict, says: `temporary files go to ${where}; ${verdict.says}` };
  },
  remedy: procedure('encrypt the disk that temporary files go to, and declare it'),
  verify: 'show temp_tablespaces;',
});
