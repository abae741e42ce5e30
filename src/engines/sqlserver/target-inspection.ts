import type { DataSourceIdentity } from '../engine.js';
import type { ScrubTargetOptions } from '../scrub-target.js';
import {
  RefusedTargetError,
  refuseProductionName,
  targetIsSource,
  targetNotEmpty,
} from '../refused-target.js';
import { connect, type SqlServerConnection } from './connection.js';
import { quoteLiteral } from './identifiers.js';
import { identify, showsFork } from './identity.js';
import { ownObjects } from './introspection.js';
import { displayLocation, parseLocation } from './location.js';

/** The database from which other databases are made and renamed. */
export const MAINTENANCE_DATABASE = 'master';

/**
 * Refuses, before anything is touched: the source itself, what looks like production, what is not empty
 * (unless it may be replaced), a server older than the source's, a login that may not make databases.
 */
export async function inspectTarget(location: string, options: ScrubTargetOptions): Promise<void> {
  const display = displayLocation(location);
  refuseProductionName(display, options);
  const maintenance = await connect(location, { database: MAINTENANCE_DATABASE });
  try {
    await refuseOlderServer(maintenance, options, display);
    await refuseMissingPermission(maintenance);
    if (!(await exists(maintenance, parseLocation(location).database))) return;
  } finally {
    maintenance.close();
  }
  const target = await connect(location);
  try {
    if (isSame(await identify(target, display), options.source)) throw targetIsSource(display);
    await refuseRows(target, options, display);
  } finally {
    target.close();
  }
}

/** By names where one of the logins is not shown the recovery fork, by which ids tell databases apart. */
function isSame(one: DataSourceIdentity, other: DataSourceIdentity): boolean {
  if (one.id === other.id) return true;
  return (
    !(showsFork(one) && showsFork(other)) && one.server === other.server && one.database === other.database
  );
}

async function refuseRows(
  target: SqlServerConnection,
  options: ScrubTargetOptions,
  display: string,
): Promise<void> {
  const [{ n }] = await target.query<{ n: number }>(`
    select count(*) as n from sys.objects o join sys.schemas s on s.schema_id = o.schema_id
    where o.type in ('U', 'V', 'SO') and ${ownObjects}`);
  if (!options.replace && n > 0) throw targetNotEmpty(display, n);
}

async function refuseOlderServer(
  maintenance: SqlServerConnection,
  { source }: ScrubTargetOptions,
  display: string,
): Promise<void> {
  const [{ version }] = await maintenance.query<{ version: string }>(
    `select cast(serverproperty('ProductVersion') as nvarchar(128)) as version`,
  );
  if (Number.parseInt(version) >= Number.parseInt(source.serverVersion)) return;
  throw new RefusedTargetError(
    'target-too-old',
    `${display} is SQL Server ${version}, the source ${source.serverVersion}`,
    'use a target server of the same or a newer major version',
  );
}

async function refuseMissingPermission(maintenance: SqlServerConnection): Promise<void> {
  const [{ may }] = await maintenance.query<{ may: number | null }>(
    `select case when is_srvrolemember('sysadmin') = 1 or is_srvrolemember('dbcreator') = 1
             or has_perms_by_name(null, null, 'CREATE ANY DATABASE') = 1
             or has_perms_by_name(N'master', 'DATABASE', 'CREATE DATABASE') = 1
             or is_rolemember(N'dbmanager') = 1 then 1 else 0 end as may`,
  );
  if (may === 1) return;
  throw new RefusedTargetError(
    'target-role-cannot-create',
    'the target’s login may not make databases, and a copy is built in one of its own',
    'add it to the server role dbcreator (on Azure SQL: to the role dbmanager of master)',
  );
}

/** True when the server has a database of that name. */
export async function exists(maintenance: SqlServerConnection, database: string): Promise<boolean> {
  const rows = await maintenance.query<{ name: string }>(
    `select d.name as name from sys.databases d where d.name = ${quoteLiteral(database)}`,
  );
  return rows.length > 0;
}
