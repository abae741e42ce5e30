import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { connect, databaseOf } from './connection.js';
import { translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName } from './identifiers.js';
import { exists, MAINTENANCE_DATABASE } from './target-inspection.js';

/** How a database that we build says so, in its comment. */
const MARK = 'scrubjay: incomplete';

/** Bytes of a PostgreSQL name. */
const NAME_BYTES = 63;

/**
 * Makes the database that a copy is built in, closed to other roles and marked incomplete. Work
 * databases that earlier runs for the same target left behind are dropped first.
 */
export async function createWorkDatabase(location: string): Promise<string> {
  return maintain(location, 'making the work database', async (client) => {
    const target = databaseOf(location);
    await dropLeftovers(client, target);
    const work = nameBeside(target, `__scrubjay_${randomBytes(4).toString('hex')}`);
    // template0 takes any encoding; the copy speaks UTF-8 whatever the server's default is.
    await client.query(`create database ${quoteName(work)} template template0 encoding 'UTF8'`);
    await client.query(`revoke connect on database ${quoteName(work)} from public`);
    await client.query(
      `comment on database ${quoteName(work)} is ${quoteLiteral(`${MARK}: under construction for ${target}`)}`,
    );
    return work;
  });
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
export async function publishWorkDatabase(location: string, work: string): Promise<void> {
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
        `comment on database ${quoteName(target)} is ${quoteLiteral('scrubjay: masked copy')}`,
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

/** A database cannot be renamed under somebody's session: those there end, and no new ones begin. */
async function emptyOfSessions(client: pg.Client, database: string): Promise<void> {
  await client.query(`alter database ${quoteName(database)} with allow_connections false`);
  await client.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [
    database,
  ]);
}

async function dropLeftovers(client: pg.Client, target: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select datname as name from pg_database d
     where starts_with(datname, $1) and starts_with(shobj_description(d.oid, 'pg_database'), $2)
       and not exists (select from pg_stat_activity a where a.datid = d.oid)`,
    [nameBeside(target, '__scrubjay_'), MARK],
  );
  for (const { name } of rows) await client.query(`drop database if exists ${quoteName(name)}`);
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
