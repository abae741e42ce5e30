import { defineCheck } from '../../check.js';
import { identifier, procedure, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** A subscription's connection: with TLS that knows whom it talks to, and without a password in the catalog. */
export const pgSubscriptionSecret = defineCheck({
  id: 'pg-subscription-secret',
  on: 'postgres',
  reads: ['subscriptions'],
  evaluate: ({ subscriptions }) =>
    each(
      subscriptions,
      ({ name, hasPassword, sslmode }) => {
        const details = {
          subject: `subscription ${name}`,
          remedy: sql(
            '-- conninfo: with sslmode=verify-full, and passfile=… in place of password=…',
            `alter subscription ${identifier(name)} connection :'conninfo';`,
          ),
        };
        if (sslmode !== 'verify-full')
          return fail(`connects under sslmode ${sslmode ?? 'prefer (the default)'}`, details);
        return hasPassword
          ? warn('keeps a password in its connection', details)
          : pass('connects under verify-full, without a password in the catalog', details);
      },
      notApplicable('there is no subscription'),
    ),
  remedy: procedure('connect under sslmode=verify-full, with a passfile or a client certificate'),
  verify: "select subname, subconninfo ~ 'verify-full' from pg_subscription;",
});
