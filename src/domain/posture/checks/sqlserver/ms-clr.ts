import { defineCheck } from '../../check.js';
import { sql } from '../../remedy.js';
import { fail, pass, warn } from '../../verdict.js';

/** sys.configurations: clr enabled, and clr strict security from 2017 on. VA1026. */
export const msClr = defineCheck({
  id: 'ms-clr',
  on: 'sqlserver',
  reads: ['configuration'],
  evaluate: ({ configuration }) => {
    if (configuration['clr enabled'] !== 1) return pass('CLR is off');
    return configuration['clr strict security'] === 1
      ? warn('CLR is on, under strict security')
      : fail('CLR is on, without strict security');
  },
  remedy: sql(
    "exec sp_configure 'show advanced options', 1; reconfigure;",
    "exec sp_configure 'clr strict security', 1; reconfigure;",
    "exec sp_configure 'clr enabled', 0; reconfigure;",
  ),
  verify: "select name, value_in_use from sys.configurations where name like 'clr%';",
});
