import { defineCheck } from '../../check.js';
import { sql } from '../../remedy.js';
import { fail, notApplicable, pass } from '../../verdict.js';

/** sys.configurations. VA1059. */
export const msXpCmdshell = defineCheck({
  id: 'ms-xp-cmdshell',
  on: 'sqlserver',
  reads: ['configuration'],
  evaluate: ({ configuration }) => {
    const value = configuration['xp_cmdshell'];
    if (value === undefined) return notApplicable('this edition has no xp_cmdshell');
    return value === 0 ? pass('is off') : fail('is on');
  },
  remedy: sql(
    "exec sp_configure 'show advanced options', 1; reconfigure;",
    "exec sp_configure 'xp_cmdshell', 0; reconfigure;",
  ),
  verify: "select value_in_use from sys.configurations where name = 'xp_cmdshell';",
});
