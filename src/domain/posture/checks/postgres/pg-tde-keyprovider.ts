import { defineCheck } from '../../check.js';
import { sql } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** A key in a file beside the data is stolen with it: keys live in a vault (NIST SP 800-57 part 1, 6.2). */
export const pgTdeKeyprovider = defineCheck({
  id: 'pg-tde-keyprovider',
  on: 'postgres',
  reads: ['keyProviders', 'declarations'],
  evaluate: ({ keyProviders, declarations }) =>
    each(
      keyProviders,
      ({ name, type, verified }) => {
        const details = { subject: `key provider ${name}` };
        if (verified === false) return fail('its key could not be verified', details);
        if (type !== 'file') return pass(`keeps keys in ${type}`, details);
        return declarations.environment === 'production'
          ? fail('keeps keys in a file on the server', details)
          : warn('keeps keys in a file on the server', details);
      },
      notApplicable('pg_tde is not installed, or has no key provider'),
    ),
  remedy: sql(
    "select pg_tde_add_global_key_provider_vault_v2('vault', 'https://vault.example:8200', 'secret', '/etc/postgresql/vault-token', '/etc/ssl/certs/vault-ca.pem');",
    "select pg_tde_set_server_key_using_global_key_provider('server-key', 'vault');",
  ),
  verify: 'select pg_tde_verify_key();',
});
