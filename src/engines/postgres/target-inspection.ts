import type pg from 'pg';
import type { ScrubTargetOptions } from '../scrub-target.js';
import {
  looksLikeProduction,
  RefusedTargetError,
  refuseProductionName,
  targetIsSource,
  targetNotEmpty,
} from '../refused-target.js';
import { connect, databaseOf, displayLocation } from './connection.js';
import { identify } from './identity.js';
import { ownRelations } from './catalog-queries.js';

/** The database from which other databases are made and renamed. */
export const MAINTENANCE_DATABASE = 'postgres';

/**
 * Refuses, before anything is touched: the source itself, what looks like production, what is not empty
 * (unless it may be replaced), a server older than the source's, a role that may not make databases.
 */
export async function inspectTarget(location: string, options: ScrubTargetOptions): Promise<void> {
  const display = displayLocation(location);
  refuseProductionName(display, options);
  const maintenance = await connect(location, { access: 'read-only', database: MAINTENANCE_DATABASE });
  try {
    await refuseOlderServer(maintenance, options, display);
    await refuseMissingPrivilege(maintenance);
    if (!(await exists(maintenance, databaseOf(location)))) {
      if ((options.publishAs ?? 'database') !== 'database') throw nowhereToPublish(display);
      return;
    }
  } finally {
    await maintenance.end();
  }
  const target = await connect(location, { access: 'read-only' });
  try {
    await refuseSourceAndProduction(target, options, display);
    await refuseRows(target, options, display);
  } finally {
    await target.end();
  }
}

function nowhereToPublish(display: string): RefusedTargetError {
  return new RefusedTargetError(
    'target-missing',
    `${display} is not there, and the copy is to be published inside it`,
    'make the database, or publish as a database',
  );
}

async function refuseSourceAndProduction(
  target: pg.Client,
  options: ScrubTargetOptions,
  display: string,
): Promise<void> {
  const { id } = await identify(target, display);
  if (id === options.source.id) throw targetIsSource(display);
  const { rows } = await target.query<{ environment: string | null }>(
    `select current_setting('scrubjay.environment', true) as environment`,
  );
  if (rows[0]?.environment === 'production')
    throw looksLikeProduction(display, 'its setting scrubjay.environment says so');
}

async function refuseRows(target: pg.Client, options: ScrubTargetOptions, display: string): Promise<void> {
  const { rows } = await target.query<{ n: string }>(
    `select count(*) as n from pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and ${ownRelations}`,
  );
  if (options.replace || rows[0].n === '0') return;
  throw targetNotEmpty(display, rows[0].n);
}

async function refuseOlderServer(
  maintenance: pg.Client,
  { source, sourceEngine }: ScrubTargetOptions,
  display: string,
): Promise<void> {
  // Versions of two products say nothing of each other.
  if (sourceEngine !== undefined) return;
  const { rows } = await maintenance.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  );
  const version = rows[0].version;
  if (Number.parseInt(version) >= Number.parseInt(source.serverVersion)) return;
  throw new RefusedTargetError(
    'target-too-old',
    `${display} is PostgreSQL ${version}, the source ${source.serverVersion}`,
    'use a target server of the same or a newer major version',
  );
}

async function refuseMissingPrivilege(maintenance: pg.Client): Promise<void> {
  const { rows } = await maintenance.query<{ may: string; role: string }>(
    'select rolcreatedb or rolsuper as may, rolname as role from pg_roles where rolname = current_user',
  );
  if (rows[0].may === 't') return;
  throw new RefusedTargetError(
    'target-role-cannot-create',
    'the target’s role may not make databases, and a copy is built in one of its own',
    `run: alter role "${rows[0].role}" createdb`,
  );
}

/** True when the server has a database of that name. */
export async function exists(maintenance: pg.Client, database: string): Promise<boolean> {
  const { rows } = await maintenance.query('select from pg_database where datname = $1', [database]);
  return rows.length > 0;
}
