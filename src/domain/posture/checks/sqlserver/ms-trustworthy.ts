import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** sys.databases.is_trustworthy_on; msdb is by design. VA1102. */
export const msTrustworthy = defineCheck({
  id: 'ms-trustworthy',
  on: 'sqlserver',
  reads: ['databases'],
  evaluate: ({ databases }) =>
    each(
      databases.filter(({ name }) => name !== 'msdb'),
      ({ name, isTrustworthyOn, ownerIsSysadmin }) => {
        const details = {
          subject: `database ${name}`,
          remedy: sql(`alter database ${bracket(name)} set trustworthy off;`),
        };
        if (!isTrustworthyOn) return pass('is not trustworthy', details);
        return ownerIsSysadmin
          ? fail('is trustworthy and owned by an administrator: code in it becomes administrator', details)
          : warn(
              ownerIsSysadmin === null
                ? 'is trustworthy, and whether its owner is an administrator cannot be seen'
                : 'is trustworthy',
              details,
            );
      },
      notApplicable('there is no database'),
    ),
  remedy: procedure('alter database … set trustworthy off'),
  verify: 'select name, is_trustworthy_on from sys.databases;',
});
