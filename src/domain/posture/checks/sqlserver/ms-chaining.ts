import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** sys.databases.is_db_chaining_on of user databases. VA1042. */
export const msChaining = defineCheck({
  id: 'ms-chaining',
  on: 'sqlserver',
  reads: ['databases'],
  evaluate: ({ databases }) =>
    each(
      databases.filter(({ isSystem }) => !isSystem),
      ({ name, isChainingOn }) => {
        const details = {
          subject: `database ${name}`,
          remedy: sql(`alter database ${bracket(name)} set db_chaining off;`),
        };
        return isChainingOn
          ? fail('chains ownership across databases', details)
          : pass('does not chain ownership', details);
      },
      notApplicable('there is no user database'),
    ),
  remedy: procedure('alter database … set db_chaining off'),
  verify: 'select name, is_db_chaining_on from sys.databases;',
});
