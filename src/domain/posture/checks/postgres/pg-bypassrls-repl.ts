import { defineCheck } from '../../check.js';
import { identifier, procedure, sql } from '../../remedy.js';
import { each, fail, pass } from '../../verdict.js';

/** BYPASSRLS reads every tenant's rows, REPLICATION every byte: both only for roles that are meant to. */
export const pgBypassrlsRepl = defineCheck({
  id: 'pg-bypassrls-repl',
  on: 'postgres',
  reads: ['roles', 'declarations'],
  evaluate: ({ roles, declarations: { roles: declared } }) =>
    each(
      roles.filter(
        ({ name, superuser, bypassRls, replication }) =>
          !superuser &&
          ((bypassRls && !declared.bypassRls.includes(name)) ||
            (replication && !declared.replication.includes(name))),
      ),
      ({ name, bypassRls, replication }) => {
        const rights = [...(bypassRls ? ['bypassrls'] : []), ...(replication ? ['replication'] : [])];
        return fail(`has ${rights.join(' and ').toUpperCase()} and is not declared for it`, {
          subject: `role ${name}`,
          remedy: sql(`alter role ${identifier(name)} ${rights.map((right) => `no${right}`).join(' ')};`),
        });
      },
      pass('only declared roles bypass row-level security or replicate'),
    ),
  remedy: procedure('take the right away, or declare the role under roles.bypassRls or roles.replication'),
  verify: 'select rolname, rolbypassrls, rolreplication from pg_roles where rolbypassrls or rolreplication;',
});
