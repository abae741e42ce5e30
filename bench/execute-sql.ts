import pg from 'pg';

/** Runs one text of SQL in a session of its own. */
export async function executeSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
