import type pg from 'pg';
import type { DataSourceIdentity } from '../engine.js';

/**
 * Who answers, beyond names: the cluster's system identifier and the database's OID do not change with
 * host names, ports or aliases. A restored base backup has its origin's identifier, and so counts as the
 * same server: to refuse one copy too many is the safe mistake.
 */
export async function identify(client: pg.ClientBase, display: string): Promise<DataSourceIdentity> {
  const { rows } = await client.query<Record<'system' | 'oid' | 'database' | 'version' | 'role', string>>(`
    select (select system_identifier from pg_control_system())::text as system,
           d.oid::text as oid, d.datname as database, current_setting('server_version') as version, current_user as role
    from pg_database d where d.datname = current_database()`);
  const { system, oid, database, version, role } = rows[0];
  return { id: `${system}/${oid}`, server: system, database, serverVersion: version, role, display };
}
