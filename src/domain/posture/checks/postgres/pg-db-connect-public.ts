import { defineCheck } from '../../check.js';
import { identifier, procedure, sql } from '../../remedy.js';
import { pass, warn } from '../../verdict.js';

/** By default every role of the server may connect to every database. */
export const pgDbConnectPublic = defineCheck({
  id: 'pg-db-connect-public',
  on: 'postgres',
  reads: ['publicMayConnect', 'server'],
  evaluate: ({ publicMayConnect, server }) =>
    publicMayConnect
      ? warn('every role of the server may connect', {
          remedy: sql(`revoke connect on database ${identifier(server.database)} from public;`),
        })
      : pass('only roles with a grant may connect'),
  remedy: procedure('revoke CONNECT on the database from PUBLIC, after granting it to those who need it'),
  verify: 'select datname, datacl from pg_database;',
});
