import pg from 'pg';

/**
 * Runs work in one transaction as the owner of the service's database, who sees every tenant: for what the
 * operator of the service does, and never for a request.
 */
export async function asOwner<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } finally {
    // An open transaction is rolled back with its connection.
    await client.end();
  }
}
