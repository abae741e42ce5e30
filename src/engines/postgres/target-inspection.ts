import type pg from 'pg';
import { ScrubjayError } from '../../domain/errors.js';
import type { ScrubTargetOptions } from '../engine.js';
import { connect, databaseOf, displayLocation } from './connection.js';
import { identify } from './identity.js';
import { ownRelations } from './introspection.js';

/** The target must not be written to. */
export class RefusedTargetError extends ScrubjayError {
  readonly code: string;

  constructor(code: string, message: string, hint: string) {
    super(message, hint);
    this.code = code;
  }
}

/** `prod` and its like as a word of a host or database name. */
const productionWords = /(^|[^a-z])(prod|production|prd|live)([^a-z]|$)/i;

/** The database from which other databases are made and renamed. */
export const MAINTENANCE_DATABASE = 'postgres';

/**
 * Refuses, before anything is touched: the source itself, what looks like production, what is not empty
 * (unless it may be replaced), a server older than the source's, a role that may not make databases.
 */
export async function inspectTarget(location: string, options: ScrubTargetOptions): Promise<void> {
  const display = displayLocation(location);
  if (!options.allowProductionLikeName && productionWords.test(display))
    throw looksLikeProduction(display, 'its name says so');
  const maintenance = await connect(location, { access: 'read-only', database: MAINTENANCE_DATABASE });
  try {
    await refuseOlderServer(maintenance, options, display);
    await refuseMissingPrivilege(maintenance);
    if (!(await exists(maintenance, databaseOf(location)))) return;
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

async function refuseSourceAndProduction(
  target: pg.Client,
  options: ScrubTargetOptions,
  display: string,
): Promise<void> {
  const { id } = await identify(target, display);
  if (id === options.source.id) {
    throw new RefusedTargetError(
      'target-is-source',
      `${display} is the source itself, whatever its name`,
      'give another database as --to',
    );
  }
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
  throw new RefusedTargetError(
    'target-not-empty',
    `${display} is not empty (${rows[0].n} tables, views and sequences)`,
    'give an empty or new database, or say --replace: the old one is kept under another name',
  );
}

async function refuseOlderServer(
  maintenance: pg.Client,
  { source }: ScrubTargetOptions,
  display: string,
): Promise<void> {
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

function looksLikeProduction(display: string, why: string): RefusedTargetError {
  return new RefusedTargetError(
    'target-looks-like-production',
    `${display} looks like production: ${why}`,
    'give a staging database; where the name misleads, say --allow-production-like-name',
  );
}
