import { defineCheck } from '../../check.js';
import { procedure, relation, sql } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** A view reads with its owner's rights, past grants and row-level security, unless it is told not to (15+). */
export const pgViewInvoker = defineCheck({
  id: 'pg-view-invoker',
  on: 'postgres',
  reads: ['derivedRelations', 'server'],
  evaluate: ({ derivedRelations, server }) =>
    server.versionNumber < 150000
      ? notApplicable('views of this version always read with the rights of their owner')
      : each(
          derivedRelations.filter(({ kind }) => kind === 'view'),
          ({ reads, securityInvoker, ...view }) => {
            const details = {
              subject: `view ${relation(view)}`,
              columns: reads,
              remedy: sql(`alter view ${relation(view)} set (security_invoker = true);`),
            };
            return securityInvoker
              ? pass('reads with the rights of whoever asks', details)
              : warn('reads labelled columns with the rights of its owner', details);
          },
          notApplicable('no view reads a labelled column'),
        ),
  remedy: procedure('set security_invoker on the view, and grant on its tables what its readers need'),
  verify: "select relname, reloptions from pg_class where relkind = 'v';",
});
