import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database of its own on the run's real PostgreSQL server. */
export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Runs one statement, or several without parameters. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Ends the connection and drops the database. */
  drop(): Promise<void>;
}

/** Connection URL of the run's server as superuser; `database` replaces the path. */
export function serverUrl(database = 'postgres'): string {
  const url = new URL(process.env.SCRUBJAY_TEST_POSTGRES_URL!);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

/**
 * Makes a database and runs `sql` in it.
 * @param template a database that it is a copy of
 */
export async function createDatabase(sql = '', template = 'template1'): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await once(serverUrl(), `create database "${name}" template "${template}"`);
  const client = new pg.Client(serverUrl(name));
  await client.connect();
  if (sql) await client.query(sql);
  return {
    name,
    url: serverUrl(name),
    query: async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
      (await client.query<Row>(text, values)).rows,
    drop: async () => {
      await client.end();
      await once(serverUrl(), `drop database if exists "${name}" with (force)`);
    },
  };
}

async function once(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(sql);
  await client.end();
}
