import { defineCheck } from '../../check.js';
import { identifier, procedure, sql } from '../../remedy.js';
import { each, fail, pass, warn } from '../../verdict.js';

/** Roles that reach the server's files and programs are superusers in all but name. */
export const pgPredefinedRoles = defineCheck({
  id: 'pg-predefined-roles',
  on: 'postgres',
  reads: ['powerfulMembers', 'declarations'],
  evaluate: ({ powerfulMembers, declarations }) =>
    each(
      powerfulMembers,
      ({ role, member }) => {
        const details = {
          subject: `role ${member} in ${role}`,
          remedy: sql(`revoke ${identifier(role)} from ${identifier(member)};`),
        };
        const reachesServer = /server_files|server_program/.test(role);
        return reachesServer || declarations.roles.applications.includes(member)
          ? fail(`may use ${role}`, details)
          : warn(`may use ${role}`, details);
      },
      pass('no login role reaches files, programs or all data'),
    ),
  remedy: procedure('revoke the predefined role, and grant what is needed'),
  verify:
    "select roleid::regrole, member::regrole from pg_auth_members where roleid::regrole::text like 'pg\\_%';",
});
