import { defineCheck } from '../../check.js';
import { hcl, procedure } from '../../remedy.js';
import { each, fail, pass } from '../../verdict.js';

/** Literals of password, secret and token attributes; only where they stand is told. */
export const tfStateSecret = defineCheck({
  id: 'tf-state-secret',
  on: 'terraform',
  reads: ['literalSecrets'],
  evaluate: ({ literalSecrets }) =>
    each(
      literalSecrets,
      ({ address, attribute, place }) =>
        fail(`${attribute} is written out`, {
          subject: `${address}.${attribute}`,
          place,
          remedy: hcl(
            '# rotate it; then let the provider keep it, or read it from a vault:',
            'manage_master_user_password = true',
            '# or',
            `${attribute} = data.aws_secretsmanager_secret_version.database.secret_string`,
          ),
        }),
      pass('no secret is written out'),
    ),
  remedy: procedure('rotate the secret, and read it from a vault'),
  verify: 'terraform show -json PLAN',
});
