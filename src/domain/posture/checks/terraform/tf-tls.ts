import { defineCheck } from '../../check.js';
import { detailsOf } from '../../terraform-resources.js';
import { tlsDemands } from '../../terraform-tls.js';
import { procedure } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown } from '../../verdict.js';

/** rds.force_ssl, minimum_tls_version, require_secure_transport, ssl_enforcement_enabled, ssl_mode. */
export const tfTls = defineCheck({
  id: 'tf-tls',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) =>
    each(
      resources.flatMap(tlsDemands),
      ({ resource, demand, says, remedy }) => {
        const details = { ...detailsOf(resource), remedy };
        if (demand === undefined) return unknown(says, details);
        return demand ? pass(says, details) : fail(says, details);
      },
      notApplicable('nothing that decides on TLS is configured'),
    ),
  remedy: procedure('demand TLS'),
  verify: 'terraform show -json PLAN',
});
