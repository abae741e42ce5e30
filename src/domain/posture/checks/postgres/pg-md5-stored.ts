import { defineCheck } from '../../check.js';
import { identifier, procedure, sql } from '../../remedy.js';
import { each, fail, pass } from '../../verdict.js';

/** An MD5 verifier is as good as the password to whoever reads it; PostgreSQL 18 deprecates it. */
export const pgMd5Stored = defineCheck({
  id: 'pg-md5-stored',
  on: 'postgres',
  reads: ['storedPasswords'],
  evaluate: ({ storedPasswords }) =>
    each(
      storedPasswords.filter(({ kind }) => kind === 'md5'),
      ({ role }) =>
        fail('its password is kept as MD5', {
          subject: `role ${role}`,
          remedy: sql(
            "set password_encryption = 'scram-sha-256';",
            `alter role ${identifier(role)} password :'password';`,
          ),
        }),
      pass('no password is kept as MD5'),
    ),
  remedy: procedure('set the passwords anew under scram-sha-256, with \\password in psql'),
  verify: "select rolname from pg_authid where rolpassword ~ '^md5';",
});
