import { defineCheck } from '../../check.js';
import { identifier, procedure, sql } from '../../remedy.js';
import { each, fail, pass } from '../../verdict.js';

/** A password in a user mapping stands in the catalog in clear, and in every dump. */
export const pgFdwClearPassword = defineCheck({
  id: 'pg-fdw-clear-password',
  on: 'postgres',
  reads: ['userMappings'],
  evaluate: ({ userMappings }) =>
    each(
      userMappings.filter(({ options }) =>
        options.some((option) => /^(password|passwd|secret)$/i.test(option)),
      ),
      ({ server, role, options }) => {
        const secrets = options.filter((option) => /^(password|passwd|secret)$/i.test(option));
        const whom = role === 'public' ? 'public' : identifier(role);
        return fail('keeps a password in clear', {
          subject: `user mapping of ${role} on ${server}`,
          remedy: sql(
            `alter user mapping for ${whom} server ${identifier(server)} options (${secrets.map((secret) => `drop ${secret}`).join(', ')});`,
          ),
        });
      },
      pass('no user mapping keeps a password'),
    ),
  remedy: procedure('keep the password in a passfile of the server, or use a client certificate'),
  verify: 'select srvname, usename, umoptions is null from pg_user_mappings;',
});
