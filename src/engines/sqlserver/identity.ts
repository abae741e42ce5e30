import type { DataSourceIdentity } from '../engine.js';
import type { SqlServerConnection } from './connection.js';

/**
 * Who answers, beyond names: the server's own name and the database's creation do not change with host
 * names, ports or aliases, nor does the recovery fork with renaming. A restored copy has a fork of its own.
 */
export async function identify(
  connection: SqlServerConnection,
  display: string,
): Promise<DataSourceIdentity> {
  const [row] = await connection.query<Record<string, string | null>>(`
    select cast(serverproperty('ServerName') as nvarchar(256)) as server, db_name() as [database],
           cast(serverproperty('ProductVersion') as nvarchar(128)) as version, suser_sname() as [role],
           (select cast(r.recovery_fork_guid as nvarchar(64)) from sys.database_recovery_status r
            where r.database_id = db_id()) as fork,
           (select convert(nvarchar(40), d.create_date, 126) from sys.databases d where d.database_id = db_id()) as created`);
  const server = row.server ?? display;
  const database = row.database ?? '';
  return {
    id: row.fork === null ? `${nameOf({ server, database })}${row.created ?? ''}` : `${server}/${row.fork}`,
    server,
    database,
    serverVersion: row.version ?? '',
    role: row.role ?? '',
    display,
  };
}

/** True where the id is the database's recovery fork, false where the login is not shown it. */
export function showsFork(identity: DataSourceIdentity): boolean {
  return !identity.id.startsWith(nameOf(identity));
}

function nameOf({ server, database }: Pick<DataSourceIdentity, 'server' | 'database'>): string {
  return `${server}/${database}/`;
}
