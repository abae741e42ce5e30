import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { CopyInProgressError, type ScrubTargetOptions } from '../scrub-target.js';
import type { WorkDatabase } from '../work-database.js';
import { connect, databaseOf, displayLocation } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName } from './identifiers.js';
import { exists, MAINTENANCE_DATABASE } from './target-inspection.js';

/** How a database that we build says so, in its comment. */
const MARK = 'scrubjay: incomplete';

/** How a published copy says so, in its comment; the mark of its publication follows. */
const PUBLISHED = 'scrubjay: masked copy';

/** Bytes of a PostgreSQL name. */
const NAME_BYTES = 63;

/**
 * Makes the database that a copy is built in, closed to other roles and marked incomplete, or finds the
 * one that an earlier run of the same work left. Others that earlier runs for the same target left behind
 * are dropped first.
 */
export async function openWorkDatabase(
  location: string,
  { work, resume = false }: Pick<ScrubTargetOptions, 'work' | 'resume'>,
): Promise<WorkDatabase> {
  return maintain(location, 'making the work database', async (client) => {
    const target = databaseOf(location);
    const digest = work ?? randomBytes(32).toString('hex');
    const name = nameBeside(target, `__scrubjay_${digest.slice(0, 8)}`);
    const isResumed = resume && (await exists(client, name));
    await dropLeftovers(client, target, isResumed ? name : undefined);
    if (await isInUse(client, name)) throw new CopyInProgressError(displayLocation(location));
    if (isResumed) return { name, digest, isResumed };
    await client.query(`drop database if exists ${quoteName(name)}`);
    // template0 takes any encoding; the copy speaks UTF-8 whatever the server's default is.
    await client.query(`create database ${quoteName(name)} template template0 encoding 'UTF8'`);
    await client.query(`revoke connect on database ${quoteName(name)} from public`);
    await client.query(
      `comment on database ${quoteName(name)} is ${quoteLiteral(`${MARK}: under construction for ${target}`)}`,
    );
    return { name, digest, isResumed };
  });
}

/** The server needs a moment to see that a session's client is gone. */
async function isInUse(client: pg.Client, database: string): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { rows } = await client.query('select from pg_stat_activity where datname = $1', [database]);
    if (rows.length === 0) return false;
    await delay(250);
  }
  return true;
}

/** Leaves the work database where it is, for whoever wants to know what went wrong. */
export async function markIncomplete(location: string, work: string, reason: string): Promise<void> {
  await maintain(location, 'marking the work database as incomplete', async (client) => {
    await client.query(`comment on database ${quoteName(work)} is ${quoteLiteral(`${MARK}: ${reason}`)}`);
  });
}

/**
 * Gives the work database the target's name, in one transaction with moving the old one aside. The old
 * one stays as `<target>__previous`, in place of the previous before it.
 */
export async function publishWorkDatabase(location: string, work: string, mark?: string): Promise<void> {
  await maintain(location, 'publishing the copy', async (client) => {
    const target = databaseOf(location);
    const previous = nameBeside(target, '__previous');
    const replaces = await exists(client, target);
    if (replaces) {
      await client.query(`drop database if exists ${quoteName(previous)} with (force)`);
      await emptyOfSessions(client, target);
    }
    try {
      await emptyOfSessions(client, work);
      await client.query('begin');
      if (replaces)
        await client.query(`alter database ${quoteName(target)} rename to ${quoteName(previous)}`);
      await client.query(`alter database ${quoteName(work)} rename to ${quoteName(target)}`);
      await client.query(
        `comment on database ${quoteName(target)} is ${quoteLiteral(publicationComment(mark))}`,
      );
      await client.query(`grant connect on database ${quoteName(target)} to public`);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      const renamed = (await exists(client, work)) ? target : previous;
      if (replaces) await client.query(`alter database ${quoteName(renamed)} with allow_connections true`);
    }
    await client.query(`alter database ${quoteName(target)} with allow_connections true`);
  });
}

/** What a published copy says of itself. */
export function publicationComment(mark: string | undefined): string {
  return mark === undefined ? PUBLISHED : `${PUBLISHED} ${mark}`;
}

/** Takes away a work database whose copy was carried elsewhere. */
export async function dropWorkDatabase(location: string, work: string): Promise<void> {
  await maintain(location, 'dropping the work database', async (client) => {
    await client.query(`drop database if exists ${quoteName(work)} with (force)`);
  });
}

/** Drops the database that publication moved aside; its name, if there was one. */
export async function dropPreviousDatabase(location: string): Promise<readonly string[]> {
  return maintain(location, 'dropping what was published before', async (client) => {
    const previous = nameBeside(databaseOf(location), '__previous');
    if (!(await exists(client, previous))) return [];
    await client.query(`drop database if exists ${quoteName(previous)} with (force)`);
    return [previous];
  });
}

/** The mark that the database of a location was published with; undefined for any other. */
export async function publishedMark(location: string): Promise<string | undefined> {
  return maintain(location, 'looking for what was published', async (client) => {
    const { rows } = await client.query<{ comment: string | null }>(
      `select shobj_description(oid, 'pg_database') as comment from pg_database where datname = $1`,
      [databaseOf(location)],
    );
    const comment = rows[0]?.comment ?? '';
    return comment.startsWith(`${PUBLISHED} `) ? comment.slice(PUBLISHED.length + 1) : undefined;
  });
}

/** A database cannot be renamed under somebody's session: those there end, and no new ones begin. */
async function emptyOfSessions(client: pg.Client, database: string): Promise<void> {
  await client.query(`alter database ${quoteName(database)} with allow_connections false`);
  await client.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [
    database,
  ]);
}

async function dropLeftovers(client: pg.Client, target: string, but: string | undefined): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select datname as name from pg_database d
     where starts_with(datname, $1) and starts_with(shobj_description(d.oid, 'pg_database'), $2)
       and not exists (select from pg_stat_activity a where a.datid = d.oid)`,
    [nameBeside(target, '__scrubjay_'), MARK],
  );
  for (const { name } of rows)
    if (name !== but) await client.query(`drop database if exists ${quoteName(name)}`);
}

/** The target's name with a suffix, the name cut so that both fit. */
function nameBeside(target: string, suffix: string): string {
  const room = NAME_BYTES - '__scrubjay_00000000'.length;
  let cut = target;
  while (Buffer.byteLength(cut) > room) cut = Array.from(cut).slice(0, -1).join('');
  return `${cut}${suffix}`;
}

async function maintain<T>(
  location: string,
  doing: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect(location, { access: 'read-write', database: MAINTENANCE_DATABASE });
  try {
    return await work(client);
  } catch (error) {
    throw translateDriverError(error, doing);
  } finally {
    await client.end().catch(() => undefined);
  }
}
