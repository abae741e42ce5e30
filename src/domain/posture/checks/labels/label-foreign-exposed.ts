import { defineCheck } from '../../check.js';
import { identifier, procedure, relation, sql } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown } from '../../verdict.js';

/** Labelled columns of foreign tables travel to another server: with TLS that knows whom it talks to. */
export const labelForeignExposed = defineCheck({
  id: 'label-foreign-exposed',
  on: 'postgres',
  reads: ['labels', 'foreignTables'],
  evaluate: ({ labels, foreignTables }) =>
    each(
      foreignTables,
      ({ server, wrapper, host, sslmode, ...table }) => {
        const columns = labels
          .filter((label) => label.schema === table.schema && label.table === table.name)
          .map(({ printed }) => printed);
        const details = {
          subject: `foreign table ${relation(table)}`,
          columns,
          remedy: sql(
            `alter server ${identifier(server)} options (${sslmode === null ? 'add' : 'set'} sslmode 'verify-full');`,
          ),
        };
        if (wrapper !== 'postgres_fdw') {
          return unknown(`how ${wrapper} travels is not known here`, {
            ...details,
            remedy: procedure('look at the wrapper'),
          });
        }
        if (host?.startsWith('/')) return pass('the other server is reached by a socket', details);
        return sslmode === 'verify-full'
          ? pass(`travels to ${server} under verify-full`, details)
          : fail(`travels to ${server} under sslmode ${sslmode ?? 'prefer (the default)'}`, details);
      },
      notApplicable('no foreign table has a labelled column'),
    ),
  remedy: procedure("set sslmode 'verify-full' on the foreign server"),
  verify: 'select srvname, srvoptions from pg_foreign_server;',
});
