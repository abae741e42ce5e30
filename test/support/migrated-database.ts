import pg from 'pg';
import { migrations } from '../../migrations/all.js';
import { ServiceDatabase } from '../../src/service/database/service-database.js';
import { defaultTimings } from '../../src/service/jobs/job-queue.js';
import { openQueue } from '../../src/service/jobs/open-queue.js';
import { createDatabase, serverUrl, type TestDatabase } from './databases.js';

const TEMPLATE = 'scrubjay_service_template';

let template: Promise<void> | undefined;

/** A service's own database with all its tables, copied from one that is made once a run. */
export async function createMigratedDatabase(): Promise<TestDatabase> {
  template ??= makeTemplate();
  await template;
  return createDatabase('', TEMPLATE);
}

/** Whoever comes first makes it; others wait for that, in whichever process they are. */
async function makeTemplate(): Promise<void> {
  const client = new pg.Client(serverUrl());
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [TEMPLATE]);
    const { rows } = await client.query('select from pg_database where datname = $1', [TEMPLATE]);
    if (rows.length > 0) return;
    const draft = `${TEMPLATE}_draft`;
    await client.query(`drop database if exists ${draft} with (force)`);
    await client.query(`create database ${draft}`);
    const database = await ServiceDatabase.open(serverUrl(draft), migrations);
    await database.close();
    const parts = { redisUrl: undefined, ownerUrl: serverUrl(draft) };
    const queue = await openQueue(parts, defaultTimings, () => undefined);
    await queue.close();
    // Sessions that are about to be gone must not keep it from being renamed.
    await client.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [
      draft,
    ]);
    await client.query(`alter database ${draft} rename to ${TEMPLATE}`);
  } finally {
    await client.end();
  }
}
