import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CopyInProgressError, type ScrubTargetOptions } from '../scrub-target.js';
import type { WorkDatabase } from '../work-database.js';
import { connect, type SqlServerConnection } from './connection.js';
import { DatabaseError, translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName } from './identifiers.js';
import { displayLocation, parseLocation } from './location.js';
import { exists, MAINTENANCE_DATABASE } from './target-inspection.js';

/** Characters of a database's name. */
const NAME_CHARACTERS = 124;

const WORK_SUFFIX = '__scrubjay_';

/** The extended property of a database that we build. */
const MARK = 'scrubjay';

/** A database cannot be dropped while somebody is in it. */
const IN_USE_BY_OTHERS = 3702;

/**
 * Makes the database that a copy is built in, marked as incomplete, or finds the one that an earlier run of
 * the same work left. Others that earlier runs for the same target left behind are dropped first.
 */
export async function openWorkDatabase(
  location: string,
  { work, resume = false }: Pick<ScrubTargetOptions, 'work' | 'resume'>,
): Promise<WorkDatabase> {
  const { database: target } = parseLocation(location);
  const digest = work ?? randomBytes(32).toString('hex');
  const name = nameBeside(target, `${WORK_SUFFIX}${digest.slice(0, 8)}`);
  const isResumed = await maintain(location, 'making the work database', async (master) => {
    const goesOn = resume && (await exists(master, name));
    await dropLeftovers(master, target, goesOn ? name : undefined);
    if (goesOn) return true;
    if (await exists(master, name)) throw new CopyInProgressError(displayLocation(location));
    await master.query(`create database ${quoteName(name)}`);
    return false;
  });
  if (!isResumed) await mark(location, name, 'under construction');
  return { name, digest, isResumed };
}

/** Keeps others from building in the same database for as long as the session lasts. */
export async function lockWork(connection: SqlServerConnection, location: string): Promise<void> {
  const [{ granted }] = await connection.query<{ granted: number }>(`
    declare @granted int;
    exec @granted = sp_getapplock @Resource = N'scrubjay', @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 5000;
    select @granted as granted;`);
  if (granted < 0) throw new CopyInProgressError(displayLocation(location));
}

/** What runs before left of copies for the same target; one that is being built stays. */
async function dropLeftovers(
  master: SqlServerConnection,
  target: string,
  but: string | undefined,
): Promise<void> {
  const prefix = nameBeside(target, WORK_SUFFIX);
  const rows = await master.query<{ name: string }>(
    `select d.name as name from sys.databases d where left(d.name, ${prefix.length}) = ${quoteLiteral(prefix)}`,
  );
  for (const { name } of rows) {
    if (name === but || !/^[0-9a-f]{8}$/.test(name.slice(prefix.length))) continue;
    try {
      await master.query(`drop database ${quoteName(name)}`);
    } catch (error) {
      const problem = translateDriverError(error, 'dropping what an earlier run left');
      if (!(problem instanceof DatabaseError) || problem.number !== IN_USE_BY_OTHERS) throw problem;
    }
  }
}

/** Drops what was built, for a run that begins anew. */
export async function dropWorkDatabase(location: string, work: string): Promise<void> {
  await maintain(location, 'dropping the work database', async (master) => {
    const failure = await tried(() => master.query(`drop database ${quoteName(work)}`));
    if (failure !== undefined) throw failure;
  });
}

/** Leaves the work database where it is, for whoever wants to know what went wrong. */
export function markIncomplete(location: string, work: string, reason: string): Promise<void> {
  return mark(location, work, reason);
}

async function mark(location: string, work: string, says: string): Promise<void> {
  const connection = await connect(location, { database: work });
  try {
    const value = quoteLiteral(`scrubjay: incomplete: ${says}`);
    const known = await connection.query(
      `select name from sys.extended_properties where class = 0 and name = N'${MARK}'`,
    );
    const procedure = known.length > 0 ? 'sp_updateextendedproperty' : 'sp_addextendedproperty';
    await connection.query(`exec sys.${procedure} @name = N'${MARK}', @value = ${value}`);
  } catch (error) {
    throw translateDriverError(error, 'marking the work database');
  } finally {
    connection.close();
  }
}

/** The extended property of a copy that says as what it was published. */
const PUBLICATION = 'scrubjay publication';

/** Gives the work database its mark; under the target's name it is the published copy's. */
export async function markPublication(location: string, work: string, mark: string): Promise<void> {
  const connection = await connect(location, { database: work });
  try {
    const [name, value] = [PUBLICATION, mark].map(quoteLiteral);
    await connection.query(`exec sys.sp_addextendedproperty @name = ${name}, @value = ${value}`);
  } catch (error) {
    throw translateDriverError(error, 'marking the copy');
  } finally {
    connection.close();
  }
}

/** The mark that the database of a location was published with; undefined for any other. */
export async function publishedMark(location: string): Promise<string | undefined> {
  const there = await maintain(location, 'looking for what was published', (master) =>
    exists(master, parseLocation(location).database),
  );
  if (!there) return undefined;
  const connection = await connect(location);
  try {
    const rows = await connection.query<{ mark: string }>(
      `select cast(value as nvarchar(200)) as mark from sys.extended_properties
       where class = 0 and name = ${quoteLiteral(PUBLICATION)}`,
    );
    return rows[0]?.mark;
  } catch (error) {
    throw translateDriverError(error, 'looking for what was published');
  } finally {
    connection.close();
  }
}

/**
 * Gives the work database the target's name. The old one stays as `<target>__previous`, in place of the
 * previous before it; when the second renaming fails, the first is undone.
 */
export async function publishWorkDatabase(location: string, work: string): Promise<void> {
  await unmark(location, work);
  await maintain(location, 'publishing the copy', async (master) => {
    const { database: target } = parseLocation(location);
    const previous = nameBeside(target, '__previous');
    const replaces = await exists(master, target);
    if (replaces) {
      if (await exists(master, previous)) await master.query(`drop database ${quoteName(previous)}`);
      await rename(master, target, previous);
    }
    try {
      await rename(master, work, target);
    } catch (error) {
      if (replaces) await rename(master, previous, target);
      throw error;
    }
  });
}

async function unmark(location: string, work: string): Promise<void> {
  const connection = await connect(location, { database: work });
  try {
    await connection.query(
      `if exists (select 1 from sys.extended_properties where class = 0 and name = N'${MARK}')
       exec sys.sp_dropextendedproperty @name = N'${MARK}'`,
    );
  } catch (error) {
    throw translateDriverError(error, 'publishing the copy');
  } finally {
    connection.close();
  }
}

const RENAME_TRIES = 10;
const RENAME_PAUSE_MS = 300;

/** A database that somebody uses cannot be renamed. */
const IN_USE = 5030;

/** Renames a database; where sessions hold it, they end first, with what they were doing undone. */
async function rename(master: SqlServerConnection, from: string, to: string): Promise<void> {
  const renaming = `alter database ${quoteName(from)} modify name = ${quoteName(to)}`;
  const failure = await tried(() => master.query(renaming));
  if (failure === undefined) return;
  if (!(failure instanceof DatabaseError) || failure.number !== IN_USE) throw failure;
  await master.query(`alter database ${quoteName(from)} set single_user with rollback immediate`);
  try {
    await master.query(renaming);
  } catch (error) {
    await master.query(`alter database ${quoteName(from)} set multi_user`);
    throw error;
  }
  await master.query(`alter database ${quoteName(to)} set multi_user`);
}

/** Tries a few times, since the sessions that we ended a moment ago may not be gone yet; gives the last failure. */
async function tried(work: () => Promise<unknown>): Promise<Error | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return undefined;
    } catch (error) {
      if (attempt === RENAME_TRIES) return translateDriverError(error, 'renaming a database');
      await pause(RENAME_PAUSE_MS);
    }
  }
}

/** The target's name with a suffix, the name cut so that both fit. */
function nameBeside(target: string, suffix: string): string {
  const room = NAME_CHARACTERS - `${WORK_SUFFIX}00000000`.length;
  return `${target.slice(0, room)}${suffix}`;
}

async function maintain<T>(
  location: string,
  doing: string,
  work: (master: SqlServerConnection) => Promise<T>,
): Promise<T> {
  const master = await connect(location, { database: MAINTENANCE_DATABASE });
  try {
    return await work(master);
  } catch (error) {
    throw translateDriverError(error, doing);
  } finally {
    master.close();
  }
}
