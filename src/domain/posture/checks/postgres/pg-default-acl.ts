import { defineCheck } from '../../check.js';
import { identifier, procedure, sql } from '../../remedy.js';
import { each, fail, pass } from '../../verdict.js';

/** Default privileges decide on objects that nobody thought of yet. */
export const pgDefaultAcl = defineCheck({
  id: 'pg-default-acl',
  on: 'postgres',
  reads: ['publicDefaults'],
  evaluate: ({ publicDefaults }) =>
    each(
      publicDefaults,
      ({ role, schema, objects, privileges }) => {
        const where = schema === null ? '' : ` in schema ${identifier(schema)}`;
        return fail(`new ${objects} are given to everybody: ${privileges.join(', ')}`, {
          subject: `${objects} of ${role}${where}`,
          remedy: sql(
            `alter default privileges for role ${identifier(role)}${where} revoke all on ${objects} from public;`,
          ),
        });
      },
      pass('new objects are given to nobody by default'),
    ),
  remedy: procedure('alter default privileges … revoke all … from public'),
  verify: 'select defaclrole::regrole, defaclacl from pg_default_acl;',
});
