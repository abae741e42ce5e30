import { defineCheck } from '../../check.js';
import { procedure, sql } from '../../remedy.js';
import { each, fail, pass, warn } from '../../verdict.js';

/** A SECURITY DEFINER function that looks names up where its caller says runs the caller's code as its owner. */
export const pgSecdefPath = defineCheck({
  id: 'pg-secdef-path',
  on: 'postgres',
  reads: ['definerFunctions'],
  evaluate: ({ definerFunctions }) =>
    each(
      definerFunctions,
      ({ signature, kind, publicMayExecute }) => {
        const details = {
          subject: `${kind} ${signature}`,
          remedy: sql(`alter ${kind} ${signature} set search_path = pg_catalog, pg_temp;`),
        };
        return publicMayExecute
          ? fail('runs with its owner’s rights under the search_path of anybody', details)
          : warn('runs with its owner’s rights under the search_path of its caller', details);
      },
      pass('every SECURITY DEFINER function sets its search_path'),
    ),
  remedy: procedure('set search_path on the function, and name schemas in its body'),
  verify: 'select oid::regprocedure, proconfig from pg_proc where prosecdef;',
});
