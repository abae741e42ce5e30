import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type SqlServerConnection } from './connection.js';
import { DatabaseError, translateDriverError } from './driver-errors.js';
import { quoteLiteral, quoteName } from './identifiers.js';
import { parseLocation } from './location.js';
import { exists, MAINTENANCE_DATABASE } from './target-inspection.js';

/** Characters of a database's name. */
const NAME_CHARACTERS = 124;

const WORK_SUFFIX = '__scrubjay_';

/** Makes the database that a copy is built in; its name says what it is until it is published. */
export async function createWorkDatabase(location: string): Promise<string> {
  return maintain(location, 'making the work database', async (master) => {
    const { database } = parseLocation(location);
    const work = nameBeside(database, `${WORK_SUFFIX}${randomBytes(4).toString('hex')}`);
    await master.query(`create database ${quoteName(work)}`);
    return work;
  });
}

/** Leaves the work database where it is, for whoever wants to know what went wrong. */
export async function markIncomplete(location: string, work: string, reason: string): Promise<void> {
  const connection = await connect(location, { database: work });
  try {
    const value = quoteLiteral(`scrubjay: incomplete: ${reason}`);
    await connection.query(`exec sys.sp_addextendedproperty @name = N'scrubjay', @value = ${value}`);
  } catch (error) {
    throw translateDriverError(error, 'marking the work database as incomplete');
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
