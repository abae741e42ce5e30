import { defineCheck } from '../../check.js';
import { rangesOf } from '../../terraform-firewall.js';
import { detailsOf } from '../../terraform-resources.js';
import { hcl, procedure } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown } from '../../verdict.js';

/** Rules from 0.0.0.0 to 255.255.255.255, the rule that means "all of Azure", and authorised networks of /0. */
export const tfOpenFirewall = defineCheck({
  id: 'tf-open-firewall',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) =>
    each(
      resources.flatMap(rangesOf),
      ({ resource, range, says }) => {
        const details = {
          ...detailsOf(resource),
          remedy: hcl(
            '# name the addresses that are meant, for example',
            'start_ip_address = "203.0.113.10"',
            'end_ip_address   = "203.0.113.10"',
          ),
        };
        if (range === undefined) return unknown(says, details);
        return range === 'open' ? fail(says, details) : pass(says, details);
      },
      notApplicable('no firewall rule of a database is configured'),
    ),
  remedy: procedure('name the addresses that are meant'),
  verify: 'terraform show -json PLAN',
});
