import { defineCheck } from '../../check.js';
import { bracket } from '../../sqlserver-names.js';
import { procedure, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** RC4 of mirroring and broker endpoints is deprecated. VA1098. */
export const msEndpointAes = defineCheck({
  id: 'ms-endpoint-aes',
  on: 'sqlserver',
  reads: ['endpoints'],
  evaluate: ({ endpoints }) =>
    each(
      endpoints,
      ({ name, kind, algorithm }) => {
        const details = {
          subject: `endpoint ${name}`,
          remedy: sql(
            `alter endpoint ${bracket(name)} for ${kind === 'SERVICE_BROKER' ? 'service_broker' : 'database_mirroring'} (encryption = required algorithm aes);`,
          ),
        };
        return /^AES$/i.test(algorithm) ? pass('uses AES', details) : fail(`uses ${algorithm}`, details);
      },
      notApplicable('there is no mirroring or broker endpoint'),
    ),
  remedy: procedure('alter the endpoint: encryption = required algorithm aes'),
  verify: 'select name, encryption_algorithm_desc from sys.database_mirroring_endpoints;',
});
