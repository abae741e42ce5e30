import { defineCheck } from '../../check.js';
import { sql } from '../../remedy.js';
import { fail, pass, warn } from '../../verdict.js';

/** CIS PostgreSQL 3.1.20: who came, when, from where. From 18 on the setting is a list, empty for off. */
export const pgLogConnections = defineCheck({
  id: 'pg-log-connections',
  on: 'postgres',
  reads: ['settings.log_connections', 'settings.log_disconnections'],
  evaluate: ({ settings: { log_connections: came, log_disconnections: went } }) => {
    if (came === 'off' || came === '' || came === undefined) return fail('connections are not logged');
    return went === 'on'
      ? pass('connections and their ends are logged')
      : warn('the ends of connections are not logged');
  },
  remedy: sql(
    "alter system set log_connections = 'on';",
    "alter system set log_disconnections = 'on';",
    'select pg_reload_conf();',
  ),
  verify: 'show log_connections;',
});
