import { defineCheck } from '../../check.js';
import { sql } from '../../remedy.js';
import { each, fail, pass } from '../../verdict.js';

/** Sessions that are there now: a setting only says what might be. CIS PostgreSQL 5.8. */
export const pgClearSessions = defineCheck({
  id: 'pg-clear-sessions',
  on: 'postgres',
  reads: ['clearSessions'],
  evaluate: ({ clearSessions }) =>
    each(
      clearSessions,
      ({ role, address }) =>
        fail('a session over the network runs without TLS', { subject: `${role} from ${address}` }),
      pass('every session over the network runs under TLS'),
    ),
  remedy: sql(
    "select pg_terminate_backend(pid) from pg_stat_ssl join pg_stat_activity using (pid) where not ssl and client_addr is not null and not client_addr <<= '127.0.0.0/8';",
    '-- and let nobody in without it: see pg-hba-nossl',
  ),
  verify: 'select usename, client_addr from pg_stat_ssl join pg_stat_activity using (pid) where not ssl;',
});
