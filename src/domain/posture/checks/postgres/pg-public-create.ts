import { defineCheck } from '../../check.js';
import { identifier, procedure, sql } from '../../remedy.js';
import { each, fail, pass } from '../../verdict.js';

/** Who may create in a schema of the search path can stand in for functions of others: CVE-2018-1058. */
export const pgPublicCreate = defineCheck({
  id: 'pg-public-create',
  on: 'postgres',
  reads: ['openSchemas'],
  evaluate: ({ openSchemas }) =>
    each(
      openSchemas,
      (schema) =>
        fail('everybody may create objects in it', {
          subject: `schema ${schema}`,
          remedy: sql(`revoke create on schema ${identifier(schema)} from public;`),
        }),
      pass('nobody may create in a schema without a grant'),
    ),
  remedy: procedure('revoke CREATE on the schema from PUBLIC'),
  verify: "select nspname, nspacl from pg_namespace where nspname = 'public';",
});
