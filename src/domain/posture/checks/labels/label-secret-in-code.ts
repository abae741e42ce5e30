import { defineCheck } from '../../check.js';
import { procedure, type Remedy, sql } from '../../remedy.js';
import { fail, pass } from '../../verdict.js';

/** Literals after "password", "secret", "token" … in function bodies, views, defaults and comments. */
export const labelSecretInCode = defineCheck({
  id: 'label-secret-in-code',
  on: 'postgres',
  reads: ['secretsInCode'],
  evaluate: ({ secretsInCode }) =>
    secretsInCode.length === 0
      ? pass('no function, view, default or comment holds the form of a credential')
      : secretsInCode.map(({ kind, name }) =>
          fail(`the ${kind} holds what looks like a credential`, {
            subject: `${kind} ${name}`,
            columns: [],
            remedy: remedyOf(kind, name),
          }),
        ),
  remedy: procedure('rotate the credential, and read it from a settings store'),
  verify: 'run the check again: it reads pg_proc, pg_views, pg_attrdef and pg_description',
});

function remedyOf(kind: string, name: string): Remedy {
  if (kind === 'comment') return sql(`comment on ${name} is null;`);
  if (kind === 'column default') {
    const [, table, column] = /^column (.+)\.([^.]+)$/.exec(name)!;
    return sql(`alter table ${table} alter column ${column} drop default;`);
  }
  return procedure(
    'rotate the credential',
    `write the ${kind} ${name} anew so that it reads it with current_setting() or from a table of its own`,
  );
}
